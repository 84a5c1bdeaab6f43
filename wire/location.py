"""The body of a location report.

`date,time,valid,lat,N|S,lon,E|W,speed,course,altitude,satellites,gsm,battery,steps,rolls,status,tail`
"""

import re
from datetime import datetime
from typing import Final

from wire.messages import Alarm, Location
from wire.network import mac_of, read_tail

_BODY: Final = 16  # fields before the tail
VALID_AT: Final = 3  # in the usual form: TYPE, date, time, valid
# Where eight digits are the status: in its place, or moved by up to three fields too many or one too few. No field
# there has as many; a step count might.
_STATUS_AT: Final = (_BODY, _BODY + 1, _BODY + 2, _BODY + 3, _BODY - 1)
_MOST_LEADING: Final = 4  # fields between TYPE and the date

VALIDITY: Final = {"A": True, "V": False}
_NUMBERS: Final = (
    "speed_kmh",
    "course_deg",
    "altitude_m",
    "satellites",
    "signal_percent",
    "battery_percent",
    "steps",
    "rolls",
)
_PERCENTAGES: Final = ("signal_percent", "battery_percent")
_SPEED_AT: Final = 8
_Numbers = tuple[float | None, float | None, float | None, int | None, int | None, int | None, int | None, int | None]
_MAX_PERCENT: Final = 100

_MAX_LATITUDE: Final = 90.0
_MAX_LONGITUDE: Final = 180.0
_MAX_SPEED_KMH: Final = 100_000.0  # what follows judges speeds; these only keep out NaN, infinity and nonsense
_MAX_ANGLE_OR_HEIGHT: Final = 100_000.0
_MAX_SATELLITES: Final = 255
_MAX_ROLLS: Final = 100_000
MAX_COUNT: Final = 10_000_000  # steps are a running total in some watches (C)

_ALARM_BITS: Final = (
    (1 << 16, Alarm.SOS),
    (1 << 17, Alarm.LOW_BATTERY),
    (1 << 18, Alarm.ZONE_LEFT),
    (1 << 19, Alarm.ZONE_ENTERED),
    (1 << 20, Alarm.TAKEN_OFF),
    (1 << 21, Alarm.FALL),
    (1 << 14, Alarm.POWER_CUT),
    (1 << 22, Alarm.BIT_22),
)
_ANY_ALARM: Final = sum(bit for bit, _ in _ALARM_BITS)
_STATUS: Final = re.compile(r"[0-9A-Fa-f]{8}").fullmatch
_SHORT_STATUS: Final = re.compile(r"[0-9A-Fa-f]{1,16}").fullmatch


def read_location(
    fields: list[str], received_at: datetime | None, *, is_alarm: bool, is_backlog: bool, cdma: bool = False
) -> Location:
    """Read a report from the fields of its content, TYPE first. What cannot be read is None, the rest stays."""
    if len(fields) <= _BODY or fields[VALID_AT] not in VALIDITY:
        fields = _aligned(fields)
    _, date, time, valid, lat, ns, lon, ew = fields[:8]
    moment = fix_time(date, time, received_at)
    latitude = _coordinate(lat, ns, "N", "S", _MAX_LATITUDE)
    longitude = _coordinate(lon, ew, "E", "W", _MAX_LONGITUDE)
    if latitude is None or longitude is None:
        latitude = longitude = None
    usual = _usual_numbers(fields)
    numbers = usual or _odd_numbers(fields)
    refused: tuple[str, ...] = ()
    if usual is None or moment is None or latitude is None:
        refused = _refused(fields, (moment, latitude, *numbers))
    status = _status(fields)
    cells, wifi, accuracy_m = read_tail(fields, _BODY + 1, cdma=cdma)
    values = (
        moment,
        VALIDITY.get(valid),
        latitude,
        longitude,
        *numbers,
        status,
        alarms_of(status, is_alarm=is_alarm),
        cells,
        wifi,
        accuracy_m,
        is_backlog,
        refused,
    )
    return _new(Location, values)


def fix_time(date: str, time: str, received_at: datetime | None) -> datetime | None:
    """Return date and time as UTC; None where there is no such moment.

    DDMMYY (A-C, T), unless YYMMDD (D) is nearer to when the frame was received.
    """
    if len(date) != 6 or len(time) != 6 or not (date + time).isdecimal():  # noqa: PLR2004 - DDMMYY and HHMMSS
        return None
    usual = _moment(date[4:], date[2:4], date[:2], time)
    if received_at is None:
        return usual
    turned = _moment(date[:2], date[2:4], date[4:], time)
    readings = [reading for reading in (usual, turned) if reading is not None]
    return min(readings, key=lambda reading: abs(reading - received_at), default=None)


def alarms_of(status: int | None, *, is_alarm: bool) -> tuple[Alarm, ...]:
    """Return every alarm of a status, SOS first; an alarm frame without a known bit is a general alarm."""
    if status is not None and status & _ANY_ALARM:
        return tuple(alarm for bit, alarm in _ALARM_BITS if status & bit)
    return (Alarm.GENERAL,) if is_alarm else ()


def percent(field: str) -> int | None:
    """Return 0-100, clamped: a battery of 255 has been seen. None where it is none."""
    try:
        value = int(field)
    except ValueError:
        return None
    return None if value < 0 else min(value, _MAX_PERCENT)


def _aligned(fields: list[str]) -> list[str]:
    """Return the fields with the date behind TYPE, and none missing: PP and the old forms put fields before it."""
    for at in range(1, min(_MOST_LEADING + 1, len(fields) - 2)):
        if fields[at + 2] in VALIDITY and fields[at].isdecimal() and fields[at + 1].isdecimal():
            fields = [fields[0], *fields[at:]]
            break
    return fields + [""] * (_BODY + 1 - len(fields))


def _coordinate(field: str, letter: str, positive: str, negative: str, bound: float) -> float | None:
    """Return degrees: S and W are below zero, N, E and nothing leave the sign of the number; None outside the globe."""
    try:
        degrees = float(field)
    except ValueError:
        return None
    if letter == negative:
        degrees = -abs(degrees)
    elif letter and letter != positive:
        return None
    return degrees + 0.0 if -bound <= degrees <= bound else None  # + 0.0: no minus zero


def _usual_numbers(fields: list[str]) -> _Numbers | None:
    """Return speed to rolls where all of them are there and possible, which is nearly always; else None."""
    try:
        speed, course, altitude = float(fields[8]), float(fields[9]), float(fields[10])
        satellites, gsm, battery = int(fields[11]), int(fields[12]), int(fields[13])
        steps, rolls = int(fields[14]), int(fields[15])
    except ValueError:
        return None
    possible = (
        0 <= speed <= _MAX_SPEED_KMH
        and -_MAX_ANGLE_OR_HEIGHT <= course <= _MAX_ANGLE_OR_HEIGHT
        and -_MAX_ANGLE_OR_HEIGHT <= altitude <= _MAX_ANGLE_OR_HEIGHT
        and 0 <= satellites <= _MAX_SATELLITES
        and 0 <= gsm <= _MAX_PERCENT
        and 0 <= battery <= _MAX_PERCENT
        and 0 <= steps <= MAX_COUNT
        and 0 <= rolls <= _MAX_ROLLS
    )
    return (speed, course, altitude, satellites, gsm, battery, steps, rolls) if possible else None


def _odd_numbers(fields: list[str]) -> _Numbers:
    """Return speed to rolls one by one: None for each that is missing or impossible."""
    speed, course, altitude, satellites, gsm, battery, steps, rolls = fields[_SPEED_AT:_BODY]
    return (
        _measure(speed, 0.0, _MAX_SPEED_KMH),
        _measure(course, -_MAX_ANGLE_OR_HEIGHT, _MAX_ANGLE_OR_HEIGHT),
        _measure(altitude, -_MAX_ANGLE_OR_HEIGHT, _MAX_ANGLE_OR_HEIGHT),
        count(satellites, _MAX_SATELLITES),
        percent(gsm),
        percent(battery),
        count(steps, MAX_COUNT),
        count(rolls, _MAX_ROLLS),
    )


def _measure(field: str, least: float, most: float) -> float | None:
    try:
        value = float(field)
    except ValueError:
        return None
    return value if least <= value <= most else None


def count(field: str, most: int) -> int | None:
    """Return a whole number from 0 to most; None for anything else."""
    try:
        value = int(field)
    except ValueError:
        return None
    return value if 0 <= value <= most else None


def _status(fields: list[str]) -> int | None:
    """Return the status bits. Alarms hang on them, so they are found even where a field before them is odd."""
    for at in _STATUS_AT:
        if at < len(fields) and _STATUS(fields[at]) and (at == _BODY or not _is_network_name(fields, at)):
            return int(fields[at], 16)
    return int(fields[_BODY], 16) if _SHORT_STATUS(fields[_BODY]) else None


def _is_network_name(fields: list[str], at: int) -> bool:
    """Whether a MAC follows: without cells, and a status of one digit, a Wi-Fi name stands where a status may."""
    return at + 1 < len(fields) and mac_of(fields[at + 1]) is not None


def _moment(year: str, month: str, day: str, time: str) -> datetime | None:
    try:
        return datetime.fromisoformat(f"20{year}{month}{day}T{time}Z")
    except ValueError:
        return None


def _refused(fields: list[str], taken: tuple[object, ...]) -> tuple[str, ...]:
    """Name what stood in its field and was not taken, or not as it stood."""
    _, date, time, _, lat, _, lon, _, *numbers = fields[:_BODY]
    names = ("fix_time", "coordinates", *_NUMBERS)
    stood = (date + time, (lat + lon).strip(), *numbers)
    return tuple(
        name
        for name, field, value in zip(names, stood, taken, strict=True)
        if (field and value is None) or (value == _MAX_PERCENT and name in _PERCENTAGES and int(field) != _MAX_PERCENT)
    )


_new = tuple.__new__  # half the time of Location(...)
