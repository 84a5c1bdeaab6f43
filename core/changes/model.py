"""The change log."""

from dataclasses import dataclass
from datetime import datetime

from core.kernel.ids import AccountId, ChangeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One act of somebody.

    subject_id: of the watch that was changed, else of the account. actor: whose token it was. act: the API's
    operationId. fields: names of what was sent, never values.
    """

    change_id: ChangeId
    subject_id: str
    actor: AccountId
    act: str
    fields: tuple[str, ...]
    at: datetime
