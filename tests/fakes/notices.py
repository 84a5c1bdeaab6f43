"""Notices, letters and the queue that they take, in memory."""

from dataclasses import dataclass, field

from core.accounts.notices import Announcement, Letter, NoticeKind


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
