"""The check of a morning notices whatever is missing, extra or different."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.kernel.geo import Point
from local.once import Shown, compare
from local.simulation.watch import Told

BEGIN = datetime(2026, 11, 20, 6, 40, tzinfo=UTC)
FIXES = [(BEGIN + timedelta(seconds=20 * number), Point(52.2 + number / 1000, 5.96)) for number in range(5)]


def _position(at: datetime, point: Point) -> dict[str, Any]:
    place = {"latitude": point.latitude, "longitude": point.longitude}
    return {"at": at.isoformat(), **place, "doubtful": False, "backlog": at == FIXES[2][0]}


TOLD = Told(frames_sent=7, frames_garbled=1, frames_acknowledged=2, sos_sent=1, fixes_late=1, fixes=FIXES)
POSITIONS = [_position(at, point) for at, point in FIXES]
SHOWN = Shown(latest=POSITIONS[-1], positions=POSITIONS, telemetry=[{"alarms": []}] * 5 + [{"alarms": ["sos"]}])


def _changed(index: int, **fields: object) -> list[Mapping[str, Any]]:
    return [{**each, **fields} if number == index else each for number, each in enumerate(POSITIONS)]


def test_a_morning_shown_as_told_is_right() -> None:
    summary = compare([TOLD], [SHOWN], quarantined=1)
    assert summary.is_right
    assert (summary.expected, summary.stored, summary.frames_sent, summary.acknowledged) == (5, 5, 7, 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda shown: replace(shown, positions=POSITIONS[1:]),
        lambda shown: replace(shown, positions=[*POSITIONS, POSITIONS[-1]]),
        lambda shown: replace(shown, positions=_changed(1, latitude=0.0)),
        lambda shown: replace(shown, positions=_changed(1, doubtful=True)),
        lambda shown: replace(shown, positions=_changed(1, backlog=True)),
        lambda shown: replace(shown, positions=POSITIONS[::-1]),
        lambda shown: replace(shown, latest=None),
        lambda shown: replace(shown, latest=POSITIONS[0]),
        lambda shown: replace(shown, telemetry=shown.telemetry[1:]),
        lambda shown: replace(shown, telemetry=[{"alarms": []}] * 6),
        lambda shown: replace(shown, telemetry=[{"alarms": ["sos"]}] * 6),
    ],
)
def test_a_morning_shown_otherwise_is_wrong(change: Callable[[Shown], Shown]) -> None:
    assert not compare([TOLD], [change(SHOWN)], quarantined=1).is_right


def test_a_bad_frame_that_was_not_quarantined_is_missed() -> None:
    assert not compare([TOLD], [SHOWN], quarantined=0).is_right
