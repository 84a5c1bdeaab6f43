"""What each setting can be: typed, and within what watches of this family take.

A stored value is JSON (`content_of`, `value_of`); whatever a guardian sends becomes a value first, so nothing is stored
that could not be sent. Limits are those of the protocol texts; `A` to `D` as in the wire's own tables.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import time
from enum import StrEnum
from typing import Any

from core.commands.model import InvalidSetting, SettingName
from core.kernel.ids import MediaId, checked_id

MOST_SOS_NUMBERS = 3
MOST_MONITOR_NUMBERS = 3
MOST_CALLERS = 10
"""Two words of five rows."""
MOST_CONTACTS = 50
"""Of the kinds of phone book that all rows fit into; see `contacts_of`."""
LONGEST_CONTACT_NAME = 10
"""UTF-16 code units, as the wire counts them."""
MOST_QUIET_TIMES = 4
MOST_ALARM_CLOCKS = 3
MOST_REMINDERS = 3
LONGEST_REMINDER = 50
"""UTF-16 code units."""
DAYS_OF_WEEK = 7
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""ITU-T E.164: at most 15 digits; no country has subscribers with fewer than 7 in all."""


def checked_number(text: str) -> str:
    """Return the number when it is one in E.164 form, as +31612345678; raise InvalidSetting."""
    if not _E164.fullmatch(text):
        raise InvalidSetting("a number is a plus and 7 to 15 digits")
    return text


def checked_text(text: str, most: int) -> str:
    """Return the trimmed text when a screen can show it; raise InvalidSetting."""
    shown = text.strip()
    if not shown.isprintable() or not 1 <= len(shown.encode("utf-16-be")) // 2 <= most:
        raise InvalidSetting(f"a text has 1 to {most} printable characters")
    return shown


def _at_most(count: int, entries: tuple[Any, ...], what: str) -> None:
    if len(entries) > count:
        raise InvalidSetting(f"a watch takes at most {count} {what}")


def _each_once(entries: tuple[str, ...]) -> None:
    if len(set(entries)) < len(entries):
        raise InvalidSetting("a number stands in it twice")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Phone numbers in E.164 form, in the order in which they are dialled or shown."""

    numbers: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        for each in self.numbers:
            checked_number(each)
        _each_once(self.numbers)


class SosNumbers(Numbers):
    """What the SOS button dials in turn."""

    __slots__ = ()

    def __post_init__(self) -> None:
        Numbers.__post_init__(self)
        _at_most(MOST_SOS_NUMBERS, self.numbers, "SOS numbers")


class MonitorNumbers(Numbers):
    """Kept for the statement's sake, never sent (D6)."""

    __slots__ = ()

    def __post_init__(self) -> None:
        Numbers.__post_init__(self)
        _at_most(MOST_MONITOR_NUMBERS, self.numbers, "monitor numbers")


class AllowedCallers(Numbers):
    """Who may call the watch."""

    __slots__ = ()

    def __post_init__(self) -> None:
        Numbers.__post_init__(self)
        _at_most(MOST_CALLERS, self.numbers, "callers")


@dataclass(frozen=True, slots=True)
class Contact:
    """A row of the phone book. picture: a photo of the watch's, for the guardians' screens; no watch is sent it."""

    name: str = field(repr=False)
    number: str = field(repr=False)
    picture: MediaId | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", checked_text(self.name, LONGEST_CONTACT_NAME))
        checked_number(self.number)
        if self.picture is not None:
            checked_id(self.picture)


@dataclass(frozen=True, slots=True)
class Contacts:
    """The watch's phone book, in its order."""

    contacts: tuple[Contact, ...] = field(repr=False)

    def __post_init__(self) -> None:
        _at_most(MOST_CONTACTS, self.contacts, "contacts")
        _each_once(tuple(each.number for each in self.contacts))


@dataclass(frozen=True, slots=True)
class Switch:
    """Something that is on or off."""

    on: bool


@dataclass(frozen=True, slots=True)
class QuietTime:
    """Local time in which calls are refused and the screen is locked; over midnight if it ends before it begins.

    days: on which it begins, 0 Monday to 6 Sunday.
    """

    begins: time
    ends: time
    days: frozenset[int]

    def __post_init__(self) -> None:
        _checked_times(self.begins, self.ends)
        if self.begins == self.ends:
            raise InvalidSetting("a quiet time has a length")
        _checked_days(self.days)


@dataclass(frozen=True, slots=True)
class QuietTimes:
    """School times and nights."""

    periods: tuple[QuietTime, ...]

    def __post_init__(self) -> None:
        _at_most(MOST_QUIET_TIMES, self.periods, "quiet times")


class Repeats(StrEnum):
    """How often an alarm clock rings."""

    ONCE = "once"
    DAILY = "daily"
    ON_DAYS = "on_days"


@dataclass(frozen=True, slots=True)
class AlarmClock:
    """Rings at a local time. days: 0 Monday to 6 Sunday, for ON_DAYS alone."""

    at: time
    repeats: Repeats
    days: frozenset[int] = frozenset()
    on: bool = True

    def __post_init__(self) -> None:
        _checked_times(self.at)
        if self.repeats is Repeats.ON_DAYS:
            _checked_days(self.days)
        elif self.days:
            raise InvalidSetting("days go with an alarm that rings on days")


@dataclass(frozen=True, slots=True)
class AlarmClocks:
    """The watch's alarm clocks."""

    alarms: tuple[AlarmClock, ...]

    def __post_init__(self) -> None:
        _at_most(MOST_ALARM_CLOCKS, self.alarms, "alarm clocks")


@dataclass(frozen=True, slots=True)
class Reminder:
    """An alarm clock that shows a text."""

    clock: AlarmClock
    text: str = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", checked_text(self.text, LONGEST_REMINDER))


@dataclass(frozen=True, slots=True)
class Reminders:
    """The watch's reminders."""

    reminders: tuple[Reminder, ...]

    def __post_init__(self) -> None:
        _at_most(MOST_REMINDERS, self.reminders, "reminders")


INTERVALS_S = (10, 60, 120, 300, 600, 1_800, 3_600)
"""60 s and more by the protocol texts; 10 s is offered by one model's maker."""


@dataclass(frozen=True, slots=True)
class ReportingInterval:
    """How often a watch that moves reports its place."""

    seconds: int

    def __post_init__(self) -> None:
        if self.seconds not in INTERVALS_S:
            raise InvalidSetting("an interval is one of those offered")


class Language(StrEnum):
    """Languages that watches of this family have a number for, by ISO 639."""

    ENGLISH = "en"
    PORTUGUESE = "pt"
    SPANISH = "es"
    GERMAN = "de"
    TURKISH = "tr"
    FRENCH = "fr"
    ITALIAN = "it"
    SWEDISH = "sv"
    DUTCH = "nl"
    POLISH = "pl"
    FINNISH = "fi"
    DANISH = "da"


@dataclass(frozen=True, slots=True)
class WatchLanguage:
    """The language of the watch's screen."""

    language: Language


class SoundProfile(StrEnum):
    """How the watch makes itself noticed."""

    VIBRATE_AND_RING = "vibrate_and_ring"
    RING = "ring"
    VIBRATE = "vibrate"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound profile."""

    profile: SoundProfile


_SMS_PASSWORDS = range(100_000, 1_000_000)
"""Six digits."""


@dataclass(frozen=True, slots=True)
class SmsPassword:
    """The password of the watch's SMS channel, which the factory sets to a number that everybody knows (C-10)."""

    password: int = field(repr=False)

    def __post_init__(self) -> None:
        if self.password not in _SMS_PASSWORDS:
            raise InvalidSetting("an SMS password has six digits")


Value = (
    Numbers
    | Contacts
    | Switch
    | QuietTimes
    | AlarmClocks
    | Reminders
    | ReportingInterval
    | WatchLanguage
    | Sound
    | SmsPassword
)


def _checked_times(*times: time) -> None:
    if any(each.second or each.microsecond or each.tzinfo for each in times):
        raise InvalidSetting("a time of day has hours and minutes")


def _checked_days(days: frozenset[int]) -> None:
    if not days or not days <= set(range(DAYS_OF_WEEK)):
        raise InvalidSetting("days are 0 Monday to 6 Sunday, one at least")


def content_of(value: Value) -> dict[str, Any]:
    """Return the value as JSON holds it: its fields by name, times as HH:MM, days in their order."""
    return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}


def _plain(part: Any) -> Any:
    match part:
        case time():
            return part.isoformat("minutes")
        case tuple():
            return [_plain(each) for each in part]
        case frozenset():
            return sorted(part)
        case _ if is_dataclass(part):
            return {each.name: _plain(getattr(part, each.name)) for each in fields(part)}
    return part


def _clock_of(content: Mapping[str, Any]) -> AlarmClock:
    days, on = frozenset(content["days"]), bool(content["on"])
    return AlarmClock(time.fromisoformat(content["at"]), Repeats(content["repeats"]), days, on)


def _quiet_time_of(content: Mapping[str, Any]) -> QuietTime:
    begins, ends = time.fromisoformat(content["begins"]), time.fromisoformat(content["ends"])
    return QuietTime(begins, ends, frozenset(content["days"]))


def _switch_of(content: Mapping[str, Any]) -> Switch:
    return Switch({True: True, False: False}[content["on"]])


_READERS: Mapping[SettingName, Callable[[Mapping[str, Any]], Value]] = {
    SettingName.SOS_NUMBERS: lambda content: SosNumbers(tuple(content["numbers"])),
    SettingName.MONITOR_NUMBERS: lambda content: MonitorNumbers(tuple(content["numbers"])),
    SettingName.CONTACTS: lambda content: Contacts(tuple(Contact(**each) for each in content["contacts"])),
    SettingName.ALLOWED_CALLERS: lambda content: AllowedCallers(tuple(content["numbers"])),
    SettingName.REFUSE_STRANGERS: _switch_of,
    SettingName.QUIET_TIMES: lambda content: QuietTimes(tuple(map(_quiet_time_of, content["periods"]))),
    SettingName.ALARM_CLOCKS: lambda content: AlarmClocks(tuple(map(_clock_of, content["alarms"]))),
    SettingName.REMINDERS: lambda content: Reminders(
        tuple(Reminder(_clock_of(each["clock"]), each["text"]) for each in content["reminders"])
    ),
    SettingName.REPORTING_INTERVAL: lambda content: ReportingInterval(content["seconds"]),
    SettingName.STEP_COUNTER: _switch_of,
    SettingName.TAKE_OFF_ALARM: _switch_of,
    SettingName.FALL_ALARM: _switch_of,
    SettingName.LANGUAGE: lambda content: WatchLanguage(Language(content["language"])),
    SettingName.SOUND: lambda content: Sound(SoundProfile(content["profile"])),
    SettingName.SMS_PASSWORD: lambda content: SmsPassword(content["password"]),
}


def value_of(name: SettingName, content: Mapping[str, Any]) -> Value:
    """Return what `content_of` gave of a value of this setting; raise InvalidSetting for what it cannot be."""
    try:
        return _READERS[name](content)
    except (KeyError, TypeError, ValueError):
        raise InvalidSetting("the value has another shape") from None
