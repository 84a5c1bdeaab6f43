"""What the frames of a watch bring about."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

import pytest

from core.alerts.model import Channel, DueKind
from core.alerts.silence import ASKED, Silence
from core.alerts.watchkeeping import SILENT_AFTER
from core.kernel.geo import Point
from core.kernel.ids import WatchId
from core.retention.policy import Subject
from core.tracking.alarms import AlarmKind
from core.tracking.model import Sighting
from core.tracking.ports import TelemetryReadings
from core.zones.model import Circle, Schedule, Window
from tests.builders import HOME, any_position, any_reading, any_sighting, any_zone
from tests.clocks import NOON
from tests.core.alerts.family import MINUTE, Family

LEFT, ENTERED, LOW, TAKEN_OFF = (
    AlarmKind.ZONE_LEFT,
    AlarmKind.ZONE_ENTERED,
    AlarmKind.LOW_BATTERY,
    AlarmKind.TAKEN_OFF,
)
PARK = Point(HOME.latitude + 0.02, HOME.longitude)  # 2.2 km north


def battery(at: datetime, percent: int, *alarms: str, **known: object) -> Sighting:
    return any_sighting(at, battery_percent=percent, alarms=alarms, **known)


def walk(family: Family, *places: Point, start: datetime = NOON, **known: object) -> list[Sighting]:
    """Return a sighting at each place, a minute apart."""
    times = [start + MINUTE * number for number in range(len(places))]
    return [
        any_sighting(at, position=any_position(family.watch_id, at, point=place, accuracy_m=10.0), **known)
        for at, place in zip(times, places, strict=True)
    ]


HOME_THEN_PARK = (*[HOME] * 6, *[PARK] * 4)


def again(sightings: Sequence[Sighting], how: str) -> Sequence[Sequence[Sighting]]:
    """Return the batches in which frames come again."""
    one_by_one: list[Sequence[Sighting]] = [[each] for each in sightings]
    match how:
        case "the batch":
            return [sightings]
        case "each frame":
            return one_by_one
        case _:
            return one_by_one[::-1]


AGAIN = pytest.mark.parametrize("how", ["the batch", "each frame", "in another order"])


@AGAIN
def test_a_crossing_is_told_once_however_often_its_frames_come(family: Family, how: str) -> None:
    family.world.zones.put(any_zone(family.watch_id, shape=Circle(HOME, 200.0)))
    sightings = walk(family, *HOME_THEN_PARK, *[HOME] * 4)
    family.clock.advance(timedelta(hours=1))
    assert family.saw(*sightings) == [LEFT, ENTERED]
    for batch in again(sightings, how):
        assert family.saw(*batch) == []
    assert sorted(family.kinds()) == [ENTERED, LEFT]
    assert len(family.push.sent) == 2 * 2


def test_a_crossing_becomes_an_alert_with_the_name_of_the_zone_and_without_a_place(family: Family) -> None:
    zone = any_zone(family.watch_id, shape=Circle(HOME, 200.0), name="opa")
    family.world.zones.put(zone)
    assert family.saw(*walk(family, *HOME_THEN_PARK)) == [LEFT]
    (alert,) = family.alerts()
    assert (alert.zone_id, alert.zone_name, alert.is_late) == (zone.zone_id, "opa", False)
    assert "opa" not in repr(alert)
    assert alert.at == NOON + 6 * MINUTE


def test_guardians_hear_only_of_crossings_that_they_asked_for(family: Family) -> None:
    never = Schedule("Europe/Amsterdam", (Window(frozenset({2}), NOON.time(), (NOON + MINUTE).time()),))
    family.world.zones.put(any_zone(family.watch_id, shape=Circle(HOME, 200.0), alarm_on_leaving=False))
    family.world.zones.put(any_zone(family.watch_id, shape=Circle(HOME, 300.0), schedule=never))
    assert family.saw(*walk(family, *HOME_THEN_PARK)) == []


def test_backlog_moves_nobody_but_counts_as_being_heard(family: Family) -> None:
    family.world.zones.put(any_zone(family.watch_id, shape=Circle(HOME, 200.0)))
    assert family.saw(*walk(family, *[HOME] * 6)) == []
    known = family.state()
    family.clock.advance(timedelta(hours=2))
    late = walk(family, *[PARK] * 6, start=NOON + 10 * MINUTE, backlog=True, battery_percent=5)
    assert family.saw(*late) == []
    assert family.state() == known


@pytest.mark.promise("P-19", guard="core.alerts.own_alarms:is_late", part="late alarms are labelled")
def test_a_crossing_that_is_told_long_after_it_happened_is_labelled(family: Family) -> None:
    family.world.zones.put(any_zone(family.watch_id, shape=Circle(HOME, 200.0)))
    received_at = NOON + timedelta(minutes=26)
    family.saw(*walk(family, *HOME_THEN_PARK, received_at=received_at))
    assert [alert.is_late for alert in family.alerts()] == [True]


def test_nothing_comes_of_a_zone_that_was_removed_before_its_alarm_was_told(family: Family) -> None:
    zone = any_zone(family.watch_id, shape=Circle(HOME, 200.0))
    family.world.zones.put(zone)
    family.keeping.saw(family.watch_id, walk(family, *HOME_THEN_PARK))
    family.world.zones.remove(family.watch_id, zone.zone_id)
    assert [alarm.kind for alarm in family.told()] == [LEFT]
    assert family.alerts() == []
    assert family.push.sent == []


def test_a_stay_beyond_a_border_is_concluded_by_the_sweep_alone_and_once(family: Family) -> None:
    family.world.zones.put(any_zone(family.watch_id, shape=Circle(HOME, 200.0)))
    assert family.saw(*walk(family, *[HOME] * 8)) == []
    family.clock.set(NOON + 8 * MINUTE)
    assert family.saw(*walk(family, PARK, start=family.clock.now())) == []
    (dwell,) = [due for due in family.due().waiting() if due.kind is DueKind.DWELL]
    family.wait(timedelta(minutes=6))
    assert family.kinds() == [LEFT]
    family.due().add(dwell)
    family.wait(MINUTE)
    assert family.kinds() == [LEFT]
    assert family.world.alarms.raised == []


@pytest.mark.promise("P-21", guard="core.alerts.watchkeeping:has_ended", part="low battery once")
def test_a_low_battery_is_told_once_until_it_was_charged(family: Family) -> None:
    def at(minute: int, percent: int) -> list[AlarmKind]:
        return family.saw(battery(NOON + minute * MINUTE, percent))

    assert at(0, 21) == []
    assert at(1, 19) == [LOW]
    assert [at(2, 18), at(3, 20), at(4, 25), at(5, 19), at(6, 29), at(7, 3)] == [[]] * 6
    assert at(8, 30) == []
    assert at(9, 19) == [LOW]
    assert family.kinds() == [LOW, LOW]


@pytest.mark.promise("P-21", guard="core.alerts.service:is_open", part="low battery once")
def test_the_alarm_bit_and_the_charge_tell_one_low_battery(family: Family) -> None:
    for minute, (percent, bits) in enumerate(((19, ("low_battery",)), (19, ()), (18, ("low_battery",)), (17, ()))):
        at = NOON + minute * MINUTE
        if bits:
            family.service.tell(family.alarm(LOW, at))
        family.saw(battery(at, percent, *bits))
    assert family.kinds() == [LOW]
    assert [account_id for account_id, _ in family.push.sent] == [family.mother, family.father]


def test_the_frame_of_a_watchs_first_alarm_is_taken_in_although_its_clock_is_ahead(family: Family) -> None:
    family.service.tell(family.alarm(TAKEN_OFF, NOON + 4 * MINUTE, received_at=NOON))
    assert family.saw(battery(NOON, 15, "taken_off")) == [LOW]


def test_a_bit_that_stands_while_the_battery_is_full_is_told_once(family: Family) -> None:
    for minute in range(5):
        at = NOON + minute * MINUTE
        family.service.tell(family.alarm(LOW, at))
        family.saw(battery(at, 80, "low_battery"))
    assert family.kinds() == [LOW]


@pytest.mark.attack("W-22", guard="core.alerts.watchkeeping:is_news")
@AGAIN
def test_a_discharge_is_told_once_however_often_its_frames_come(family: Family, how: str) -> None:
    sightings = [battery(NOON + minute * MINUTE, percent) for minute, percent in enumerate((18, 15, 90))]
    assert family.saw(*sightings) == [LOW]
    remembered = family.state()
    for batch in again(sightings, how):
        assert family.saw(*batch) == []
        assert family.state() == remembered
    assert family.kinds() == [LOW]


def test_a_watch_that_was_taken_off_is_told_once_until_a_frame_tells_that_it_is_worn(family: Family) -> None:
    def at(minute: int, *bits: str) -> None:
        now = NOON + minute * MINUTE
        if bits:
            family.service.tell(family.alarm(TAKEN_OFF, now))
        family.saw(any_sighting(now, alarms=bits))

    for minute in range(4):
        at(minute, "taken_off")
    family.saw(any_sighting(NOON + 4 * MINUTE, alarms=None))  # a heartbeat has no bits
    at(5, "taken_off")
    assert family.kinds() == [TAKEN_OFF]
    at(6)
    at(7, "taken_off")
    assert family.kinds() == [TAKEN_OFF, TAKEN_OFF]


def test_a_frame_of_before_does_not_end_what_its_batch_began(family: Family) -> None:
    begun, still = NOON + MINUTE, NOON + 2 * MINUTE
    family.service.tell(family.alarm(TAKEN_OFF, begun))  # it is on its way before anything of the batch is taken in
    family.saw(any_sighting(NOON), any_sighting(begun, alarms=("taken_off",)))
    family.service.tell(family.alarm(TAKEN_OFF, still))
    assert family.kinds() == [TAKEN_OFF]


def test_heartbeats_are_not_written_down(family: Family) -> None:
    family.saw(battery(NOON, 90))
    revision = family.revision()
    for minute in range(1, 30):
        family.saw(battery(NOON + minute * MINUTE, 90 - minute))
    assert family.revision() == revision
    assert len(family.due().waiting()) == 1


def test_a_heartbeat_makes_no_report_old_that_a_slower_clock_told_with_it(family: Family) -> None:
    family.world.zones.put(any_zone(family.watch_id, shape=Circle(HOME, 200.0)))
    way = walk(family, *HOME_THEN_PARK)
    family.saw(way[0], any_sighting(NOON + timedelta(hours=1), battery_percent=90, alarms=None))
    for sighting in way[1:]:
        family.saw(sighting)
    assert family.kinds() == [LEFT]


def test_nothing_comes_of_the_frames_of_an_erased_watch(family: Family) -> None:
    family.world.sealer.destroy(Subject.BINDING, family.watch_id)
    family.saw(battery(NOON - timedelta(days=89), 5))
    assert family.state() is None


def test_a_silence_is_told_once_and_its_end_once(family: Family) -> None:
    family.heard()
    family.saw(battery(NOON, 90))
    family.wait(SILENT_AFTER - MINUTE)
    assert family.kinds() == []
    family.wait(timedelta(hours=5))
    assert family.kinds() == [AlarmKind.SILENT]
    assert family.alerts()[0].at == NOON + SILENT_AFTER
    assert [due for due in family.due().waiting() if due.kind is DueKind.SILENCE] == []
    now = family.clock.now()
    family.heard()
    assert family.saw(battery(now, 80)) == [AlarmKind.BACK_AGAIN]
    assert family.saw(battery(now, 80)) == []
    family.wait(timedelta(hours=1))
    assert sorted(family.kinds()) == [AlarmKind.BACK_AGAIN, AlarmKind.SILENT, AlarmKind.SILENT]


def test_a_watch_that_is_heard_is_never_silent_and_has_one_row(family: Family) -> None:
    family.saw(battery(NOON, 90))
    for _ in range(20):
        family.heard()
        family.wait(10 * MINUTE)
        assert len(family.due().waiting()) == 1
    assert family.kinds() == []
    assert family.revision() < 20


def hear(family: Family, watches: Sequence[WatchId]) -> None:
    """Let a heartbeat of each watch come in."""
    now = family.clock.now()
    for watch_id in watches:
        family.world.telemetry.add(any_reading(watch_id, now))
        family.keeping.saw(watch_id, [battery(now, 90)])


@pytest.mark.parametrize("hours", [1, 3])
def test_an_outage_of_ours_tells_no_watch_silent_and_after_it_who_stays_away_is_told(
    family: Family, hours: int
) -> None:
    others = [family.world.watch(f"{number:010}") for number in range(2 * ASKED)]
    for minute in range(40):
        hear(family, [family.watch_id, *others[minute % 10 :: 10]])
        family.wait(MINUTE)
    family.wait(timedelta(hours=hours))
    assert family.push.sent == []
    for minute in range(70):
        hear(family, others[minute % 10 :: 10])
        family.wait(MINUTE)
    assert {(alert.watch_id, alert.kind) for _, alert in family.push.sent} == {(family.watch_id, AlarmKind.SILENT)}


def test_heartbeats_that_tell_nothing_are_enough_to_know_that_others_are_heard(family: Family) -> None:
    others = [family.world.watch(f"{number:010}") for number in range(2 * ASKED)]
    family.saw(battery(NOON, 90))
    for _ in range(10):
        for watch_id in others:
            family.keeping.saw(watch_id, [any_sighting(family.clock.now(), alarms=None)])
        family.wait(5 * MINUTE)
    assert family.kinds() == [AlarmKind.SILENT]


def test_a_watch_at_rest_whose_heartbeats_tell_nothing_is_not_silent(family: Family) -> None:
    family.heard()
    family.saw(battery(NOON, 90))
    for _ in range(20):
        family.wait(8 * MINUTE)
        family.saw(any_sighting(family.clock.now(), alarms=None))
    assert family.kinds() == []
    family.wait(SILENT_AFTER)
    assert family.kinds() == [AlarmKind.SILENT]


def test_old_frames_that_come_again_do_not_end_a_silence(family: Family) -> None:
    first = battery(NOON, 90)
    family.heard()
    family.saw(first)
    family.wait(timedelta(hours=1))
    assert family.saw(first, battery(NOON - MINUTE, 90)) == []
    assert family.kinds() == [AlarmKind.SILENT]


def test_backlog_ends_a_silence(family: Family) -> None:
    family.heard()
    family.saw(battery(NOON, 90))
    family.wait(timedelta(hours=1))
    now = family.clock.now()
    old = battery(now - 20 * MINUTE, 5, received_at=now, backlog=True)
    assert family.saw(old) == [AlarmKind.BACK_AGAIN]


def test_a_silence_fired_twice_is_told_once(family: Family) -> None:
    family.heard()
    family.saw(battery(NOON, 90))
    (due,) = family.due().waiting()
    family.wait(SILENT_AFTER)
    family.due().add(due)
    family.wait(MINUTE)
    assert family.kinds() == [AlarmKind.SILENT]
    assert len(family.push.sent) == 2


def test_no_reading_is_looked_for_where_nobody_waits(family: Family) -> None:
    family.saw(battery(NOON, 90))
    (due,) = family.due().waiting()
    family.remembered().items.clear()
    family.clock.set(due.at)
    world, no_readings = family.world, cast("TelemetryReadings", None)
    Silence(no_readings, family.memory, world.due_times, world.lookup, world.clock).look(due)
    assert family.told() == []


def test_a_wait_whose_row_was_lost_is_taken_up_again(family: Family) -> None:
    family.saw(battery(NOON, 90))
    (due,) = family.due().waiting()
    family.due().remove(due)
    later = NOON + 2 * SILENT_AFTER + MINUTE
    family.clock.set(later)
    family.saw(battery(later, 90))
    assert [each.at for each in family.due().waiting()] == [later + SILENT_AFTER]


def test_who_only_looks_is_told_nothing_by_push_or_mail(family: Family) -> None:
    family.push.fails = True
    family.saw(battery(NOON, 5))
    (alert,) = family.alerts()
    assert family.delivery(alert.alert_id, family.grandmother, Channel.PUSH) is None
    assert family.delivery(alert.alert_id, family.grandmother, Channel.MAIL) is None
