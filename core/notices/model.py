"""Notices as an account finds them."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from core.accounts.notices import Announcement, NoticeKind
from core.kernel.clock import at_ms, ms_of
from core.kernel.ids import DIGEST_BYTES, AccountId, NoticeId, WatchId, dated_id


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


def notice_of(announcement: Announcement, account_id: AccountId) -> Notice:
    """Return what this account is told; its instant is in whole milliseconds."""
    at = at_ms(ms_of(announcement.at))
    told = [account_id, announcement.kind, announcement.watch_id, announcement.by, announcement.about]
    digest = hashlib.sha256(json.dumps(told).encode()).digest()[:DIGEST_BYTES]
    return Notice(
        notice_id=NoticeId(dated_id(at, digest)),
        account_id=account_id,
        kind=announcement.kind,
        at=at,
        watch_id=announcement.watch_id,
        by=announcement.by,
        about=announcement.about,
    )
