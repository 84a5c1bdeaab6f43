"""The change log."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from core.kernel.clock import at_ms, ms_of
from core.kernel.ids import DIGEST_BYTES, AccountId, ChangeId, dated_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One act of somebody.

    subject_id: of the watch that was changed, else of the account. actor: whose token it was; None for an act that a
    mailed link allowed. act: the API's operationId. fields: names of what was sent, never values.
    """

    change_id: ChangeId
    subject_id: str
    actor: AccountId | None
    act: str
    fields: tuple[str, ...]
    at: datetime


def change_of(subject_id: str, actor: AccountId | None, act: str, fields: tuple[str, ...], now: datetime) -> Change:
    """Return a change of this instant, to the millisecond, under a new id."""
    at = at_ms(ms_of(now))
    change_id = ChangeId(dated_id(at, secrets.token_bytes(DIGEST_BYTES)))
    return Change(change_id=change_id, subject_id=subject_id, actor=actor, act=act, fields=fields, at=at)
