"""Notices, letters and the queue that they take, in memory."""

from dataclasses import dataclass, field
from datetime import datetime

from core.accounts.notices import Announcement, Letter, NoticeKind
from core.kernel.clock import Clock
from core.kernel.ids import parts_of
from core.notices.model import Notice
from core.retention.policy import POLICY
from tests.fakes.tracking import Moments


@dataclass
class RecordingAnnouncer:
    """Keeps what was announced."""

    announced: list[Announcement] = field(default_factory=list)

    def announce(self, announcement: Announcement) -> None:
        self.announced.append(announcement)

    def kinds(self) -> list[NoticeKind]:
        return [each.kind for each in self.announced]


@dataclass
class RecordingPost:
    """Keeps the letters that were sent."""

    sent: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        self.sent.append(letter)


class InMemoryNotices(Moments[Notice]):
    def __init__(self, clock: Clock) -> None:
        super().__init__(POLICY["notice"], clock)

    def owner_of(self, item: Notice) -> str:
        return item.account_id

    def name_of(self, item: Notice) -> tuple[datetime, str]:
        at, digest = parts_of(item.notice_id)
        return at, digest.hex()
