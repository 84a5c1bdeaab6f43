"""How watches are shown, how they fare, and how they go."""

from datetime import timedelta

import pytest

from core.accounts.notices import NoticeKind
from core.alerts.model import Due, DueKind, WatchState
from core.alerts.preferences import Preference
from core.commands.model import Capabilities, Presence, Support
from core.watches.model import Role, Standing
from tests.builders import any_invitation
from tests.clocks import NOON
from tests.frames import DEVICE
from tests.lambdas.api.home import Home
from tests.lambdas.api.platform import Platform

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
QUEUE = 2


class Bound(Home):
    """Marieke with a device that is bound."""

    def __post_init__(self) -> None:
        Platform.__post_init__(self)
        self.account_id = self.account()
        self.watch_id = self.bound_watch(self.account_id, DEVICE)
        self.bearer = self.token()

    def connect(self) -> None:
        """Let the watch connect to a task of the bridge that lives for a minute."""
        now = self.clock.now()
        self.presences.put(Presence(addressee=self.watch_id, connection="c", queue=QUEUE, since=now, heard_at=now))
        self.leases.take(QUEUE, "task", now, now + MINUTE)


@pytest.fixture
def home() -> Bound:
    return Bound()


def test_of_a_watch_that_was_never_heard_nothing_is_known(home: Bound) -> None:
    assert home.call("GET").json["status"] == {
        "online": False,
        "last_heard_at": None,
        "age_s": None,
        "battery_percent": None,
        "signal_percent": None,
        "reading_age_s": None,
        "position": None,
    }


def test_what_is_known_is_shown_with_its_age_and_what_is_not_is_null(home: Bound) -> None:
    home.reading(home.watch_id, NOON - 10 * MINUTE, battery_percent=41, signal_percent=None)
    home.position(home.watch_id, NOON - 90 * MINUTE)
    assert home.call("GET").json["status"] == {
        "online": False,
        "last_heard_at": "2026-11-22T11:50:00Z",
        "age_s": 600,
        "battery_percent": 41,
        "signal_percent": None,
        "reading_age_s": 600,
        "position": {"at": "2026-11-22T10:30:00Z", "age_s": 5400, "source": "gps"},
    }


def test_what_a_watch_dates_ahead_is_not_younger_than_now(home: Bound) -> None:
    home.reading(home.watch_id, NOON)
    home.clock.set(NOON - SECOND)
    assert home.call("GET").json["status"]["reading_age_s"] == 0


def test_a_watch_is_online_while_it_is_connected_to_a_task_that_lives(home: Bound) -> None:
    home.connect()
    status = home.call("GET").json["status"]
    assert (status["online"], status["last_heard_at"]) == (True, "2026-11-22T12:00:00Z")
    home.clock.advance(MINUTE)
    assert home.call("GET").json["status"]["online"] is False, "its task has died without a word"
    home.connect()
    home.presences.end(home.watch_id, "c", home.clock.now() + SECOND)
    home.clock.advance(2 * SECOND)
    status = home.call("GET").json["status"]
    assert (status["online"], status["age_s"]) == (False, 1)


def test_the_list_shows_each_watch_as_its_own_route_does(home: Bound) -> None:
    home.reading(home.watch_id, NOON)
    other = home.watch(home.account_id, Role.VIEWER)
    items = home.ask("GET", "/v1/watches", token=home.bearer).json["items"]
    assert {each["id"]: each["role"] for each in items} == {home.watch_id: "owner", other: "viewer"}
    [shown] = [each for each in items if each["id"] == home.watch_id]
    details = home.call("GET").json
    assert shown.items() <= details.items()
    assert details.keys() - shown.keys() == {"capabilities"}


def test_what_a_watch_can_do_is_told_as_far_as_it_has_shown(home: Bound) -> None:
    assert home.call("GET").json["capabilities"]["model"] is None
    experience = {"locate": Support.ANSWERED, "find": Support.SILENT, "sms_password": Support.ANSWERED}
    home.capabilities.put(Capabilities(watch_id=home.watch_id, model="GW4", experience=experience))
    shown = home.call("GET").json["capabilities"]
    assert (shown["model"], shown["supported"], shown["unsupported"]) == ("GW4", ["locate"], ["find"])
    assert shown["contacts"] > 0


def test_a_name_and_a_time_zone_are_changed_one_by_one(home: Bound) -> None:
    named = home.call("PATCH", json={"replaces": 0, "name": " Noor "})
    assert named.json == {"name": "Noor", "time_zone": "Europe/Amsterdam", "picture": None, "version": 1}
    assert home.nudges.sent == []
    moved = home.call("PATCH", json={"replaces": 1, "time_zone": "America/Paramaribo"}).json
    assert (moved["name"], moved["time_zone"], moved["version"]) == ("Noor", "America/Paramaribo", 2)
    assert [addressee for _, addressee in home.nudges.sent] == [home.watch_id], "its clock is to be set"
    nameless = home.call("PATCH", json={"replaces": 2, "name": None, "time_zone": None}).json
    assert (nameless["name"], nameless["time_zone"]) == (None, "America/Paramaribo")
    assert home.call("GET").json["profile"] == nameless


def test_of_two_changes_of_what_was_read_at_the_same_time_one_is_told_to_read_again(home: Bound) -> None:
    assert home.call("PATCH", json={"replaces": 0, "name": "Noor"}).status == 200
    late = home.call("PATCH", json={"replaces": 0, "time_zone": "Asia/Tokyo"})
    assert (late.status, late.json["code"]) == (409, "changed_meanwhile")
    assert home.call("GET").json["profile"]["time_zone"] == "Europe/Amsterdam"


@pytest.mark.parametrize("body", [{"name": "a\u0000b"}, {"name": "  "}, {"time_zone": "Europe"}, {"time_zone": "../x"}])
def test_what_nothing_can_be_shown_by_is_refused(home: Bound, body: dict[str, str]) -> None:
    answer = home.call("PATCH", json={"replaces": 0, **body})
    assert (answer.status, answer.json["code"]) == (400, "invalid_profile")
    assert home.call("GET").json["profile"]["version"] == 0


def test_an_unbound_watch_is_gone_for_everybody_and_everybody_is_told(home: Bound) -> None:
    opa = home.joined(home.watch_id)
    home.announcer.announced.clear()
    home.preferences.put(opa, home.watch_id, Preference(mail=False))
    home.invitations.add(any_invitation(home.watch_id, NOON))
    home.watch_states.put(home.watch_id, WatchState(newest_at=NOON, silence_due_at=NOON + MINUTE), 0)
    home.due_times.add(Due(kind=DueKind.SILENCE, at=NOON + MINUTE, watch_id=home.watch_id))
    assert home.call("DELETE").status == 204
    assert home.call("GET").status == home.call("DELETE").status == 404
    assert home.memberships.of_watch(home.watch_id) == []
    assert home.devices.standing(DEVICE) is Standing.STOCKED
    assert not home.devices.bindings(DEVICE)[-1].was_open_at(NOON)
    assert home.devices.past_watches == [(home.account_id, home.watch_id)]
    assert home.invitations.items == {}
    assert home.preferences.items == {}
    assert list(home.due_times.over(NOON + MINUTE)) == []
    assert home.watch_states.get(home.watch_id, NOON) == (None, 0)
    [told] = home.announcer.announced
    assert (told.kind, set(told.to)) == (NoticeKind.WATCH_UNBOUND, {home.account_id, opa})


def test_a_page_holds_no_more_watches_than_a_family_has(home: Bound) -> None:
    for limit, status in ((20, 200), (21, 400)):
        assert home.ask("GET", "/v1/watches", token=home.bearer, query={"limit": limit}).status == status
