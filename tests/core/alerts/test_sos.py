"""A call for help rings until somebody answers."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.alerts.model import Channel, DeliveryState, DueKind
from core.alerts.service import MOST_AN_HOUR, SOS_APART, interval_before, is_mailed
from core.tracking.alarms import AlarmKind
from tests.core.alerts.family import MINUTE, Family, ringing
from tests.core.alerts.test_service import OUTAGE, Unreachable

HOUR = 60 * MINUTE
UNREACHABLE: Any = Unreachable()


@pytest.mark.promise("P-71", guard="core.alerts.courier:called_upon", part="all guardians")
def test_an_sos_rings_at_all_guardians(family: Family) -> None:
    family.sos()
    assert ringing(family.push) == [family.mother, family.father]


@pytest.mark.promise("P-71", guard="core.alerts.service:AlertService.repeat", part="repeated until seen")
def test_an_sos_is_repeated_each_minute_then_each_fifth_then_each_half_hour(family: Family) -> None:
    family.sos()
    ringing(family.push)
    rang_at = []
    for minute in range(1, 4 * 60 + 1):
        family.wait(MINUTE)
        if ringing(family.push) == [family.mother, family.father]:
            rang_at.append(minute)
    assert rang_at == [*range(1, 11), *range(15, 61, 5), *range(90, 241, 30)]


@pytest.mark.promise("P-71", guard="core.alerts.service:AlertService._unseen", part="repeated until seen")
@pytest.mark.parametrize("after", [timedelta(), 5 * MINUTE, 3 * HOUR])
def test_an_sos_that_somebody_has_seen_rings_nowhere_again(family: Family, after: timedelta) -> None:
    alert_id = family.sos()
    family.wait(after)
    family.acknowledge.see(family.watch_id, alert_id, family.father)
    for notifier in (family.push, family.live, family.mail):
        notifier.sent.clear()
    family.wait(2 * HOUR)
    assert [*family.push.sent, *family.live.sent, *family.mail.sent] == []
    assert family.due().waiting() == []


def test_the_first_repeat_of_an_sos_and_one_in_each_hour_go_by_mail_too(family: Family) -> None:
    family.sos()
    assert ringing(family.mail) == []
    mailed_at = []
    for minute in range(1, 4 * 60 + 1):
        family.wait(MINUTE)
        if ringing(family.mail):
            mailed_at.append(minute)
    assert mailed_at == [1, 60, 120, 180, 240]


def test_the_schedule_never_ends() -> None:
    assert interval_before(10_000) == 30 * MINUTE
    assert not is_mailed(2)


def test_an_sos_is_repeated_to_the_open_app_of_guardians_only(family: Family) -> None:
    family.live.unreachable = set()
    family.sos()
    ringing(family.live)
    family.wait(MINUTE)
    assert ringing(family.live) == [family.mother, family.father]


def test_a_repeat_fired_twice_rings_once_and_goes_on(family: Family) -> None:
    family.sos()
    (due,) = family.due().waiting()
    family.clock.advance(MINUTE)
    ringing(family.push)
    first, second = family.service.repeat(due), family.service.repeat(due)
    assert ringing(family.push) == [family.mother, family.father]
    assert first == second


def test_a_sweep_that_was_away_for_hours_rings_once_and_goes_on_from_there(family: Family) -> None:
    family.sos()
    family.clock.advance(3 * HOUR)
    ringing(family.push)
    family.sweep.run()
    assert ringing(family.push) == [family.mother, family.father]
    family.sweep.run()
    assert ringing(family.push) == []
    family.wait(MINUTE)
    assert ringing(family.push) == [family.mother, family.father]


def test_a_repeat_reaches_a_guardian_whose_phone_was_away(family: Family) -> None:
    family.push.unreachable = {family.father}
    alert_id = family.sos()
    assert ringing(family.mail) == [family.father]
    family.push.unreachable = set()
    family.wait(MINUTE)
    delivery = family.delivery(alert_id, family.father, Channel.PUSH)
    assert delivery is not None
    assert (delivery.state, delivery.attempts) == (DeliveryState.SENT, 2)


def test_nobody_is_left_to_be_rung_ends_the_repeats(family: Family) -> None:
    family.sos()
    family.world.memberships._held.clear()  # type: ignore[attr-defined]  # the fake's
    family.wait(MINUTE)
    assert family.due().waiting() == []


@pytest.mark.promise("P-71", guard="core.alerts.service:AlertService._weighed_call", part="never limited away")
def test_an_sos_rings_however_many_alerts_came_before(family: Family) -> None:
    for second in range(2 * MOST_AN_HOUR):
        family.service.tell(family.alarm(AlarmKind.FALL, family.clock.now() + timedelta(seconds=second)))
    ringing(family.push)
    for _ in range(2 * MOST_AN_HOUR):
        family.sos()
        assert ringing(family.push) == [family.mother, family.father]
        family.clock.advance(SOS_APART)


@pytest.mark.promise("P-71", guard="core.alerts.courier:Failures.keep", part="push although stores fail")
@pytest.mark.parametrize("broken", ["alerts", "due"])
def test_an_sos_rings_although_it_cannot_be_stored_and_is_told_again(family: Family, broken: str) -> None:
    alarm = family.alarm()
    with pytest.raises(type(OUTAGE)):
        family.service_with(**{broken: Unreachable()}).tell(alarm)
    assert ringing(family.push) == [family.mother, family.father]
    family.service.tell(alarm)
    assert family.kinds() == [AlarmKind.SOS]
    family.wait(MINUTE)
    assert set(ringing(family.push)) == {family.mother, family.father}


@pytest.mark.parametrize("broken", ["acknowledgements", "deliveries", "memory", "zones"])
def test_an_sos_needs_no_other_store(family: Family, broken: str) -> None:
    family.sos()
    family.clock.advance(MINUTE)
    ringing(family.push)
    family.service_with(**{broken: Unreachable()}).tell(family.alarm())
    assert ringing(family.push) == [family.mother, family.father]


@pytest.mark.promise("P-71", guard="core.alerts.courier:Failures.keep", part="push although stores fail")
def test_an_sos_rings_at_all_although_no_delivery_can_be_written_down(family: Family) -> None:
    courier = replace(family.courier, deliveries=UNREACHABLE)
    with pytest.raises(type(OUTAGE)):
        family.service_with(courier=courier).tell(family.alarm())
    assert ringing(family.push) == [family.mother, family.father]


def test_a_held_button_rings_once_is_shown_each_time_and_joins_the_repeats(family: Family) -> None:
    family.live.unreachable = set()
    for _ in range(3):
        family.sos()
        family.clock.advance(timedelta(seconds=9))
    assert len(family.alerts()) == 3
    assert [alert.is_held_back for alert in family.alerts()] == [False, True, True]
    assert ringing(family.push) == [family.mother, family.father]
    assert len(family.live.sent) == 3 * 3
    family.wait(MINUTE)
    assert ringing(family.push) == [family.mother, family.father]


def test_a_held_button_fills_no_mailbox_where_nobody_has_a_phone(family: Family) -> None:
    family.push.unreachable = {family.mother, family.father}
    for _ in range(3):
        family.sos()
        family.clock.advance(timedelta(seconds=9))
    assert ringing(family.mail) == [family.mother, family.father]


def test_a_call_after_the_first_was_answered_rings_at_once(family: Family) -> None:
    first = family.sos()
    family.clock.advance(timedelta(seconds=5))
    family.acknowledge.see(family.watch_id, first, family.mother)
    ringing(family.push)
    family.sos()
    assert ringing(family.push) == [family.mother, family.father]


def test_a_call_joins_none_whose_push_nobody_took(family: Family) -> None:
    family.push.fails = True
    family.sos()
    family.clock.advance(timedelta(seconds=5))
    family.push.fails = False
    family.sos()
    assert ringing(family.push) == [family.mother, family.father]


def test_the_newer_call_takes_the_repeats_over(family: Family) -> None:
    first = family.sos()
    family.wait(5 * MINUTE + SOS_APART)
    second = family.sos()
    ringing(family.push)
    family.wait(10 * MINUTE)
    assert len(family.push.sent) == 2 * 10
    assert {alert.alert_id for _, alert in family.push.sent} == {second}
    assert [due.subject for due in family.due().waiting() if due.kind is DueKind.SOS_REPEAT] == [second]
    assert first != second


@pytest.mark.attack("W-24", guard="core.alerts.service:AlertService._weighed_call", part="alerts")
def test_a_strangers_call_neither_hides_nor_ends_a_true_one(family: Family) -> None:
    false = family.sos(is_confirmed=False)
    family.clock.advance(timedelta(seconds=5))
    ringing(family.push)
    true = family.sos()
    assert ringing(family.push) == [family.mother, family.father]
    family.wait(MINUTE)
    later = family.sos(is_confirmed=False)
    family.wait(5 * MINUTE)
    assert {alert.alert_id for _, alert in family.push.sent[-2:]} == {true}
    assert [alert.is_confirmed for alert in family.alerts()] == [False, True, False]
    assert len({false, true, later}) == 3


def test_an_sos_that_came_long_ago_is_labelled_and_rings_all_the_same(family: Family) -> None:
    family.sos(is_late=True)
    assert [alert.is_late for alert in family.alerts()] == [True]
    assert len(ringing(family.push)) == 2
