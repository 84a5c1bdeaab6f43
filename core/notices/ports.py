"""What notices need of the world."""

from datetime import datetime
from typing import Protocol

from core.kernel.ids import AccountId
from core.kernel.page import Page
from core.notices.model import Notice


class Notices(Protocol):
    """The notices of all accounts, sealed under each one's key."""

    def add(self, notice: Notice) -> bool:
        """Store it; return False when it was there already. Raise EpochOver or Unreadable as Sealer does."""
        ...

    def between(
        self, account_id: AccountId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Notice]:
        """Return notices with start <= at < end, oldest first; `after` is a page's `next`."""
        ...
