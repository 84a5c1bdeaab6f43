"""How guardians hear of alarms as they want to, and of an SOS whatever they want."""

from datetime import UTC, datetime, time, timedelta

import pytest

from core.alerts.model import Channel, DeliveryState
from core.alerts.preferences import MAY_BE_MUTED, InvalidPreference, Preference
from core.kernel.ids import AlertId, ZoneId, new_id
from core.tracking.alarms import AlarmKind
from core.watches.model import Role
from core.zones.model import ZONES_PER_WATCH, Schedule, Window
from tests.builders import any_zone
from tests.core.alerts.family import Family, ringing
from tests.fakes.watches import InMemoryMemberships

ALWAYS = Schedule(
    "UTC", (Window(frozenset(range(7)), time(0), time(12)), Window(frozenset(range(7)), time(12), time(0)))
)
NIGHT = Schedule("Europe/Amsterdam", (Window(frozenset({5}), time(22), time(7)),))  # from Saturday evening
NOTHING = Preference(not_pushed=MAY_BE_MUTED, not_mailed=MAY_BE_MUTED, mail=False, quiet_hours=ALWAYS)


def told(family: Family, kind: AlarmKind = AlarmKind.FALL, **known: object) -> AlertId:
    """Raise an alarm, let it be told, and return the alert's id."""
    alarm = family.alarm(kind, **known)  # type: ignore[arg-type] # fields of an alarm
    family.service.tell(alarm)
    return alarm.alert_id


def wants(family: Family, preference: Preference) -> None:
    """Let both parents want this."""
    for account_id in (family.mother, family.father):
        family.preferences.put(account_id, family.watch_id, preference)


def states(family: Family, alert_id: AlertId) -> dict[Channel, DeliveryState]:
    """Return how far the alert came to the mother."""
    known = family.world.deliveries.of_alert(family.watch_id, alert_id, family.clock.now())
    return {each.channel: each.state for each in known if each.account_id == family.mother}


@pytest.mark.promise("P-71", guard="core.alerts.preferences:may_be_muted", part="no preference silences it")
@pytest.mark.parametrize("is_confirmed", [True, False], ids=["proven", "unproven"])
def test_no_preference_and_no_hour_keeps_an_sos_from_ringing(family: Family, is_confirmed: bool) -> None:
    wants(family, NOTHING)
    family.sos(is_confirmed=is_confirmed)
    assert ringing(family.push) == [family.mother, family.father]
    family.wait(timedelta(minutes=1))
    assert ringing(family.push) == [family.mother, family.father], "its repeats neither"
    assert ringing(family.mail) == [family.mother, family.father]


def test_before_an_sos_rings_no_preference_is_read(family: Family) -> None:
    family.sos()
    family.wait(timedelta(minutes=5))
    assert family.preferences.reads == 0


@pytest.mark.promise("P-21", guard="core.alerts.preferences:is_muted", part="the low-battery alarm is optional")
@pytest.mark.parametrize("kind", sorted(MAY_BE_MUTED))
def test_a_kind_that_is_not_pushed_is_mailed_and_one_that_is_not_mailed_either_is_only_shown(
    family: Family, kind: AlarmKind
) -> None:
    family.live.unreachable.clear()
    wants(family, Preference(not_pushed=frozenset({kind})))
    zone = any_zone(family.watch_id)
    family.world.zones.put(zone)
    mailed = told(family, kind, zone_id=zone.zone_id)
    assert ringing(family.push) == []
    assert ringing(family.mail) == [family.mother, family.father]
    assert states(family, mailed)[Channel.PUSH] is DeliveryState.MUTED
    wants(family, Preference(not_pushed=frozenset({kind}), not_mailed=frozenset({kind})))
    family.clock.advance(timedelta(minutes=10))
    family.remembered().items.clear()  # what lasts is over
    ringing(family.live)
    shown = told(family, kind, zone_id=zone.zone_id)
    assert [*family.push.sent, *family.mail.sent] == []
    assert set(ringing(family.live)) == {family.mother, family.father, family.grandmother}
    assert states(family, shown) == {
        Channel.PUSH: DeliveryState.MUTED,
        Channel.MAIL: DeliveryState.MUTED,
        Channel.LIVE: DeliveryState.SENT,
    }
    assert [alert.alert_id for alert in family.alerts()] == [mailed, shown], "and stored"


def test_who_wants_no_mail_gets_none_where_no_phone_rings(family: Family) -> None:
    wants(family, Preference(mail=False))
    family.push.unreachable = {family.mother}
    alert_id = told(family)
    assert ringing(family.push) == [family.father]
    assert ringing(family.mail) == []
    assert states(family, alert_id)[Channel.MAIL] is DeliveryState.MUTED


@pytest.mark.parametrize(
    ("at", "is_quiet"),
    [
        (datetime(2026, 11, 21, 20, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 21, 21, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 22, 5, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 22, 6, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 21, 30, tzinfo=UTC), False),  # Sunday evening
        (datetime(2026, 7, 4, 20, 0, tzinfo=UTC), True),  # 22:00 in summer
    ],
)
def test_quiet_hours_are_those_of_the_clock_on_the_wall(family: Family, at: datetime, is_quiet: bool) -> None:
    wants(family, Preference(quiet_hours=NIGHT))
    family.clock.set(at)
    told(family)
    assert ringing(family.push) == ([] if is_quiet else [family.mother, family.father])
    assert ringing(family.mail) == []


def test_a_zone_is_muted_by_each_for_themselves(family: Family) -> None:
    muted, heard = any_zone(family.watch_id), any_zone(family.watch_id)
    for zone in (muted, heard):
        family.world.zones.put(zone)
    preference = Preference(muted_zones=frozenset({muted.zone_id}))
    family.preferences.put(family.father, family.watch_id, preference)
    told(family, AlarmKind.ZONE_LEFT, zone_id=muted.zone_id)
    assert ringing(family.push) == [family.mother]
    told(family, AlarmKind.ZONE_LEFT, zone_id=heard.zone_id)
    assert ringing(family.push) == [family.mother, family.father]


def test_what_failed_in_time_is_not_tried_again_in_quiet_hours(family: Family) -> None:
    family.push.fails = True
    alert_id = told(family)
    wants(family, Preference(quiet_hours=ALWAYS))
    family.push.fails = False
    family.wait(timedelta(minutes=2))
    assert ringing(family.push) == []
    delivery = family.delivery(alert_id, family.mother, Channel.PUSH)
    assert delivery is not None
    assert (delivery.state, delivery.attempts) == (DeliveryState.MUTED, 1)


def test_where_no_preference_can_be_read_everything_rings_and_the_failure_is_told(family: Family) -> None:
    wants(family, NOTHING)
    family.preferences.fails = True
    alarm = family.alarm(AlarmKind.FALL)
    with pytest.raises(ConnectionError):
        family.service.tell(alarm)
    assert ringing(family.push) == [family.mother, family.father]
    family.service.tell(alarm)
    assert ringing(family.push) == [], "the message comes again, and everything of it was done"


def test_a_preference_is_read_once_an_alert(family: Family) -> None:
    family.push.unreachable = {family.mother, family.father}
    told(family)
    assert family.preferences.reads == 2, "once for each parent, who is tried by push and by mail"


@pytest.mark.attack("C-12", guard="core.alerts.courier:is_still_called", part="what is tried again")
def test_who_was_removed_gets_nothing_that_is_tried_again(family: Family) -> None:
    family.push.fails = True
    told(family)
    leave(family)
    family.push.fails = False
    family.wait(timedelta(minutes=2))
    assert ringing(family.push) == [family.mother]


@pytest.mark.attack("C-12", guard="core.alerts.courier:Courier._members", part="pushes")
def test_who_was_removed_gets_no_push_of_the_watch_from_that_instant_on(family: Family) -> None:
    family.sos()
    assert ringing(family.push) == [family.mother, family.father]
    leave(family)
    family.wait(timedelta(minutes=3))
    assert set(ringing(family.push)) == {family.mother}
    told(family)
    assert ringing(family.push) == [family.mother]


def leave(family: Family) -> None:
    """Let the father be removed from the family."""
    assert isinstance(family.members, InMemoryMemberships)
    family.members.end(family.watch_id, family.father)


def test_a_viewer_is_rung_by_nothing_whatever_they_prefer(family: Family) -> None:
    viewer = family.join(Role.VIEWER)
    family.preferences.put(viewer, family.watch_id, Preference())
    told(family)
    assert viewer not in ringing(family.push)


def test_nobody_can_ask_to_sleep_through_an_sos() -> None:
    for field in ("not_pushed", "not_mailed"):
        with pytest.raises(InvalidPreference):
            Preference(**{field: frozenset({AlarmKind.SOS})})  # type: ignore[arg-type] # the fields of kinds
    with pytest.raises(InvalidPreference):
        Preference(muted_zones=frozenset(ZoneId(new_id()) for _ in range(ZONES_PER_WATCH + 1)))
