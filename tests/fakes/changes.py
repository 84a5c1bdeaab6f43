"""The change log in memory."""

from datetime import datetime

from core.changes.model import Change
from core.kernel.clock import Clock
from core.kernel.ids import parts_of
from core.kernel.page import Page
from core.retention.policy import POLICY
from tests.fakes.tracking import Moments


class _ChangeMoments(Moments[Change]):
    def owner_of(self, item: Change) -> str:
        return item.subject_id

    def name_of(self, item: Change) -> tuple[datetime, str]:
        at, digest = parts_of(item.change_id)
        return at, digest.hex()


class InMemoryChanges:
    def __init__(self, clock: Clock) -> None:
        self._moments = _ChangeMoments(POLICY["change"], clock)

    def add(self, change: Change) -> None:
        self._moments.add(change)

    def between(
        self, subject_id: str, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Change]:
        return self._moments.between(subject_id, start, end, now=now, limit=limit, after=after)

    def all(self) -> list[Change]:
        """Return every change."""
        return [change for held in self._moments.items.values() for change in held]
