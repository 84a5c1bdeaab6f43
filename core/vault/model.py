"""The address of a sealed payload: which keys open it and where it stands."""

from dataclasses import dataclass
from datetime import datetime

from core.kernel.errors import Refused
from core.retention.policy import DataClass


class Unreadable(Refused):
    """A key of the payload is gone, or the payload does not belong to this place."""


class EpochOver(Refused):
    """The epoch is over: its key is never made again and nothing more is sealed under it."""


@dataclass(frozen=True, slots=True)
class SealedUnder:
    """The keys and the place of one payload.

    subject_id: the binding's watch id or the account id. at: any instant of the epoch (the record's corrected time).
    table, key: the table's name in our terms and the item's key attributes; bound as associated data, so that a
    ciphertext moved to another item does not open.
    """

    data_class: DataClass
    subject_id: str
    at: datetime
    table: str
    key: tuple[str, ...]
