"""From an alarm to what guardians get of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from botocore.exceptions import EndpointConnectionError

from core.alerts.courier import MOST_ATTEMPTS
from core.alerts.model import Alert, Channel, DeliveryState, DueKind
from core.alerts.service import MOST_AN_HOUR
from core.alerts.sweep import Sweep
from core.kernel.ids import AccountId
from core.retention.policy import POLICY
from core.tracking.alarms import AlarmKind
from tests.builders import any_zone
from tests.core.alerts.family import MINUTE, Family, ringing

FALL = AlarmKind.FALL
OUTAGE = EndpointConnectionError(endpoint_url="https://somewhere.example")


class Breaking:
    """A notifier with a bug at one guardian."""

    def __init__(self, family: Family, at: AccountId) -> None:
        self._family = family
        self._at = at

    def send(self, account_id: AccountId, alert: Alert, now: datetime) -> bool:
        if account_id == self._at:
            raise RuntimeError("a bug")
        return self._family.push.send(account_id, alert, now)


@pytest.mark.promise("P-19", guard="core.alerts.courier:_Delivering.send_once", part="repeated alarms are one")
@pytest.mark.attack("W-04", guard="core.alerts.courier:_Delivering.send_once")
@pytest.mark.parametrize("kind", [AlarmKind.SOS, FALL, AlarmKind.LOW_BATTERY])
def test_an_alarm_that_comes_again_is_one_alert_and_is_sent_once(family: Family, kind: AlarmKind) -> None:
    alarm = family.alarm(kind)
    for _ in range(3):
        family.service.tell(alarm)
        family.service.tell(replace(alarm, received_at=alarm.received_at + MINUTE))
    assert family.kinds() == [kind]
    assert ringing(family.push) == [family.mother, family.father]


def test_what_a_crash_left_unsent_is_sent_when_the_message_comes_again(family: Family) -> None:
    alarm = family.alarm(FALL)
    family.service.tell(alarm)
    family.deliveries().items.pop((family.watch_id, alarm.alert_id, family.father, Channel.PUSH))
    family.push.sent.clear()
    family.service.tell(alarm)
    assert ringing(family.push) == [family.father]


def test_each_delivery_tells_how_far_it_came(family: Family) -> None:
    family.live.unreachable = {family.father}
    family.push.unreachable = {family.father}
    alarm = family.alarm(FALL)
    family.service.tell(alarm)
    states = {
        (account_id, channel): (each := family.delivery(alarm.alert_id, account_id, channel)) and each.state
        for account_id in (family.mother, family.father, family.grandmother)
        for channel in Channel
    }
    sent, no_address = DeliveryState.SENT, DeliveryState.NO_ADDRESS
    assert states == {
        (family.mother, Channel.LIVE): sent,
        (family.mother, Channel.PUSH): sent,
        (family.mother, Channel.MAIL): None,
        (family.father, Channel.LIVE): no_address,
        (family.father, Channel.PUSH): no_address,
        (family.father, Channel.MAIL): sent,
        (family.grandmother, Channel.LIVE): sent,
        (family.grandmother, Channel.PUSH): None,
        (family.grandmother, Channel.MAIL): None,
    }


def test_a_guardian_without_a_phone_gets_a_mail_at_once(family: Family) -> None:
    family.push.unreachable = {family.father}
    family.service.tell(family.alarm(FALL))
    assert ringing(family.mail) == [family.father]


def test_a_push_that_fails_goes_by_mail_at_once_and_is_tried_again_until_it_is_taken(family: Family) -> None:
    family.push.fails = True
    alarm = family.alarm(FALL)
    family.service.tell(alarm)
    assert ringing(family.mail) == [family.mother, family.father]
    assert family.states(alarm.alert_id, Channel.PUSH) == {DeliveryState.WAITING}
    family.wait(2 * MINUTE)
    family.push.fails = False
    family.wait(10 * MINUTE)
    assert sorted(ringing(family.push)) == sorted([family.mother, family.father])
    assert ringing(family.mail) == []
    assert family.states(alarm.alert_id, Channel.PUSH) == {DeliveryState.SENT}
    assert family.due().waiting() == []


def test_what_fails_again_and_again_is_given_up_visibly(family: Family) -> None:
    family.push.fails = family.mail.fails = family.live.fails = True
    alarm = family.alarm(FALL)
    family.service.tell(alarm)
    assert family.states(alarm.alert_id, Channel.LIVE) == {DeliveryState.FAILED}
    family.wait((MOST_ATTEMPTS - 2) * MINUTE)
    assert family.states(alarm.alert_id, Channel.PUSH) == {DeliveryState.WAITING}
    family.wait(MINUTE)
    for channel in (Channel.PUSH, Channel.MAIL):
        assert family.states(alarm.alert_id, channel) == {DeliveryState.FAILED}
        delivery = family.delivery(alarm.alert_id, family.mother, channel)
        assert delivery is not None
        assert delivery.attempts == MOST_ATTEMPTS
    assert family.due().waiting() == []


def test_nobody_is_tried_again_for_what_somebody_has_seen(family: Family) -> None:
    family.push.fails = True
    alarm = family.alarm(FALL)
    family.service.tell(alarm)
    family.acknowledge.see(family.watch_id, alarm.alert_id, family.mother)
    family.push.fails = False
    family.wait(5 * MINUTE)
    assert ringing(family.push) == []


def test_a_retry_fired_twice_is_one(family: Family) -> None:
    family.push.fails = True
    family.service.tell(family.alarm(FALL))
    (due,) = family.due().waiting()
    family.wait(MINUTE)
    calls = [each.attempts for each in family.deliveries().items.values() if each.channel is Channel.PUSH]
    family.service.retry(due)
    assert [each.attempts for each in family.deliveries().items.values() if each.channel is Channel.PUSH] == calls


def test_a_former_guardian_is_not_tried_again(family: Family) -> None:
    family.push.fails = True
    family.service.tell(family.alarm(FALL))
    family.push.fails = False
    members = family.world.memberships
    members._held = [each for each in members._held if each.account_id != family.father]  # type: ignore[attr-defined]  # the fake's
    family.wait(MINUTE)
    assert ringing(family.push) == [family.mother]


@pytest.mark.parametrize("kind", [AlarmKind.SOS, FALL])
def test_a_bug_at_one_guardian_costs_the_other_nothing(family: Family, kind: AlarmKind) -> None:
    notifiers = {**family.courier.notifiers, Channel.PUSH: Breaking(family, at=family.mother)}
    service = family.service_with(courier=replace(family.courier, notifiers=notifiers))
    with pytest.raises(RuntimeError):
        service.tell(family.alarm(kind))
    assert ringing(family.push) == [family.father]
    assert ringing(family.mail) == [family.mother]


def test_a_bug_at_one_guardian_ends_no_repeats_at_the_other(family: Family) -> None:
    family.sos()
    ringing(family.push)
    notifiers = {**family.courier.notifiers, Channel.PUSH: Breaking(family, at=family.mother)}
    service = family.service_with(courier=replace(family.courier, notifiers=notifiers))
    family.sweep = Sweep(family.due(), {DueKind.SOS_REPEAT: service.repeat}, family.clock)
    family.wait(3 * MINUTE)
    assert ringing(family.push) == [family.father] * 3


@pytest.mark.attack("C-07", guard="core.alerts.service:is_too_much", part="alarms limited in number")
def test_a_watch_that_alarms_all_the_time_is_shown_but_rings_no_more(family: Family) -> None:
    family.live.unreachable = set()
    for second in range(40):
        family.service.tell(family.alarm(FALL, family.clock.now() - timedelta(days=second)))  # whatever it is dated
        family.clock.advance(timedelta(seconds=1))
    held_back = [alert for alert in family.alerts() if alert.is_held_back]
    assert len(family.alerts()) == 40
    assert len(held_back) == 40 - MOST_AN_HOUR
    assert len(ringing(family.push)) == 2 * MOST_AN_HOUR
    assert len(family.live.sent) == 3 * 40
    assert family.mail.sent == []
    family.clock.advance(timedelta(hours=1))
    family.service.tell(family.alarm(FALL))
    assert len(ringing(family.push)) == 2


@pytest.mark.attack("W-19", guard="core.alerts.service:is_too_much", part="the flood rings no more")
def test_a_flood_of_one_kind_hides_no_true_crossing(family: Family) -> None:
    for second in range(100):
        family.service.tell(family.alarm(FALL, family.clock.now() - timedelta(seconds=second)))
    assert len(ringing(family.push)) == 2 * MOST_AN_HOUR
    zone = any_zone(family.watch_id)
    family.world.zones.put(zone)
    family.service.tell(family.alarm(AlarmKind.ZONE_LEFT, zone_id=zone.zone_id))
    assert ringing(family.push) == [family.mother, family.father]


def test_an_alarm_that_comes_again_counts_once(family: Family) -> None:
    alarm = family.alarm(FALL)
    for _ in range(2 * MOST_AN_HOUR):
        family.service.tell(alarm)
    family.service.tell(family.alarm(FALL, family.clock.now() - MINUTE))
    assert not any(alert.is_held_back for alert in family.alerts())


def test_one_watch_that_alarms_all_the_time_takes_nothing_from_another(family: Family) -> None:
    other = Family(family.clock)
    for second in range(30):
        family.service.tell(family.alarm(FALL, family.clock.now() + timedelta(seconds=second)))
    other.service.tell(other.alarm(FALL))
    assert ringing(other.push) == [other.mother, other.father]


class Unreachable:
    """A port that an outage took."""

    def __getattr__(self, name: str) -> object:
        def fail(*_args: object, **_named: object) -> None:
            raise OUTAGE

        return fail


@pytest.mark.parametrize("kind", [FALL, AlarmKind.LOW_BATTERY])
def test_what_cannot_be_remembered_is_told_rather_than_lost(family: Family, kind: AlarmKind) -> None:
    family.service_with(memory=Unreachable()).tell(family.alarm(kind))
    assert ringing(family.push) == [family.mother, family.father]


def test_an_alarm_that_cannot_be_stored_is_not_sent_but_comes_again(family: Family) -> None:
    alarm = family.alarm(AlarmKind.LOW_BATTERY)
    with pytest.raises(EndpointConnectionError):
        family.service_with(alerts=Unreachable()).tell(alarm)
    assert ringing(family.push) == []
    family.service.tell(alarm)
    assert ringing(family.push) == [family.mother, family.father]


@pytest.mark.parametrize("kind", AlarmKind)
def test_nothing_comes_of_an_alarm_that_is_older_than_anything_that_is_kept(family: Family, kind: AlarmKind) -> None:
    zone = any_zone(family.watch_id)
    family.world.zones.put(zone)
    family.service.tell(family.alarm(kind, family.clock.now() - timedelta(days=90), zone_id=zone.zone_id))
    assert family.push.sent == []


@pytest.mark.parametrize(("minutes", "late"), [(15, False), (16, True)])
def test_an_alarm_that_an_outage_kept_on_its_way_is_labelled(family: Family, minutes: int, late: bool) -> None:
    alarm = family.alarm(FALL)
    family.clock.advance(minutes * MINUTE)
    family.service.tell(alarm)
    assert [alert.is_late for alert in family.alerts()] == [late]


@pytest.mark.promise("P-27", guard="core.retention.policy:is_over", part="alerts")
def test_no_alert_is_older_than_three_months_and_none_holds_a_place(family: Family) -> None:
    alarm = family.alarm(FALL)
    family.service.tell(alarm)
    last = POLICY["alert"].expires_at(alarm.at)
    assert last is not None
    family.clock.set(last - timedelta(microseconds=1))
    assert family.kinds() == [FALL]
    family.clock.set(last)
    assert family.alerts() == []
    assert family.world.alerts.get(family.watch_id, alarm.alert_id, last) is None
    assert {name for name in Alert.__slots__ if "point" in name or "itude" in name or "position" in name} == set()


def test_rows_of_alerts_that_are_over_end_quietly(family: Family) -> None:
    family.push.fails = True
    family.service.tell(family.alarm(FALL))
    family.clock.advance(timedelta(days=90))
    for due in family.due().waiting():
        assert due.kind is DueKind.RETRY
        family.service.retry(due)
