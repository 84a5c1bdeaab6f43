"""Notices as an account finds them."""

from dataclasses import dataclass
from datetime import datetime

from core.accounts.notices import NoticeKind
from core.kernel.errors import NotFound
from core.kernel.ids import AccountId, NoticeId, WatchId


class NoticeNotFound(NotFound):
    """The account has no such notice, or it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing that an account is told. See Announcement. notice_id: the same for a repetition of the announcement."""

    notice_id: NoticeId
    account_id: AccountId
    kind: NoticeKind
    at: datetime
    watch_id: WatchId | None = None
    by: AccountId | None = None
    about: AccountId | None = None
