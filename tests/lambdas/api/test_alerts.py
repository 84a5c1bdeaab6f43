"""Alerts over HTTP."""

from datetime import timedelta

import pytest

from core.alerts.model import Acknowledgement, Alert, Channel, DeliveryState
from core.kernel.ids import ZoneId, new_id
from core.retention.policy import POLICY
from core.tracking.alarms import AlarmKind
from tests.builders import any_alert, any_alert_id, any_delivery
from tests.clocks import NOON
from tests.lambdas.api.home import Home

MINUTE = timedelta(minutes=1)


@pytest.fixture
def home() -> Home:
    return Home()


def stored(home: Home, number: int = 0, **known: object) -> Alert:
    """Store an alert of so many minutes ago."""
    at = NOON - number * MINUTE
    alert = any_alert(home.watch_id, at, alert_id=any_alert_id(at, number), **known)
    assert home.alerts.add(alert)
    return alert


def test_an_alert_tells_all_but_a_place(home: Home) -> None:
    zone_id = ZoneId(new_id())
    alert = stored(
        home,
        kind=AlarmKind.ZONE_LEFT,
        received_at=NOON + timedelta(seconds=3),
        zone_id=zone_id,
        zone_name="School",
        is_late=True,
        is_held_back=True,
    )
    shown = {
        "id": alert.alert_id,
        "kind": "zone_left",
        "at": "2026-11-22T12:00:00Z",
        "received_at": "2026-11-22T12:00:03Z",
        "late": True,
        "confirmed": True,
        "held_back": True,
        "zone": {"id": zone_id, "name": "School"},
        "acknowledged": None,
    }
    assert home.call("GET", f"/alerts/{alert.alert_id}").json == shown
    assert home.call("GET", "/alerts").json == {"items": [shown], "next": None}


def test_a_call_for_help_that_nobody_could_confirm_says_so(home: Home) -> None:
    alert = stored(home, is_confirmed=False)
    shown = home.call("GET", f"/alerts/{alert.alert_id}").json
    assert (shown["kind"], shown["confirmed"], shown["zone"]) == ("sos", False, None)


def test_alerts_come_in_pages_oldest_first_with_who_has_seen_them(home: Home) -> None:
    alerts = [stored(home, number) for number in range(5)]
    home.acknowledgements.add(home.watch_id, alerts[3].alert_id, Acknowledgement(home.account_id, NOON))
    found, query = [], {"limit": "2"}
    for _ in range(3):
        page = home.call("GET", "/alerts", query=query).json
        found += page["items"]
        query["cursor"] = page["next"]
    assert page["next"] is None
    assert [each["id"] for each in found] == [each.alert_id for each in reversed(alerts)]
    assert [each["acknowledged"] is not None for each in found] == [False, True, False, False, False]
    assert found[1]["acknowledged"] == {"at": "2026-11-22T12:00:00Z", "by": home.account_id}


def test_a_cursor_of_alerts_opens_no_other_list(home: Home) -> None:
    for number in range(2):
        stored(home, number)
        home.position(home.watch_id, NOON - number * MINUTE)
    cursor = home.call("GET", "/alerts", query={"limit": 1}).json["next"]
    answer = home.call("GET", "/positions", query={"limit": 1, "cursor": cursor})
    assert (answer.status, answer.json["code"]) == (400, "invalid_cursor")


def test_the_first_guardian_who_has_seen_it_counts(home: Home) -> None:
    alert = stored(home, 1)
    first = home.call("POST", f"/alerts/{alert.alert_id}/acknowledgement")
    assert (first.status, first.json) == (200, {"at": "2026-11-22T12:00:00Z", "by": home.account_id})
    home.clock.advance(MINUTE)
    home.watch(home.account("bram@example.nl"), watch_id=home.watch_id)
    second = home.ask(
        "POST",
        f"/v1/watches/{home.watch_id}/alerts/{alert.alert_id}/acknowledgement",
        token=home.token("bram@example.nl"),
    )
    assert second.json == first.json
    assert home.call("GET", f"/alerts/{alert.alert_id}").json["acknowledged"] == first.json


def test_an_answered_sos_answers_the_earlier_ones(home: Home) -> None:
    earlier, later = stored(home, 2), stored(home, 1)
    home.call("POST", f"/alerts/{later.alert_id}/acknowledgement")
    assert home.call("GET", f"/alerts/{earlier.alert_id}").json["acknowledged"]["by"] == home.account_id


def test_how_far_each_delivery_came_is_seen(home: Home) -> None:
    alert = stored(home)
    assert home.call("GET", f"/alerts/{alert.alert_id}/deliveries").json == {"items": [], "next": None}
    home.deliveries.put(
        any_delivery(
            home.watch_id,
            alert.alert_id,
            home.account_id,
            NOON,
            channel=Channel.PUSH,
            state=DeliveryState.WAITING,
            attempts=2,
        )
    )
    assert home.call("GET", f"/alerts/{alert.alert_id}/deliveries").json == {
        "items": [
            {
                "account_id": home.account_id,
                "channel": "push",
                "state": "waiting",
                "attempts": 2,
                "at": "2026-11-22T12:00:00Z",
            }
        ],
        "next": None,
    }


@pytest.mark.promise("P-27", guard="core.retention.policy:is_over", part="alerts")
def test_an_alert_is_gone_from_the_instant_at_which_its_day_is_over(home: Home) -> None:
    alert = stored(home)
    over = POLICY["alert"].expires_at(NOON)
    assert over is not None
    home.clock.set(over - timedelta(seconds=1))
    home.bearer = home.token()
    everything = {"from": "2000-01-01T00:00:00Z"}
    assert len(home.call("GET", "/alerts", query=everything).json["items"]) == 1
    home.clock.set(over)
    home.bearer = home.token()
    assert home.call("GET", "/alerts", query=everything).json["items"] == []
    for method, path in (("GET", ""), ("GET", "/deliveries"), ("POST", "/acknowledgement")):
        assert home.call(method, f"/alerts/{alert.alert_id}{path}").status == 404
