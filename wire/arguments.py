"""How the values of commands stand on the wire, and which values may not.

A text that could change the structure of a frame never becomes an argument: only hexadecimal text and escaped bytes
carry whatever a person typed or said.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, field, fields
from datetime import time
from enum import Enum, IntEnum
from typing import Any, ClassVar, Final, Generic, NamedTuple, Self, TypeVar

from wire.escaping import escape, from_hex_text, to_hex_text, unescape

T = TypeVar("T")
Choice = TypeVar("Choice", bound=Enum)


class InvalidArgument(ValueError):  # noqa: N818 - the error is the fact
    """A value that this argument cannot have. The text names the rule, never the value."""


class UnsafeArgument(InvalidArgument):
    """A value that would change the structure of the frame."""


@dataclass(frozen=True, slots=True)
class Argument(Generic[T]):
    """One argument, or a fixed number of them: `write` gives the texts or raises InvalidArgument, `read` reverses it.

    width: how many texts `read` takes; None for all that are left. binary: escaped bytes, one character for each.
    """

    write: Callable[[T], list[str]]
    read: Callable[[list[str]], T]
    width: int | None = 1
    binary: bool = False


_UNSAFE: Final = re.compile(r"[^ -~]|[][,*}]")  # control characters, all beyond ASCII, and what frames are made of


def require_safe(text: str) -> str:
    """Return the text if it cannot alter a frame."""
    if _UNSAFE.search(text):
        raise UnsafeArgument("an argument holds a delimiter, a control character or one beyond ASCII")
    return text


class Arguments:
    """A word with typed arguments. Subclasses are frozen dataclasses whose fields were made by `argument`."""

    __slots__ = ()
    word: ClassVar[str]

    def __post_init__(self) -> None:
        """Refuse a value that cannot be sent, so that every command that exists can be encoded."""
        self.arguments()

    def arguments(self) -> list[str]:
        """Return the texts behind the word, one character for each byte."""
        texts: list[str] = []
        for each in fields(self):  # type: ignore[arg-type] # every subclass is a dataclass
            codec: Argument[Any] = each.metadata["argument"]
            written = codec.write(getattr(self, each.name))
            texts += written if codec.binary else map(require_safe, written)
        return texts

    @classmethod
    def read(cls, texts: list[str]) -> Self:
        """Return the command with these arguments; InvalidArgument where they are not its own."""
        values: dict[str, Any] = {}
        for each in fields(cls):  # type: ignore[arg-type] # every subclass is a dataclass
            codec: Argument[Any] = each.metadata["argument"]
            width = len(texts) if codec.width is None else codec.width
            if len(texts) < width:
                raise InvalidArgument("arguments are missing")
            values[each.name] = codec.read(texts[:width])
            texts = texts[width:]
        if texts:
            raise InvalidArgument("there are more arguments than the command has")
        return cls(**values)


class Command(Arguments):
    """What a guardian or the platform may ask of a watch."""

    __slots__ = ()


def argument(codec: Argument[Any], *, default: Any = MISSING, personal: bool = False) -> Any:
    """Declare a field of a command. personal: its value stays out of the repr."""
    return field(default=default, repr=not personal, metadata={"argument": codec})


def whole(least: int, most: int) -> Argument[int]:
    """Return a whole number between two bounds."""

    def write(value: int) -> list[str]:
        if not least <= value <= most:
            raise InvalidArgument(f"the number must be from {least} to {most}")
        return [str(int(value))]

    return Argument(write, lambda texts: _number(texts[0], int))


def _number(text: str, convert: Callable[[str], T]) -> T:
    try:
        return convert(text)
    except ValueError:
        raise InvalidArgument("this is no number") from None


def _read_switch(texts: list[str]) -> bool:
    if texts[0] not in ("0", "1"):
        raise InvalidArgument("a switch is 0 or 1")
    return texts[0] == "1"


def _write_nothing(value: None) -> list[str]:
    if value is not None:
        raise InvalidArgument("this argument stays empty")
    return [""]


NOTHING: Final[Argument[None]] = Argument(_write_nothing, lambda _: None)
SWITCH: Final[Argument[bool]] = Argument(lambda value: [str(int(value))], _read_switch)


def one_of(kind: type[Choice]) -> Argument[Choice]:
    """Return a member of an enumeration, by its value on the wire."""
    members = {str(member.value): member for member in kind}

    def read(texts: list[str]) -> Choice:
        if texts[0] not in members:
            raise InvalidArgument("this is none of the choices")
        return members[texts[0]]

    return Argument(lambda value: [str(value.value)], read)


def optional(codec: Argument[T]) -> Argument[T | None]:
    """Return the argument as the last one, which may be left out: None."""
    return Argument(
        lambda value: [] if value is None else codec.write(value),
        lambda texts: codec.read(texts) if texts else None,
        width=None,
        binary=codec.binary,
    )


_NUMBER_MAX: Final = 20  # A-C
_PHONE: Final = re.compile(rf"\+?\d{{1,{_NUMBER_MAX - 1}}}", re.ASCII)


def _write_phone(value: str) -> list[str]:
    if not _PHONE.fullmatch(value):
        raise InvalidArgument("a phone number is digits, with a plus before them or not")
    return [value]


PHONE: Final[Argument[str]] = Argument(_write_phone, lambda texts: texts[0])


def numbers(rows: int) -> Argument[tuple[str, ...]]:
    """Return a list of phone numbers. Rows that are not used go out empty, which clears them (=)."""

    def write(value: tuple[str, ...]) -> list[str]:
        _require_count(value, rows)
        return [text for each in value for text in PHONE.write(each)] + [""] * (rows - len(value))

    return Argument(write, lambda texts: tuple(filter(None, texts)), width=None)


def plain_text(most: int) -> Argument[str]:
    """Return a text that goes out as it is: printable ASCII without delimiters."""

    def write(value: str) -> list[str]:
        if not 0 < len(value) <= most:
            raise InvalidArgument(f"the text must have 1 to {most} characters")
        return [value]

    return Argument(write, lambda texts: texts[0])


def hex_text(most: int, least: int = 1) -> Argument[str]:
    """Return a text in any script, which goes out as UTF-16BE in hexadecimal."""

    def write(value: str) -> list[str]:
        if not least <= len(value) <= most:
            raise InvalidArgument(f"the text must have {least} to {most} characters")
        try:
            return [to_hex_text(value)]
        except UnicodeEncodeError:
            raise InvalidArgument("the text holds half a character") from None

    return Argument(write, lambda texts: _require(from_hex_text(texts[0])))


def _require(text: str | None) -> str:
    if text is None:
        raise InvalidArgument("this is no text in hexadecimal")
    return text


def payload(prefix: bytes, most: int) -> Argument[bytes]:
    """Return bytes of a known format, escaped: at most so many of them as sent."""

    def write(value: bytes) -> list[str]:
        escaped = escape(value)
        if not value.startswith(prefix) or len(escaped) > most:
            raise InvalidArgument("the bytes are of another format or too many")
        return [escaped.decode("latin-1")]

    return Argument(write, lambda texts: unescape(texts[0].encode("latin-1")), binary=True)


class Contact(NamedTuple):
    """A row of a phone book."""

    number: str
    name: str

    def __repr__(self) -> str:
        """Nothing: both are personal."""
        return "Contact()"


_CONTACT_NAME_MAX: Final = 10  # A-C
CONTACT_NAME: Final = hex_text(_CONTACT_NAME_MAX)


def contacts(most: int, *, padded: bool) -> Argument[tuple[Contact, ...]]:
    """Return a list of number and name. padded: rows that are not used go out empty, which clears them."""

    def write(value: tuple[Contact, ...]) -> list[str]:
        _require_count(value, most)
        texts = [text for each in value for text in (*PHONE.write(each.number), *CONTACT_NAME.write(each.name))]
        return texts + [""] * (2 * (most - len(value)) if padded else 0)

    def read(texts: list[str]) -> tuple[Contact, ...]:
        rows = zip(texts[::2], texts[1::2], strict=False)
        return tuple(Contact(number, CONTACT_NAME.read([name])) for number, name in rows if number)

    return Argument(write, read, width=2 * most if padded else None)


def several(codec: Argument[T], least: int, most: int) -> Argument[tuple[T, ...]]:
    """Return a list of single arguments, as the last of a command."""

    def write(value: tuple[T, ...]) -> list[str]:
        _require_count(value, most, least)
        return [text for each in value for text in codec.write(each)]

    return Argument(write, lambda texts: tuple(codec.read([text]) for text in texts), width=None)


def _require_count(value: Iterable[object], most: int, least: int = 0) -> None:
    if not least <= len(tuple(value)) <= most:
        raise InvalidArgument(f"the list must have {least} to {most} entries")


class Weekday(IntEnum):
    """Days as the wire counts them: Sunday first (B, C; texts of one vendor say Monday, =)."""

    SUNDAY = 0
    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6


class Period(NamedTuple):
    """From one time of day to another, over midnight if that is earlier; on these days where the command has days."""

    begins: time
    ends: time


class WeeklyPeriod(NamedTuple):
    """A period on some days of the week."""

    period: Period
    days: frozenset[Weekday]


_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_DAYS: Final = re.compile("[01]{7}")


def write_clock(value: time) -> str:
    """Return HH:MM; the wire knows no seconds."""
    if value.second or value.microsecond:
        raise InvalidArgument("a time of day has no seconds here")
    return f"{value.hour:02}:{value.minute:02}"


def read_clock(text: str) -> time:
    """Return the time of day of HH:MM or H:MM."""
    found = _CLOCK.fullmatch(text.strip())
    try:
        return time(int(found[1]), int(found[2])) if found else time.fromisoformat("")
    except ValueError:
        raise InvalidArgument("this is no time of day") from None


def write_days(days: frozenset[Weekday]) -> str:
    """Return seven digits, Sunday first."""
    return "".join(str(int(day in days)) for day in Weekday)


def read_days(text: str) -> frozenset[Weekday]:
    """Return the days of seven digits, Sunday first."""
    if not _DAYS.fullmatch(text):
        raise InvalidArgument("days are seven digits")
    return frozenset(day for day in Weekday if text[day] == "1")


def _write_period(value: Period) -> list[str]:
    return [f"{write_clock(value.begins)}-{write_clock(value.ends)}"]


def _read_period(texts: list[str]) -> Period:
    begins, _, ends = texts[0].partition("-")
    return Period(read_clock(begins), read_clock(ends))


def _read_weekly_period(texts: list[str]) -> WeeklyPeriod:
    period, _, days = texts[0].rpartition("-")
    return WeeklyPeriod(_read_period([period]), read_days(days))


PERIOD: Final[Argument[Period]] = Argument(_write_period, _read_period)
WEEKLY_PERIOD: Final[Argument[WeeklyPeriod]] = Argument(
    lambda value: [f"{_write_period(value.period)[0]}-{write_days(value.days)}"], _read_weekly_period
)
