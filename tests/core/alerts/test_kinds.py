"""Each kind of alarm has a rule, a push and a mail: a new one without them fails here."""

import json
from datetime import timedelta

import pytest

from core.alerts.messages import mail_of, push_payload
from core.alerts.rules import RULES
from core.kernel.ids import WatchId, ZoneId, new_id
from core.tracking.alarms import AlarmKind
from tests.builders import any_alert
from tests.clocks import NOON
from tests.core.alerts.family import Family

LASTING = {AlarmKind.LOW_BATTERY, AlarmKind.TAKEN_OFF}
SECRETS = ("school", "zone", "battery", "taken", "fall", "silent", "Sara")


@pytest.mark.parametrize("kind", AlarmKind)
def test_every_kind_has_a_rule(kind: AlarmKind) -> None:
    assert RULES[kind].is_urgent == (kind is AlarmKind.SOS)
    assert RULES[kind].lasts == (kind in LASTING)


@pytest.mark.promise("P-04", guard="core.alerts.messages:push_payload", part="pushes")
@pytest.mark.attack("C-11", guard="core.alerts.messages:push_payload")
@pytest.mark.parametrize("kind", AlarmKind)
def test_a_push_tells_apple_and_google_that_there_is_something_and_nothing_else(kind: AlarmKind) -> None:
    watch_id, zone_id = WatchId(new_id()), ZoneId(new_id())
    alert = any_alert(watch_id, NOON, kind=kind, zone_id=zone_id, zone_name="school of Sara")
    payload = push_payload(alert)
    assert payload.keys() == {"type", "id", "loc-key", "sound", "interruption-level"}
    assert payload["type"] == ("sos" if kind is AlarmKind.SOS else "alert")
    assert payload["id"] == alert.alert_id
    text = json.dumps({**payload, "id": ""})
    assert not any(secret in text for secret in (*SECRETS, watch_id, zone_id, "2026"))


@pytest.mark.attack("C-11", guard="core.alerts.messages:push_payload")
def test_all_kinds_but_an_sos_look_alike() -> None:
    payloads = {kind: tuple(push_payload(any_alert(WatchId("a" * 26), NOON, kind=kind)).items()) for kind in AlarmKind}
    others = {payload for kind, payload in payloads.items() if kind is not AlarmKind.SOS}
    assert len(others) == 1
    assert dict(payloads[AlarmKind.SOS])["interruption-level"] == "critical"
    assert payloads[AlarmKind.SOS] not in others


@pytest.mark.parametrize("kind", AlarmKind)
def test_a_mail_is_a_fixed_text_in_two_languages(kind: AlarmKind) -> None:
    one, another = (
        mail_of(any_alert(WatchId(new_id()), at, kind=kind, zone_name=name))
        for at, name in ((NOON, "school of Sara"), (NOON - timedelta(days=1), None))
    )
    assert one == another
    assert ("SOS" in one.subject) == (kind is AlarmKind.SOS)
    assert one.body.index("Open de app") < one.body.index("Open the app")
    assert not any(secret in one.subject + one.body for secret in SECRETS)


@pytest.mark.parametrize("kind", [kind for kind in AlarmKind if "zone" not in kind])
def test_every_kind_reaches_every_guardian_and_is_shown_to_those_who_may_look(family: Family, kind: AlarmKind) -> None:
    family.live.unreachable = set()
    family.service.tell(family.alarm(kind))
    assert family.kinds() == [kind]
    assert [account_id for account_id, _ in family.push.sent] == [family.mother, family.father]
    assert {account_id for account_id, _ in family.live.sent} == {family.mother, family.father, family.grandmother}
