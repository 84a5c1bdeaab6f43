"""The check of a morning notices whatever is missing, extra or different."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.kernel.geo import Point
from core.tracking.alarms import AlarmKind
from local.once import ExpectedAlarm, Shown, compare, expected_alarms
from local.simulation.morning import CHILDREN, STEP_S, Measurement
from local.simulation.watch import Told

BEGIN = datetime(2026, 11, 20, 6, 40, tzinfo=UTC)
STEP = timedelta(seconds=STEP_S)
HOME = Point(52.2, 5.96)
ROUTER = "02:00:00:a0:00:01"


def _measured(number: int, *, located: bool = True, wifi: Sequence[str] = ()) -> tuple[datetime, Measurement]:
    place = Point(HOME.latitude + number / 1000, HOME.longitude)
    measurement = Measurement(
        offset_s=STEP_S * number,
        place=place,
        point=place if located else None,
        speed_kmh=0.0,
        course_deg=0.0,
        satellites=9 if located else 0,
        battery_percent=70,
        steps=0,
        wifi=wifi,
        cells=(),
        has_network=True,
    )
    return BEGIN + STEP * number, measurement


def _position(at: datetime, measurement: Measurement, source: str, accuracy_m: float | None = None) -> dict[str, Any]:
    place = {"latitude": measurement.place.latitude, "longitude": measurement.place.longitude}
    standing = {"doubtful": False, "backlog": at == BEGIN + 2 * STEP}
    return {"at": at.isoformat(), **place, "source": source, "accuracy_m": accuracy_m, **standing}


def _alert(number: int, kind: str, zone: str | None = None, **fields: object) -> dict[str, Any]:
    at = BEGIN + STEP * number
    alert = {
        "id": f"alert {number}",
        "kind": kind,
        "at": at.isoformat(),
        "received_at": (at + timedelta(minutes=20)).isoformat(),
        "late": True,
        "confirmed": True,
        "held_back": False,
        "zone": zone and {"id": "zone", "name": zone},
        "acknowledged": {"by": "somebody"} if kind == "sos" else None,
    }
    return {**alert, **fields}


MEASURED = [
    _measured(0, wifi=[ROUTER]),
    *map(_measured, (1, 2, 3)),
    _measured(4, located=False, wifi=[ROUTER]),
    _measured(5, located=False, wifi=["02:00:00:5c:00:01"]),
]
TOLD = Told(
    frames_sent=8, frames_garbled=1, frames_acknowledged=2, fixes_late=1, measured=MEASURED, sos_at=[BEGIN + 3 * STEP]
)
POSITIONS = [
    *(_position(*each, "gps") for each in MEASURED[:4]),
    _position(*MEASURED[4], "wifi", 40.0),
    _position(*MEASURED[5], "cell", 800.0),
]
ALARMS = [ExpectedAlarm(AlarmKind.ZONE_LEFT, BEGIN + STEP, "Home"), ExpectedAlarm(AlarmKind.SOS, BEGIN + 3 * STEP)]
LEFT, SOS = _alert(1, "zone_left", "Home"), _alert(3, "sos")
PUSHES = [{"id": "alert 1", "type": "alert"}, {"id": "alert 3", "type": "sos"}, {"id": "alert 3", "type": "sos"}]
SHOWN = Shown(
    latest=POSITIONS[-1],
    positions=POSITIONS,
    telemetry=[{"alarms": []}] * 6 + [{"alarms": ["sos"]}],
    alerts=[SOS, LEFT],
)


def _changed(index: int, **fields: object) -> list[Mapping[str, Any]]:
    return [{**each, **fields} if number == index else each for number, each in enumerate(POSITIONS)]


def _is_right(shown: Shown, pushes: Sequence[Mapping[str, str]] = PUSHES, quarantined: int = 1) -> bool:
    return compare([TOLD], [shown], [ALARMS], pushes, quarantined).is_right


def test_a_morning_shown_as_told_is_right() -> None:
    summary = compare([TOLD], [SHOWN], [ALARMS], PUSHES, quarantined=1)
    assert summary.is_right, summary
    assert (summary.expected, summary.stored, summary.frames_sent, summary.acknowledged) == (6, 6, 8, 2)
    assert summary.alarms_found == [["zone_left Home", "sos"]]


@pytest.mark.parametrize(
    "change",
    [
        lambda shown: replace(shown, positions=POSITIONS[1:]),
        lambda shown: replace(shown, positions=POSITIONS[:-1], latest=POSITIONS[-2]),
        lambda shown: replace(shown, positions=[*POSITIONS, POSITIONS[-1]]),
        lambda shown: replace(shown, positions=_changed(1, latitude=0.0)),
        lambda shown: replace(shown, positions=_changed(1, doubtful=True)),
        lambda shown: replace(shown, positions=_changed(1, backlog=True)),
        lambda shown: replace(shown, positions=_changed(4, source="cell")),
        lambda shown: replace(shown, positions=_changed(4, latitude=HOME.latitude)),
        lambda shown: replace(shown, positions=POSITIONS[::-1]),
        lambda shown: replace(shown, latest=None),
        lambda shown: replace(shown, latest=POSITIONS[0]),
        lambda shown: replace(shown, telemetry=shown.telemetry[1:]),
        lambda shown: replace(shown, telemetry=[{"alarms": []}] * 7),
        lambda shown: replace(shown, telemetry=[{"alarms": ["sos"]}] * 7),
        lambda shown: replace(shown, alerts=[LEFT]),
        lambda shown: replace(shown, alerts=[LEFT, SOS, SOS]),
        lambda shown: replace(shown, alerts=[SOS, _alert(1, "zone_entered", "Home")]),
        lambda shown: replace(shown, alerts=[SOS, _alert(1, "zone_left", "School")]),
        lambda shown: replace(shown, alerts=[SOS, {**LEFT, "at": (BEGIN - timedelta(minutes=1)).isoformat()}]),
        lambda shown: replace(shown, alerts=[SOS, {**LEFT, "late": False}]),
        lambda shown: replace(shown, alerts=[SOS, {**LEFT, "held_back": True}]),
        lambda shown: replace(shown, alerts=[{**SOS, "confirmed": False}, LEFT]),
        lambda shown: replace(shown, alerts=[{**SOS, "acknowledged": None}, LEFT]),
    ],
)
def test_a_morning_shown_otherwise_is_wrong(change: Callable[[Shown], Shown]) -> None:
    assert not _is_right(change(SHOWN))


@pytest.mark.parametrize(
    "pushes", [PUSHES[1:], PUSHES[:1], [*PUSHES, PUSHES[0]], [*PUSHES, {"id": "alert 4", "type": "alert"}]]
)
def test_a_phone_that_rings_too_often_or_not_at_all_is_noticed(pushes: Sequence[Mapping[str, str]]) -> None:
    assert not _is_right(SHOWN, pushes)


def test_a_bad_frame_that_was_not_quarantined_is_missed() -> None:
    assert not _is_right(SHOWN, quarantined=0)


def test_each_child_leaves_home_and_enters_school_once_and_one_of_them_has_more_to_tell() -> None:
    low = Told(sos_at=[BEGIN], low_at=BEGIN)
    alarms = [
        list(map(str, expected_alarms(child, told, BEGIN))) for child, told in zip(CHILDREN, (Told(), low), strict=True)
    ]
    assert alarms == [
        ["zone_left Home", "zone_entered School"],
        ["sos", "low_battery", "zone_left Home", "zone_entered School"],
    ]
