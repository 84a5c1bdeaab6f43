"""`python -m local once`: a compressed school morning over real sockets, and orders, checked through the API.

Both watches are new, so that the API shows this morning alone: every place that was told or can be found, every alarm
that the children's true ways bring about, each told to a phone once; and nothing else. Then a third watch is ordered
this and that (local/orders.py).
"""

import asyncio
import json
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from adapters.dynamo.quarantine import QuarantineRecord
from core.kernel.geo import Point, distance_m
from core.kernel.ids import WatchId
from core.tracking.admission import LATE_AFTER
from core.tracking.alarms import AlarmKind
from core.tracking.model import Source
from local.demo import HOME_ZONE, SCHOOL_ZONE, Demo, Household, draw_zones
from local.guardian import Guardian
from local.orders import check_orders, expected_ends
from local.phone import PLATFORM, Phone
from local.platform import Platform, Ports, running_platform
from local.simulation.morning import (
    CHILDREN,
    HOME_RADIUS_M,
    SCHOOL,
    SCHOOL_RADIUS_M,
    STEP_S,
    Child,
    Measurement,
    measurements,
)
from local.simulation.watch import SimulatedWatch, Told

PORTS = Ports(emulator=4567, bridge=8002, health=8083, sim_provider=8084)
"""Others than those of `run`, so that both may be there at once."""
_SEED = 1
_PAUSE_S = 0.02  # between two measurements; the morning's 20 s would be half an hour
_PATIENCE_S = 60.0  # without anything new
_QUIET_S = 3.0  # after all is there: a second alarm of one crossing would come with the frames behind it
_LOOK_EACH_S = 0.5
_NEAR = timedelta(seconds=3 * STEP_S)
"""By how much the point that first shows a crossing may be off it, with the error of GPS."""
_TELLING = timedelta(minutes=2)
"""What lies between the receipt of an alarm and its telling on a busy machine: a late alarm is late when it is told."""

Fix = tuple[datetime, float, float]
"""Time, latitude and longitude: what makes one position."""


@dataclass(frozen=True, slots=True)
class ExpectedAlarm:
    """An alarm that a true way brings about."""

    kind: AlarmKind
    at: datetime
    zone: str | None = None

    def __str__(self) -> str:
        return _named(self.kind, self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What the watches told and what became of it, over both.

    expected: places told or to be found. stored: positions that the API shows. missing: those that it does not show;
    extra: positions that nobody told, and doubts where nothing was doubtful. alarms_expected, alarms_found: by watch.
    wrong: what else is not as it was told, in words.
    """

    frames_sent: int
    acknowledged: int
    expected: int
    stored: int
    missing: int
    extra: int
    quarantined: int
    quarantine_expected: int
    alarms_expected: Sequence[Sequence[str]]
    alarms_found: Sequence[Sequence[str]]
    wrong: Sequence[str]

    @property
    def is_right(self) -> bool:
        """Whether nothing is missing and nothing is there that should not be."""
        return (
            not (self.missing or self.extra or self.wrong)
            and self.quarantined == self.quarantine_expected
            and self.alarms_found == self.alarms_expected
        )


def main(directory: Path) -> int:
    """Start the platform, play, compare; print the summary as one JSON object; return 0 only if all is right."""
    with running_platform(directory, PORTS, tell=lambda _: None) as platform:
        summary = check_morning(platform)
        ends, undone = check_orders(platform)
    orders = {"orders_expected": expected_ends(), "orders_ended": ends, "orders_undone": undone}
    print(json.dumps(asdict(summary) | orders))
    return 0 if summary.is_right and ends == expected_ends() and not undone else 1


def check_morning(platform: Platform) -> Summary:
    """Let two new watches tell a morning that ends now, and compare what their guardian is shown and told."""
    now = datetime.now(UTC).replace(microsecond=0)
    begins = [now - duration(child) for child in CHILDREN]
    device_ids = [f"88{secrets.randbelow(10**8):08}" for _ in CHILDREN]
    email = f"once-{secrets.token_hex(4)}@demo.example"
    household = Demo(platform.settings).settle(email, device_ids, bound_at=min(begins))
    guardian = Guardian(platform.api_url, household.email, household.password)
    draw_zones(guardian, household)
    phone = Phone(platform.push_log)
    guardian.register_phone(PLATFORM, phone.token)
    told = asyncio.run(_play(platform, device_ids, begins))
    alarms = [expected_alarms(*each) for each in zip(CHILDREN, told, begins, strict=True)]
    shown = _shown(guardian, household, told, alarms, phone, min(begins))
    return compare(told, shown, alarms, alerts_in(phone), _quarantined(household))


def alerts_in(phone: Phone) -> list[Mapping[str, str]]:
    """Return what rang for an alert; a notice, such as of the new sign-in, rings too."""
    return [push.data for push in phone.pushes() if push.data["type"] != "notice"]


def duration(child: Child) -> timedelta:
    """Return how long a child's morning is."""
    return timedelta(seconds=max(each.offset_s for each in measurements(child, _SEED)))


def expected_alarms(child: Child, told: Told, begin: datetime) -> list[ExpectedAlarm]:
    """Return what a child's true way brings about, in order of time; nobody hears on which side of a zone it begins."""
    zones = ((HOME_ZONE, child.home, HOME_RADIUS_M), (SCHOOL_ZONE, SCHOOL, SCHOOL_RADIUS_M))
    alarms = [
        ExpectedAlarm(kind, begin + timedelta(seconds=offset_s), name)
        for name, centre, radius_m in zones
        for kind, offset_s in _crossings(child, centre, radius_m)
    ]
    alarms += [ExpectedAlarm(AlarmKind.SOS, at) for at in told.sos_at]
    alarms += [ExpectedAlarm(AlarmKind.LOW_BATTERY, told.low_at)] if told.low_at else []
    return sorted(alarms, key=lambda alarm: alarm.at)


def _crossings(child: Child, centre: Point, radius_m: float) -> Iterator[tuple[AlarmKind, int]]:
    sides = [(each.offset_s, distance_m(each.place, centre) < radius_m) for each in measurements(child, _SEED)]
    for (_, was_inside), (offset_s, is_inside) in pairwise(sides):
        if was_inside != is_inside:
            yield AlarmKind.ZONE_ENTERED if is_inside else AlarmKind.ZONE_LEFT, offset_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the API shows of one watch."""

    latest: Mapping[str, Any] | None
    positions: Sequence[Mapping[str, Any]]
    telemetry: Sequence[Mapping[str, Any]]
    alerts: Sequence[Mapping[str, Any]]


async def _play(platform: Platform, device_ids: Sequence[str], begins: Sequence[datetime]) -> list[Told]:
    watches = [SimulatedWatch(each, platform.bridge_host, platform.bridge_port) for each in device_ids]
    await asyncio.gather(*(_live(*each) for each in zip(CHILDREN, watches, begins, strict=True)))
    return [watch.told for watch in watches]


async def _live(child: Child, watch: SimulatedWatch, begin: datetime) -> None:
    async with watch:
        for measurement in measurements(child, _SEED):
            await watch.measure(measurement, begin + timedelta(seconds=measurement.offset_s))
            await asyncio.sleep(_PAUSE_S)
        await watch.send_garbled()


def _shown(
    guardian: Guardian,
    household: Household,
    told: Sequence[Told],
    alarms: Sequence[Sequence[ExpectedAlarm]],
    phone: Phone,
    begin: datetime,
) -> list[Shown]:
    """Read until all that was told is there and nothing more comes; answer each SOS as it comes."""
    expected = sum(len(each.measured) + each.frames_sent for each in told) + 2 * sum(map(len, alarms))
    most, last_news = 0, time.monotonic()
    answered: set[str] = set()
    while True:
        shown = [_read(guardian, watch_id, begin) for watch_id in household.watch_ids]
        for watch_id, each in zip(household.watch_ids, shown, strict=True):
            for alert in each.alerts:
                if alert["kind"] == AlarmKind.SOS and alert["id"] not in answered:
                    guardian.acknowledge(watch_id, alert["id"])
                    answered.add(alert["id"])
        found = sum(len(each.positions) + len(each.telemetry) + len(each.alerts) for each in shown)
        found += _quarantined(household) + len(alerts_in(phone))
        if found > most:
            most, last_news = found, time.monotonic()
        if time.monotonic() - last_news > (_QUIET_S if found >= expected else _PATIENCE_S):
            return shown
        time.sleep(_LOOK_EACH_S)


def _read(guardian: Guardian, watch_id: WatchId, begin: datetime) -> Shown:
    until = datetime.now(UTC)
    return Shown(
        latest=guardian.latest(watch_id),
        positions=guardian.positions(watch_id, begin, until),
        telemetry=guardian.telemetry(watch_id, begin, until),
        alerts=guardian.alerts(watch_id, begin, until),
    )


def compare(
    told: Sequence[Told],
    shown: Sequence[Shown],
    alarms: Sequence[Sequence[ExpectedAlarm]],
    pushes: Sequence[Mapping[str, str]],
    quarantined: int,
) -> Summary:
    """Return what became of what each watch told; `shown` and `alarms` are in the same order."""
    missing = extra = 0
    wrong: list[str] = []
    for each_told, each_shown, each_alarms in zip(told, shown, alarms, strict=True):
        fixes = {(at, point.latitude, point.longitude) for at, point in each_told.fixes}
        to_find = each_told.unlocated.keys()
        by_gps = [_fix(position) for position in each_shown.positions if position["source"] == Source.GPS]
        others = {_at(position): position for position in each_shown.positions if position["source"] != Source.GPS}
        missing += len(fixes - set(by_gps)) + len(to_find - others.keys())
        extra += len(each_shown.positions) - len(fixes & set(by_gps)) - len(to_find & others.keys())
        extra += sum(position["doubtful"] for position in each_shown.positions)
        wrong += _wrong(each_told, each_shown)
        wrong += _wrongly_found(each_told, others)
        wrong += _wrongly_told(each_alarms, each_shown.alerts)
    wrong += _wrongly_pushed([alert for each in shown for alert in each.alerts], pushes)
    return Summary(
        frames_sent=sum(each.frames_sent for each in told),
        acknowledged=sum(each.frames_acknowledged for each in told),
        expected=sum(len(each.fixes) + len(each.unlocated) for each in told),
        stored=sum(len(each.positions) for each in shown),
        missing=missing,
        extra=extra,
        quarantined=quarantined,
        quarantine_expected=sum(each.frames_garbled for each in told),
        alarms_expected=[list(map(str, each)) for each in alarms],
        alarms_found=[
            [_named(it["kind"], it["zone"] and it["zone"]["name"]) for it in _by_time(each.alerts)] for each in shown
        ],
        wrong=wrong,
    )


def _wrong(told: Told, shown: Shown) -> list[str]:
    """Return what is not as it was told, besides the places and alarms themselves."""
    positions = [_fix(position) for position in shown.positions]
    right = {
        "order of positions": positions == sorted(positions),
        "latest position": shown.latest is not None and [_fix(shown.latest)] == positions[-1:],
        "number of readings": len(shown.telemetry) == told.frames_sent - told.frames_garbled,
        "number of SOS alarms": sum("sos" in each["alarms"] for each in shown.telemetry) == len(told.sos_at),
        "number of late positions": sum(each["backlog"] for each in shown.positions) == told.fixes_late,
    }
    return [name for name, holds in right.items() if not holds]


def _wrongly_found(told: Told, others: Mapping[datetime, Mapping[str, Any]]) -> Iterator[str]:
    """Tell of each place that was found by other means than there were, or farther off than it says."""
    learned: set[str] = set()
    for at, measurement in told.measured:
        if measurement.point is not None:
            learned |= set(measurement.wifi)
        elif position := others.get(at):
            source = Source.WIFI if learned & set(measurement.wifi) else Source.CELL
            if position["source"] != source:
                yield f"a place by {position['source']} instead of {source}"
            if _error_m(position, measurement) > position["accuracy_m"]:
                yield f"a place by {source} that is farther off than it says"


def _error_m(position: Mapping[str, Any], measurement: Measurement) -> float:
    return distance_m(Point(position["latitude"], position["longitude"]), measurement.place)


def _wrongly_told(expected: Sequence[ExpectedAlarm], alerts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Tell of each alert that is not of its alarm's time, or that is wrongly called late, doubtful or held back."""
    for alarm, alert in zip(expected, _by_time(alerts), strict=False):
        delay = datetime.fromisoformat(alert["received_at"]) - _at(alert)
        if abs(_at(alert) - alarm.at) > _NEAR:
            yield f"the time of {alarm}"
        if not (delay > LATE_AFTER) <= alert["late"] <= (delay > LATE_AFTER - _TELLING):
            yield f"the lateness of {alarm}"
        if alert["held_back"] or not alert["confirmed"]:
            yield f"the standing of {alarm}"
        if (alert["acknowledged"] is not None) != (alarm.kind is AlarmKind.SOS):
            yield f"the acknowledgement of {alarm}"


def _wrongly_pushed(alerts: Sequence[Mapping[str, Any]], pushes: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Tell of each alert for which the phone did not ring exactly once; an SOS may ring again until it is answered."""
    rings = Counter(push["id"] for push in pushes)
    for alert in alerts:
        times = rings.pop(alert["id"], 0)
        if times < 1 or (times > 1 and alert["kind"] != AlarmKind.SOS):
            yield f"{times} pushes of {alert['kind']}"
    if rings:
        yield f"{rings.total()} pushes of nothing"


def _by_time(alerts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(alerts, key=_at)


def _named(kind: str, zone: str | None) -> str:
    return f"{kind} {zone}" if zone else str(kind)


def _at(shown: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(shown["at"])


def _fix(position: Mapping[str, Any]) -> Fix:
    return _at(position), position["latitude"], position["longitude"]


def _quarantined(household: Household) -> int:
    return sum(QuarantineRecord.count(watch_id) for watch_id in household.watch_ids)
