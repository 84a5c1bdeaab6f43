"""What one watch does in its own way, learned from its frames and kept with the device."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from wire.framing import Frame
from wire.location import fix_time

_TELLING: Final = timedelta(days=2)  # a reading this near to the receive time is right; a backlog may be days old


class DateOrder(StrEnum):
    """How the watch writes dates."""

    DDMMYY = "ddmmyy"
    YYMMDD = "yymmdd"


class LengthBase(StrEnum):
    """How the watch counts its content."""

    HEXADECIMAL = "hex"
    DECIMAL = "decimal"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """None: not seen yet."""

    date_order: DateOrder | None = None
    length_base: LengthBase | None = None
    has_index: bool = False
    is_signed: bool = False

    def learn(self, frame: Frame, received_at: datetime) -> Self:
        """Return the profile with what this frame shows; the same one where it shows nothing new."""
        learned = type(self)(
            date_order=_date_order(frame, received_at) or self.date_order,
            length_base=_length_base(frame) or self.length_base,
            has_index=self.has_index or frame.index is not None,
            is_signed=self.is_signed or frame.signature is not None,
        )
        return self if learned == self else learned

    def to_dict(self) -> dict[str, Any]:
        """Return what was learned, for storing."""
        known = {
            "date_order": self.date_order and self.date_order.value,
            "length_base": self.length_base and self.length_base.value,
            "has_index": self.has_index,
            "is_signed": self.is_signed,
        }
        return {name: value for name, value in known.items() if value}

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Self:
        """Return the profile that `to_dict` gave."""
        order, base = stored.get("date_order"), stored.get("length_base")
        return cls(
            date_order=None if order is None else DateOrder(order),
            length_base=None if base is None else LengthBase(base),
            has_index=stored.get("has_index", False),
            is_signed=stored.get("is_signed", False),
        )


def _date_order(frame: Frame, received_at: datetime) -> DateOrder | None:
    """Return the order that a date shows: one reading near to the receive time, and the other one not."""
    _, date, time, *_ = (*frame.content.decode("latin-1").split(","), "", "")
    usual, turned = fix_time(date, time, None), fix_time(date[4:] + date[2:4] + date[:2], time, None)
    near = [reading is not None and abs(received_at - reading) < _TELLING for reading in (usual, turned)]
    if near[0] == near[1]:
        return None
    return DateOrder.DDMMYY if near[0] else DateOrder.YYMMDD


def _length_base(frame: Frame) -> LengthBase | None:
    """Return what the length field counts in; None for one that reads the same both ways, as below ten bytes."""
    declared, size = frame.raw[: -len(frame.content) - 2][-4:].decode("latin-1"), len(frame.content)
    fits_decimal = declared.isdecimal() and int(declared) == size
    if int(declared, 16) == size:
        return None if fits_decimal else LengthBase.HEXADECIMAL
    return LengthBase.DECIMAL if fits_decimal else LengthBase.WRONG
