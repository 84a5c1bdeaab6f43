"""When a zone gives alarms."""

from datetime import UTC, datetime, time, timedelta

import pytest

from core.kernel.geo import Point
from core.kernel.ids import WatchId, ZoneId
from core.zones.model import Circle, Crossing, Schedule, Side, Window, Zone
from core.zones.schedule import gives_alarm

WEEKDAYS = frozenset(range(5))
SCHOOL = Window(WEEKDAYS, time(8, 30), time(14))
NIGHT = Window(frozenset({4}), time(22), time(6))  # of Friday


def zone(*windows: Window, time_zone: str = "Europe/Amsterdam", entering: bool = True, leaving: bool = True) -> Zone:
    return Zone(
        zone_id=ZoneId("z" * 26),
        watch_id=WatchId("w" * 26),
        name="school",
        shape=Circle(Point(52.2, 5.9), 100),
        schedule=Schedule(time_zone, windows) if windows else None,
        alarm_on_entering=entering,
        alarm_on_leaving=leaving,
    )


def crossing(at: str, into: Side = Side.OUTSIDE) -> Crossing:
    instant = datetime.fromisoformat(at).astimezone(UTC)
    return Crossing(zone_id=ZoneId("z" * 26), into=into, at=instant, known_at=instant + timedelta(hours=12))


def test_a_zone_without_a_schedule_always_gives_alarms() -> None:
    assert gives_alarm(zone(), crossing("2026-11-22T03:00+01:00"))


@pytest.mark.parametrize("into", Side)
@pytest.mark.parametrize("is_wanted", [True, False])
def test_guardians_choose_the_directions(into: Side, *, is_wanted: bool) -> None:
    entering = zone(entering=is_wanted, leaving=not is_wanted)
    assert gives_alarm(entering, crossing("2026-11-22T03:00+01:00", into)) == ((into is Side.INSIDE) == is_wanted)


@pytest.mark.promise("P-19", guard="core.zones.schedule:is_within", part="days and hours")
@pytest.mark.parametrize(
    "at",
    [
        "2026-11-23T08:29:59+01:00",  # a Monday
        "2026-11-23T14:00+01:00",
        "2026-11-22T10:00+01:00",
        "2026-07-06T08:29+02:00",  # in summer it is the same wall clock
    ],
)
def test_outside_its_windows_a_zone_is_silent(at: str) -> None:
    assert not gives_alarm(zone(SCHOOL), crossing(at))


@pytest.mark.parametrize("at", ["2026-11-23T08:30+01:00", "2026-11-27T13:59:59+01:00", "2026-07-06T08:30+02:00"])
def test_a_window_is_of_the_wall_clock_where_the_watch_is(at: str) -> None:
    assert gives_alarm(zone(SCHOOL), crossing(at))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-27T21:59+01:00", False),  # a Friday
        ("2026-11-27T22:00+01:00", True),
        ("2026-11-28T05:59+01:00", True),
        ("2026-11-28T06:00+01:00", False),
        ("2026-11-28T22:30+01:00", False),
        ("2026-11-27T05:00+01:00", False),
        ("2026-03-28T05:30+01:00", True),
        ("2026-10-24T05:30+02:00", True),
    ],
)
def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins(at: str, *, expected: bool) -> None:
    assert gives_alarm(zone(NIGHT), crossing(at)) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-29T00:59:59+00:00", False),  # 01:59:59, an instant before 03:00
        ("2026-03-29T01:00:00+00:00", True),
        ("2026-10-25T00:30:00+00:00", True),  # the first 02:30
        ("2026-10-25T01:30:00+00:00", True),  # the second
        ("2026-10-25T02:30:00+00:00", True),
        ("2026-10-25T03:00:00+00:00", False),
    ],
)
def test_the_hours_when_the_clocks_change(at: str, *, expected: bool) -> None:
    assert gives_alarm(zone(Window(frozenset({6}), time(2), time(4))), crossing(at)) == expected


def test_each_zone_has_its_own_time_zone() -> None:
    monday_in_tokyo = crossing("2026-11-22T23:45+00:00")
    assert gives_alarm(zone(SCHOOL, time_zone="Asia/Tokyo"), monday_in_tokyo)
    assert not gives_alarm(zone(SCHOOL), monday_in_tokyo)


def test_the_time_of_the_crossing_counts_not_that_of_its_proof() -> None:
    assert gives_alarm(zone(SCHOOL), crossing("2026-11-23T13:59+01:00"))
