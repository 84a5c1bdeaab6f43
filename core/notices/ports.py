"""What notices need of the world."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from core.alerts.messages import Mail
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


class Ringer(Protocol):
    """The phones of accounts."""

    def ring(self, account_id: AccountId, payload: Mapping[str, str], now: datetime) -> bool:
        """Return whether a phone was rung, False when there is none; raise ChannelFailed."""
        ...


class Mails(Protocol):
    """Mails to addresses."""

    def send(self, address: str, mail: Mail) -> bool:
        """Return False where the stage sends none; raise ChannelFailed."""
        ...
