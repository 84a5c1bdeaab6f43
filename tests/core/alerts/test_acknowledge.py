"""Who has seen an alert first."""

from datetime import timedelta

import pytest

from core.alerts.model import Acknowledgement, AlertNotFound
from core.kernel.ids import AlertId, InvalidId
from core.tracking.alarms import AlarmKind
from tests.core.alerts.family import MINUTE, Family, ringing


def _seen(family: Family) -> set[AlertId]:
    ids = [alert.alert_id for alert in family.alerts()]
    return set(family.world.acknowledgements.of(family.watch_id, ids, family.clock.now()))


def test_the_first_who_has_seen_it_counts(family: Family) -> None:
    alert_id, now = family.sos(), family.clock.now()
    assert family.acknowledge.see(family.watch_id, alert_id, family.mother) == Acknowledgement(family.mother, now)
    family.clock.advance(MINUTE)
    assert family.acknowledge.see(family.watch_id, alert_id, family.father) == Acknowledgement(family.mother, now)


def test_an_answer_to_an_sos_answers_all_before_it_and_none_after(family: Family) -> None:
    family.service.tell(family.alarm(AlarmKind.FALL))
    calls = []
    for _ in range(150):  # more than a page
        calls.append(family.sos())
        family.clock.advance(MINUTE)
    family.acknowledge.see(family.watch_id, calls[0], family.mother)
    family.acknowledge.see(family.watch_id, calls[-2], family.father)
    assert _seen(family) == set(calls[:-1])
    seen = family.world.acknowledgements.of(family.watch_id, calls[:2], family.clock.now())
    assert [seen[each].account_id for each in calls[:2]] == [family.mother, family.father]


@pytest.mark.attack("W-24", guard="core.alerts.acknowledge:is_answered_with", part="alerts")
def test_an_answer_to_a_strangers_sos_answers_no_true_one(family: Family) -> None:
    true = family.sos()
    family.wait(MINUTE)
    false = family.sos(is_confirmed=False)
    family.acknowledge.see(family.watch_id, false, family.mother)
    assert _seen(family) == {false}
    ringing(family.push)
    family.wait(MINUTE)
    assert {alert.alert_id for _, alert in family.push.sent} == {true}


def test_any_other_alert_is_seen_alone(family: Family) -> None:
    call = family.sos()
    family.clock.advance(MINUTE)
    alarm = family.alarm(AlarmKind.FALL)
    family.service.tell(alarm)
    family.acknowledge.see(family.watch_id, alarm.alert_id, family.mother)
    assert _seen(family) == {alarm.alert_id}
    assert call not in _seen(family)


def test_what_another_watch_told_or_what_is_over_is_not_found(family: Family) -> None:
    other = Family(family.clock)
    alert_id = family.sos()
    with pytest.raises(AlertNotFound):
        other.acknowledge.see(other.watch_id, alert_id, other.mother)
    with pytest.raises(AlertNotFound):
        family.acknowledge.see(other.watch_id, alert_id, family.mother)
    with pytest.raises(InvalidId):
        family.acknowledge.see(family.watch_id, AlertId("no id"), family.mother)
    family.clock.advance(timedelta(days=90))
    with pytest.raises(AlertNotFound):
        family.acknowledge.see(family.watch_id, alert_id, family.mother)
