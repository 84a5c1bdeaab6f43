"""What the change log needs of the world."""

from datetime import datetime
from typing import Protocol

from core.changes.model import Change
from core.kernel.page import Page


class Changes(Protocol):
    """All changes; none is ever altered."""

    def add(self, change: Change) -> None:
        """Store it."""
        ...

    def between(
        self, subject_id: str, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Change]:
        """Return changes of a watch or an account with start <= at < end, oldest first; `after` is a page's `next`."""
        ...
