"""The address of a sealed payload: which keys open it and where it stands."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.kernel.errors import Refused
from core.kernel.keys import composite_key
from core.retention.policy import DataClass, Subject

STOCK = "stock"
"""The subject of devices that belong to nobody yet."""


class Unreadable(Refused):
    """A key of the payload is gone, or the payload does not belong to this place."""


class EpochOver(Refused):
    """The epoch is over: its key is never made again and nothing more is sealed under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedUnder:
    """The keys and the place of one payload.

    subject_id: the binding's watch id, the account id, or STOCK. table, key: the table's name in our terms and the
    item's key attributes; bound as associated data, so that a ciphertext moved to another item does not open. at: any
    instant of the epoch (the record's corrected time); None for a class without one.
    """

    data_class: DataClass
    subject_id: str = field(repr=False)
    table: str
    key: tuple[str, ...] = field(repr=False)
    at: datetime | None = None

    @property
    def expires_at(self) -> datetime | None:
        """When the payload is over; None = lives with its subject."""
        return None if self.at is None else self.data_class.expires_at(self.at)

    @property
    def subject_key_id(self) -> str:
        """The name of the subject's key."""
        return subject_key_id(self.data_class.subject, self.subject_id)

    @property
    def epoch_key_id(self) -> str | None:
        """The name of the epoch's key, None for a class without an epoch."""
        return None if self.at is None else epoch_key_id(self.data_class, self.at)


def subject_key_id(subject: Subject, subject_id: str) -> str:
    """Return the name of a subject's key, such as binding#<watch id>."""
    return composite_key(subject, subject_id)


def epoch_key_id(data_class: DataClass, at: datetime) -> str | None:
    """Return the name of the epoch key for what is of `at`, such as day-2136h#2026-11-22; None where there is none.

    The period stands in it: classes share an epoch's key only when they end at the same instant.
    """
    epoch_id = data_class.epoch_id(at)
    if epoch_id is None or data_class.period is None:
        return None
    return composite_key(f"{data_class.epoch}-{data_class.period // timedelta(hours=1)}h", epoch_id)
