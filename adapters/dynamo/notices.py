"""Notices, sealed under the key of the account that they are for."""

from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from adapters.dynamo.moments import Moment, OwnedMomentRecord, SealedMoments, sealed_moments_of
from adapters.dynamo.tables import TABLES
from core.accounts.notices import NoticeKind
from core.kernel.clock import Clock
from core.kernel.ids import AccountId, NoticeId, dated_id, parts_of
from core.kernel.page import Page
from core.notices.model import Notice
from core.vault.ports import Sealer


class NoticeRecord(OwnedMomentRecord):
    """One notice; its id stands in the key as instant and digest, what it says in the payload."""

    table = TABLES["notices"]
    attribute_classes = sealed_moments_of("notice", "account_id")

    account_id = UnicodeAttribute(hash_key=True)


class DynamoNotices:
    """Notices in their table, in the order of the instants in their ids."""

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._moments = SealedMoments(NoticeRecord, sealer, clock, _notice)

    def add(self, notice: Notice) -> bool:
        """Store it sealed unless one of this id is there."""
        return self._moments.add(notice.account_id, _moment_of(notice))

    def between(
        self, account_id: AccountId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Notice]:
        """Return notices with start <= at < end, oldest first."""
        return self._moments.page(account_id, start, end, now=now, limit=limit, after=after)


def _moment_of(notice: Notice) -> Moment:
    at, digest = parts_of(notice.notice_id)
    content = {"kind": notice.kind, "watch_id": notice.watch_id, "by": notice.by, "about": notice.about}
    return Moment(at, digest.hex(), content)


def _notice(account_id: AccountId, moment: Moment) -> Notice:
    content: dict[str, Any] = dict(moment.content)
    return Notice(
        notice_id=NoticeId(dated_id(moment.at, bytes.fromhex(moment.fingerprint))),
        account_id=account_id,
        kind=NoticeKind(content.pop("kind")),
        at=moment.at,
        **content,
    )
