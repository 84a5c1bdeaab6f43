"""Steps by day, of counters that run on or begin anew each midnight, against a child whose every step is known."""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.kernel.ids import WatchId, new_id
from core.tracking.activity import CONTEXT, activity_of, days_of, most_steps
from core.tracking.model import TelemetryReading
from tests.builders import any_reading
from tests.clocks import FrozenClock
from tests.fakes.tracking import InMemoryTelemetryReadings

ZONE = ZoneInfo("Europe/Amsterdam")
WATCH = WatchId(new_id())
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FIRST = date(2026, 10, 21)  # the clocks go back on the fifth day
DAYS = 7

Bout = tuple[int, int, int]


def local(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Return an instant of the days of the simulation, by the wall clock."""
    at = datetime(FIRST.year, FIRST.month, FIRST.day, hour, minute, tzinfo=ZONE) + day * DAY
    return at.astimezone(UTC)


@dataclass
class Child:
    """walks: by local minute of the simulation, how many minutes and at which pace; nobody walks at night.

    resets: when its watch's counter falls to nothing. base: where the counter stood at first.
    """

    walks: Sequence[Bout]
    resets: Sequence[datetime] = ()
    base: int = 0

    def __post_init__(self) -> None:
        taken: dict[datetime, int] = {}
        for day, begin, pace in self.walks:
            for minute in range(30):
                at = local(day, 7) + (begin + minute) * MINUTE
                taken[at] = taken.get(at, 0) + pace
        self._times = sorted(taken)
        self._sums = [0, *accumulate(taken[at] for at in self._times)]

    def walked(self, start: datetime, end: datetime) -> int:
        return self._before(end) - self._before(start)

    def counter(self, at: datetime) -> int:
        falls = bisect_right(self.resets, at)
        return self.base + self._before(at) if not falls else self.walked(self.resets[falls - 1], at)

    def _before(self, at: datetime) -> int:
        return self._sums[bisect_left(self._times, at)]

    def readings(self, times: Sequence[datetime]) -> list[TelemetryReading]:
        return [any_reading(WATCH, at, steps=self.counter(at)) for at in times]


def midnights(zone: ZoneInfo) -> list[datetime]:
    days = (datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=zone) + number * DAY for number in range(DAYS + 2))
    return [day.astimezone(UTC) for day in days]


KINDS: dict[str, Callable[[], list[datetime]]] = {
    "running": list,
    "daily": lambda: midnights(ZONE),
    "daily by UTC": lambda: midnights(ZoneInfo("UTC")),
}
walks = st.lists(
    st.tuples(st.integers(0, DAYS - 1), st.integers(0, 13 * 60), st.integers(1, 110)), min_size=1, max_size=25
)
kinds = st.sampled_from(sorted(KINDS))


def every(minutes: int) -> list[datetime]:
    return [local(0) + number * minutes * MINUTE for number in range(DAYS * 24 * 60 // minutes)]


def steps_of(readings: Sequence[TelemetryReading], first: int = 2, last: int = DAYS - 1) -> list[int | None]:
    days = days_of(readings, FIRST + first * DAY, FIRST + last * DAY, ZONE)
    return [day.steps for day in days]


def truth(child: Child, first: int = 2, last: int = DAYS - 1) -> list[int]:
    return [child.walked(local(day), local(day + 1)) for day in range(first, last + 1)]


@given(walks, kinds, st.integers(5, 30), st.integers(0, 500_000))
@example([(0, 0, 1), (4, 700, 110)], "daily", 30, 0)
@example([(each, 0, 110) for each in range(DAYS)], "daily by UTC", 10, 0)
@pytest.mark.promise("P-20", guard="core.tracking.activity:steps_between", part="steps of each day")
def test_each_step_is_counted_on_its_day_whichever_way_the_watch_counts(
    walked: list[Bout], kind: str, minutes: int, base: int
) -> None:
    child = Child(walked, KINDS[kind](), base if kind == "running" else 0)
    assert steps_of(child.readings(every(minutes))) == truth(child)


@given(walks, kinds, st.integers(5, 60), st.data())
def test_steps_that_were_not_told_are_missed_and_none_is_made_up(
    walked: list[Bout], kind: str, minutes: int, data: st.DataObject
) -> None:
    child = Child(walked, KINDS[kind](), 7_000 if kind == "running" else 0)
    times = every(minutes)
    away = data.draw(st.lists(st.tuples(st.integers(0, len(times)), st.integers(1, 600)), max_size=4))
    gone = {number for start, length in away for number in range(start, start + length * 5 // minutes)}
    told = steps_of(child.readings([at for number, at in enumerate(times) if number not in gone]), first=0)
    known, really = 0, 0
    for steps, day in zip(told, truth(child, first=0), strict=True):
        known, really = known + (steps or 0), really + day
        assert steps is None or steps >= 0
        assert known <= really, "what is told late belongs to the day on which it is told, never to one before"


@given(walks, kinds, st.lists(st.tuples(st.integers(0, DAYS - 1), st.integers(8 * 60, 20 * 60)), max_size=3))
def test_a_watch_that_is_restarted_loses_what_it_had_not_told(
    walked: list[Bout], kind: str, restarts: list[tuple[int, int]]
) -> None:
    reboots = [local(day) + minute * MINUTE for day, minute in restarts]
    child = Child(walked, sorted(KINDS[kind]() + reboots), 7_000 if kind == "running" else 0)
    for steps, really in zip(steps_of(child.readings(every(10))), truth(child), strict=True):
        assert steps is not None
        lost = len(reboots) * 110 * 25 * 15  # as much as walks between two readings, or is made good at once
        assert really - lost <= steps <= really


@settings(max_examples=15)  # each of them stores some hundred readings twice
@given(walks, kinds, st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_readings_come(walked: list[Bout], kind: str, order: random.Random) -> None:
    child = Child(walked, KINDS[kind]())
    readings = child.readings(every(60))
    shuffled = order.sample(readings, len(readings))
    clock = FrozenClock(local(DAYS))
    orders = []
    for told in (readings, shuffled):
        store = InMemoryTelemetryReadings(clock)
        for reading in told:
            store.add(reading)
        orders.append(activity_of(store, WATCH, FIRST + CONTEXT, FIRST + (DAYS - 1) * DAY, ZONE, clock.now()))
    assert orders[0] == orders[1]
    assert [day.steps for day in orders[0]] == truth(child)


@given(walks, kinds, st.integers(1, 14))
def test_a_clock_that_is_minutes_behind_adds_no_steps(walked: list[Bout], kind: str, behind: int) -> None:
    """Heartbeats have the time of their receipt, reports that of the watch."""
    child = Child(walked, [at + behind * MINUTE for at in KINDS[kind]()])
    heartbeats = child.readings(every(20))
    reports = [
        any_reading(WATCH, at - behind * MINUTE, steps=child.counter(at), fingerprint="1" * 32) for at in every(10)
    ]
    told = sorted(heartbeats + reports, key=lambda each: (each.at, each.fingerprint))
    for steps, really in zip(steps_of(told), truth(child), strict=True):
        assert steps is not None
        assert steps <= really


@given(st.lists(st.tuples(st.integers(0, DAYS * 24 * 60 - 1), st.integers(0, 2**31)), max_size=60))
def test_whatever_a_watch_tells_no_day_has_more_than_anybody_walks(told: list[tuple[int, int]]) -> None:
    counts = sorted(dict(told).items())
    readings = [any_reading(WATCH, local(0) + minute * MINUTE, steps=steps) for minute, steps in counts]
    for steps in steps_of(readings, first=0):
        assert steps is None or 0 <= steps <= most_steps(DAYS * DAY) + len(counts) * most_steps(timedelta())


def test_a_leap_that_the_next_reading_denies_is_no_steps() -> None:
    told = [100, 110, 65_535, 120, 130]
    readings = [any_reading(WATCH, local(2, 10, number), steps=steps) for number, steps in enumerate(told)]
    assert steps_of(readings, 2, 2) == [30]


@pytest.mark.promise("P-20", guard="core.tracking.activity:steps_between", part="null is not 0")
def test_a_watch_that_tells_no_steps_has_none_which_is_not_zero() -> None:
    quiet = [any_reading(WATCH, local(2, hour), steps=None) for hour in range(9, 12)]
    resting = [any_reading(WATCH, local(3, hour), steps=0) for hour in range(9, 12)]
    walking = [any_reading(WATCH, local(4, hour), steps=hour) for hour in (10, 30)[:1]]
    assert steps_of(quiet + resting + walking, 1, 4) == [None, None, 0, 10]


def test_one_count_without_another_before_tells_nothing() -> None:
    assert steps_of([any_reading(WATCH, local(2, 9), steps=4_000)], 2, 2) == [None]


@pytest.mark.promise("P-21", guard="core.tracking.activity:_summary", part="battery of each day")
def test_a_day_tells_its_hours_and_its_battery() -> None:
    told = {8: 80, 12: 22, 13: None, 20: 61}
    readings = [any_reading(WATCH, local(2, hour), battery_percent=percent) for hour, percent in told.items()]
    nothing, day = days_of(readings, FIRST + DAY, FIRST + 2 * DAY, ZONE)
    assert (day.first_reading_at, day.last_reading_at) == (local(2, 8), local(2, 20))
    assert (day.lowest_battery_percent, day.last_battery_percent) == (22, 61)
    assert (nothing.steps, nothing.first_reading_at, nothing.lowest_battery_percent) == (None, None, None)
