"""Commands about the rhythm of the day, and messages."""

import re
from dataclasses import dataclass
from datetime import time
from enum import IntEnum
from typing import Final, NamedTuple

from wire.arguments import (
    NOTHING,
    PERIOD,
    SWITCH,
    WEEKLY_PERIOD,
    Argument,
    Command,
    InvalidArgument,
    Period,
    Weekday,
    WeeklyPeriod,
    argument,
    hex_text,
    one_of,
    payload,
    read_clock,
    read_days,
    several,
    whole,
    write_clock,
    write_days,
)

_AMR_HEADER: Final = b"#!AMR"
_VOICE_MAX: Final = 0xFF00  # escaped: with its header the frame still fits four hexadecimal digits and 64 KiB
_MESSAGE_MAX: Final = 200  # a watch shows far less
_REMINDER_TEXT_MAX: Final = 50
_LESSONS: Final = 8


@dataclass(frozen=True, slots=True)
class SetSilence(Command):
    """Set four periods without calls; conflict: Monday to Friday (A), every day (others)."""

    word = "SILENCETIME"
    periods: tuple[Period, ...] = argument(several(PERIOD, 4, 4))


@dataclass(frozen=True, slots=True)
class SetWeeklySilence(Command):
    """Set periods in which calls are refused and the screen is locked; SOS works (B, C: four; D: five)."""

    word = "SILENCETIME2"
    periods: tuple[WeeklyPeriod, ...] = argument(several(WEEKLY_PERIOD, 1, 5))


class Frequency(IntEnum):
    """How often a reminder rings."""

    ONCE = 1
    DAILY = 2
    ON_DAYS = 3


class Reminder(NamedTuple):
    """An alarm clock. days count where frequency is ON_DAYS, and are empty elsewhere."""

    at: time
    on: bool
    frequency: Frequency
    days: frozenset[Weekday] = frozenset()


def _write_reminder(value: Reminder) -> list[str]:
    if bool(value.days) != (value.frequency is Frequency.ON_DAYS):
        raise InvalidArgument("a reminder has days if, and only if, it rings on days")
    days = f"-{write_days(value.days)}" if value.days else ""
    return [f"{write_clock(value.at)}-{int(value.on)}-{value.frequency}{days}"]


def _read_reminder(texts: list[str]) -> Reminder:
    clock, *rest = texts[0].split("-")
    if not 2 <= len(rest) <= 3:  # noqa: PLR2004 - on, frequency, and days or not
        raise InvalidArgument("a reminder is a time, a switch and a frequency")
    days = read_days(rest[2]) if len(rest) > 2 else frozenset()  # noqa: PLR2004 - the days
    return Reminder(read_clock(clock), SWITCH.read(rest), one_of(Frequency).read(rest[1:]), days)


_REMINDER: Final[Argument[Reminder]] = Argument(_write_reminder, _read_reminder)


@dataclass(frozen=True, slots=True)
class SetReminders(Command):
    """Set the alarm clocks (three; D: five)."""

    word = "REMIND"
    reminders: tuple[Reminder, ...] = argument(several(_REMINDER, 1, 5))


@dataclass(frozen=True, slots=True)
class SetPillReminder(Command):
    """Set one of three reminders with a text (C). Strangers once spoke to children by it: for the owner, and rarely."""

    word = "TAKEPILLS"
    reminder: Reminder = argument(_REMINDER)
    slot: int = argument(whole(1, 3))
    text: str = argument(hex_text(_REMINDER_TEXT_MAX), personal=True)
    voice: None = argument(NOTHING, default=None)  # the text does not tell how a voice is encoded


class LessonTime(NamedTuple):
    """A lesson, or the same two times of midnight where there is none."""

    begins: time = time()
    ends: time = time()


_LESSON: Final = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)", re.ASCII)


def _write_lessons(value: tuple[LessonTime, ...]) -> list[str]:
    if len(value) != _LESSONS:
        raise InvalidArgument("a day has eight lessons")
    clocks = (write_clock(each.begins) + write_clock(each.ends) for each in value)
    return ["-".join(clock.replace(":", "") for clock in clocks)]


def _read_lessons(texts: list[str]) -> tuple[LessonTime, ...]:
    found = [_LESSON.fullmatch(text) for text in texts[0].split("-")]
    return tuple(LessonTime(_clock(each, 1), _clock(each, 3)) for each in found)


def _clock(found: re.Match[str] | None, group: int) -> time:
    if found is None:
        raise InvalidArgument("a lesson is eight digits")
    return read_clock(f"{found[group]}:{found[group + 1]}")


@dataclass(frozen=True, slots=True)
class SetTimetable(Command):
    """Set the times of eight lessons, and a subject as `week_lesson_subject` (B, D)."""

    word = "SCHEDULE"
    lessons: tuple[LessonTime, ...] = argument(Argument(_write_lessons, _read_lessons))
    subject: str = argument(hex_text(_REMINDER_TEXT_MAX), personal=True)


@dataclass(frozen=True, slots=True)
class SendMessage(Command):
    """Show a text."""

    word = "MESSAGE"
    text: str = argument(hex_text(_MESSAGE_MAX), personal=True)


@dataclass(frozen=True, slots=True)
class SendVoice(Command):
    """Send an AMR voice message; answered by TK,1 or TK,0."""

    word = "TK"
    audio: bytes = argument(payload(_AMR_HEADER, _VOICE_MAX), personal=True)


@dataclass(frozen=True, slots=True)
class SendHearts(Command):
    """Show so many hearts as a reward."""

    word = "FLOWER"
    hearts: int = argument(whole(0, 999))
