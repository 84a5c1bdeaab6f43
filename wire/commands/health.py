"""Commands about steps, sleep, falls and readings."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Final, NamedTuple

from wire.arguments import (
    PERIOD,
    PHONE,
    SWITCH,
    Argument,
    Command,
    InvalidArgument,
    Period,
    argument,
    optional,
    read_clock,
    several,
    whole,
    write_clock,
)

_FEWEST_SECONDS: Final = 300  # between two readings of the heart rate (B, C)
_DAY_SECONDS: Final = 86_400
_MANNER_MAX: Final = 9  # the numbers of quantities, warnings and places on the body are not all explained
_READINGS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True)
class CountSteps(Command):
    """Count steps (A); off, they stay 0 (F)."""

    word = "PEDO"
    on: bool = argument(SWITCH)


@dataclass(frozen=True, slots=True)
class SetWalkTimes(Command):
    """Set three periods in which steps count; counting is off until this was sent (C)."""

    word = "WALKTIME"
    periods: tuple[Period, ...] = argument(several(PERIOD, 3, 3))


@dataclass(frozen=True, slots=True)
class SetSleepTime(Command):
    """Set the period in which turn-overs count."""

    word = "SLEEPTIME"
    period: Period = argument(PERIOD)


@dataclass(frozen=True, slots=True)
class AlarmOnTakingOff(Command):
    """Raise an alarm when the watch is taken off; needs a sensor."""

    word = "REMOVE"
    on: bool = argument(SWITCH)


@dataclass(frozen=True, slots=True)
class AlarmOnFall(Command):
    """Raise an alarm at a fall, and call the centre too or not (B, C)."""

    word = "FALLDOWN"
    on: bool = argument(SWITCH)
    calls_centre: bool | None = argument(optional(SWITCH), default=None)


def _write_sensitivity(value: tuple[int, int]) -> list[str]:
    current, most = value
    if not 1 <= current <= most or most not in (6, 8):
        raise InvalidArgument("a sensitivity is 1 to 6, or 1 to 8, by model")
    return [f"{current}+{most}"]


def _read_sensitivity(texts: list[str]) -> tuple[int, int]:
    found = re.fullmatch(r"(\d)\+(\d)", texts[0], re.ASCII)
    if found is None:
        raise InvalidArgument("a sensitivity is two digits with a plus")
    return int(found[1]), int(found[2])


@dataclass(frozen=True, slots=True)
class SetFallSensitivity(Command):
    """Set how easily a fall is seen: 1 most easily, and the model's number of steps (B, C)."""

    word = "LSSET"
    level: tuple[int, int] = argument(Argument(_write_sensitivity, _read_sensitivity))


def _write_heart_interval(seconds: int) -> list[str]:
    if seconds not in (0, 1) and not _FEWEST_SECONDS <= seconds <= _DAY_SECONDS:
        raise InvalidArgument("0 for off, 1 for once, or 300 seconds at least")
    return [str(seconds)]


@dataclass(frozen=True, slots=True)
class MeasureHeartRate(Command):
    """Measure the heart rate: 0 off, 1 once, else each so many seconds (B, C)."""

    word = "hrtstart"
    seconds: int = argument(Argument(_write_heart_interval, whole(0, _DAY_SECONDS).read))


@dataclass(frozen=True, slots=True)
class MeasureHealth(Command):
    """Measure a quantity by its number at an interval (B, C)."""

    word = "HEALTHAUTOSET"
    quantity: int = argument(whole(0, _MANNER_MAX))
    on: bool = argument(SWITCH)
    seconds: int = argument(whole(0, _DAY_SECONDS))


@dataclass(frozen=True, slots=True)
class MeasureTemperature(Command):
    """Measure the body's temperature each so many hours (B, C)."""

    word = "bodytemp"
    on: bool = argument(SWITCH)
    hours: int = argument(whole(1, 24))


@dataclass(frozen=True, slots=True)
class MeasureTemperatureOnce(Command):
    """Measure the body's temperature now (B, C)."""

    word = "bodytemp2"


def _write_celsius(value: float) -> list[str]:
    if not 30 <= value <= 45 or round(value, 1) != value:  # noqa: PLR2004 - a living body
        raise InvalidArgument("a temperature is 30.0 to 45.0")
    return [f"{value:.1f}"]


def _read_celsius(texts: list[str]) -> float:
    try:
        return float(texts[0])
    except ValueError:
        raise InvalidArgument("a temperature is a number") from None


_CELSIUS: Final[Argument[float]] = Argument(_write_celsius, _read_celsius)


@dataclass(frozen=True, slots=True)
class WarnOfTemperature(Command):
    """Warn below and above a temperature, in a way given by its number, and call someone (B, C)."""

    word = "BTWARNSET"
    low_c: float = argument(_CELSIUS)
    high_c: float = argument(_CELSIUS)
    on: bool = argument(SWITCH)
    manner: int = argument(whole(0, _MANNER_MAX))
    number: str = argument(PHONE, personal=True)


class TemperatureReading(NamedTuple):
    """When to measure, and in which way, by its number."""

    at: time
    manner: int


def _write_readings(value: tuple[TemperatureReading, ...]) -> list[str]:
    if not 1 <= len(value) <= _READINGS_A_DAY:
        raise InvalidArgument("there are 1 to 24 readings a day")
    manners = [whole(0, _MANNER_MAX).write(each.manner)[0] for each in value]
    clocks = [write_clock(each.at) for each in value]
    return [str(len(value)), *(f"{clock}-{manner}" for clock, manner in zip(clocks, manners, strict=True))]


def _read_readings(texts: list[str]) -> tuple[TemperatureReading, ...]:
    pairs = (text.partition("-") for text in texts[1:])
    return tuple(TemperatureReading(read_clock(clock), whole(0, 9).read([manner])) for clock, _, manner in pairs)


@dataclass(frozen=True, slots=True)
class SetTemperatureTimes(Command):
    """Measure the body's temperature at these times (B, C)."""

    word = "BTTIMESET"
    readings: tuple[TemperatureReading, ...] = argument(Argument(_write_readings, _read_readings, width=None))
