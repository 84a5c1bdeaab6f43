"""What a watch tells of each day: its steps, its battery, and from when until when it was heard.

Watches tell a counter, never the steps of a day. Some counters run on, others begin anew each midnight, the watch's own
one: of its zone or of UTC. Both fall to nothing when the watch is restarted. Readings come late, out of order within
some minutes (a heartbeat has the time of its receipt, a report that of the watch's clock), or wrong. Steps are counted
from one reading to the next and belong to the day of the later one; what cannot be known is not made up.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from core.kernel.ids import WatchId
from core.tracking.model import TelemetryReading
from core.tracking.ports import TelemetryReadings

STEPS_A_SECOND = 4
"""Faster than any child runs."""
TOLD_AT_ONCE = 3_000
"""Steps: some watches add what they counted every quarter of an hour only."""
OUT_OF_ORDER = timedelta(minutes=15)
"""How far a watch's clock may be behind ours for its reports to stand among heartbeats of later."""
CONTEXT = timedelta(days=2)
"""Read before the first day: what a counter said then, and how it took the midnights."""


READINGS_AT_ONCE = 2_000
"""Of one call, which brings at most 1 MB of them: a busy week, and a bound on what a page of days may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfActivity:
    """A local day. steps: None where the watch told none, which is not 0; all others None where it told nothing."""

    day: date
    steps: int | None = field(repr=False)
    first_reading_at: datetime | None
    last_reading_at: datetime | None
    lowest_battery_percent: int | None
    last_battery_percent: int | None


@dataclass(frozen=True, slots=True)
class _Count:
    at: datetime
    steps: int


def activity_of(
    telemetry: TelemetryReadings, watch_id: WatchId, first: date, last: date, zone: ZoneInfo, now: datetime
) -> Sequence[DayOfActivity]:
    """Return the watch's days from first to last, both among them; nothing that is over is read."""
    start, end = begin_of(first, zone) - CONTEXT, begin_of(last + timedelta(days=1), zone) + OUT_OF_ORDER
    readings: list[TelemetryReading] = []
    after: str | None = None
    while True:
        page = telemetry.between(watch_id, start, end, now=now, limit=READINGS_AT_ONCE, after=after)
        readings += page.items
        if page.next is None:
            return days_of(readings, first, last, zone)
        after = page.next


def begin_of(day: date, zone: tzinfo) -> datetime:
    """Return the first instant of a local day, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def days_of(readings: Sequence[TelemetryReading], first: date, last: date, zone: ZoneInfo) -> Sequence[DayOfActivity]:
    """Return the days from first to last, by the readings of CONTEXT before, until OUT_OF_ORDER after, by time."""
    steps: dict[date, int] = {}
    for count in steps_taken(readings, zone):
        day = count.at.astimezone(zone).date()
        steps[day] = steps.get(day, 0) + count.steps
    by_day: dict[date, list[TelemetryReading]] = {}
    for reading in readings:
        by_day.setdefault(reading.at.astimezone(zone).date(), []).append(reading)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [_summary(day, by_day.get(day, []), steps.get(day)) for day in days]


def _summary(day: date, readings: Sequence[TelemetryReading], steps: int | None) -> DayOfActivity:
    charges = [each.battery_percent for each in readings if each.battery_percent is not None]
    return DayOfActivity(
        day=day,
        steps=steps,
        first_reading_at=readings[0].at if readings else None,
        last_reading_at=readings[-1].at if readings else None,
        lowest_battery_percent=min(charges, default=None),
        last_battery_percent=charges[-1] if charges else None,
    )


def steps_taken(readings: Sequence[TelemetryReading], zone: ZoneInfo) -> Iterator[_Count]:
    """Yield the steps that each reading adds, never negative, at its time."""
    counts = credible([_Count(each.at, each.steps) for each in readings if each.steps is not None])
    midnight = midnight_of(counts, zone)
    for number, count in enumerate(counts):
        if number:
            yield _Count(count.at, steps_between(counts[number - 1], count, midnight))
        elif midnight is not None:
            yield _Count(count.at, min(count.steps, most_steps(since_midnight(count.at, midnight))))
        elif count.steps == 0:
            yield count


def credible(counts: Sequence[_Count]) -> Sequence[_Count]:
    """Return the counts without those that stand in the wrong place, and without a leap that the next one denies."""
    kept: list[_Count] = []
    for number, count in enumerate(counts):
        before = kept[-1] if kept else None
        if before is None or not (_is_made_good(before, counts, number) or _is_leap(before, counts, number)):
            kept.append(count)
    return kept


def _is_made_good(before: _Count, counts: Sequence[_Count], number: int) -> bool:
    """Tell whether a counter that seems to have fallen is back within minutes: then it never fell."""
    fallen = counts[number]
    if fallen.steps >= before.steps:
        return False
    until = bisect_left(counts, fallen.at + OUT_OF_ORDER, key=lambda each: each.at)
    return any(before.steps <= each.steps for each in counts[number + 1 : until])


def _is_leap(before: _Count, counts: Sequence[_Count], number: int) -> bool:
    """Tell whether more was counted than anybody walks, and less again by the next reading."""
    count = counts[number]
    if count.steps - before.steps <= most_steps(count.at - before.at):
        return False
    return number + 1 < len(counts) and counts[number + 1].steps < count.steps


def most_steps(span: timedelta) -> int:
    """Return the most steps that may be told after a span of time."""
    return TOLD_AT_ONCE + int(span.total_seconds()) * STEPS_A_SECOND


def since_midnight(at: datetime, zone: tzinfo) -> timedelta:
    """Return how long the local day has lasted."""
    return at - begin_of(at.astimezone(zone).date(), zone)


def midnight_of(counts: Sequence[_Count], zone: ZoneInfo) -> tzinfo | None:
    """Return the zone at whose midnights the counter begins anew, None where it runs on or that cannot be told."""
    votes = {each: _votes(counts, each) for each in (zone, UTC)}
    best = max(votes, key=lambda each: votes[each])  # the watch's own zone, where both fit
    return best if votes[best] > 0 else None


def _votes(counts: Sequence[_Count], zone: tzinfo) -> int:
    """Return at how many more midnights the counter fell than not."""
    return sum(map(_vote, *_around_midnights(counts, zone)))


def _around_midnights(counts: Sequence[_Count], zone: tzinfo) -> tuple[Sequence[_Count], Sequence[_Count]]:
    """Return the last counts well before midnights, and the first ones well after: a clock may be minutes off."""
    before: list[_Count] = []
    after: list[_Count] = []
    if not counts:
        return before, after
    day, last = counts[0].at.astimezone(zone).date(), counts[-1].at.astimezone(zone).date()
    while day < last:
        day += timedelta(days=1)
        midnight = begin_of(day, zone)
        ends = bisect_left(counts, midnight - OUT_OF_ORDER, key=lambda each: each.at)
        begins = bisect_left(counts, midnight + OUT_OF_ORDER, key=lambda each: each.at)
        if ends and begins < len(counts):
            before.append(counts[ends - 1])
            after.append(counts[begins])
    return before, after


def _vote(before: _Count, after: _Count) -> int:
    """Tell for or against a new beginning; a counter that stood at nothing tells neither."""
    if before.steps == 0:
        return 0
    return 1 if after.steps < before.steps else -1


def steps_between(before: _Count, after: _Count, midnight: tzinfo | None) -> int:
    """Return the steps between two counts, at most what anybody walks.

    midnight: see midnight_of. After an unseen midnight all that is counted is new, unless nobody walks as much since
    then: the watch's clock is behind, and its midnight has yet to come.
    """
    most = most_steps(after.at - before.at)
    if after.steps < before.steps:
        return min(after.steps, most)
    if midnight is not None:
        since = since_midnight(after.at, midnight)
        is_new = before.at < after.at - since and since >= OUT_OF_ORDER
        if is_new and after.steps <= int(since.total_seconds()) * STEPS_A_SECOND:
            return after.steps
    return min(after.steps - before.steps, most)
