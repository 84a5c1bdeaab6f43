"""Asking something of a watch."""

from datetime import timedelta
from typing import Any

import pytest

from core.accounts.notices import NoticeKind
from core.commands.model import CommandKind, CommandState, Presence
from core.commands.orders import DEADLINES, MOST_AN_HOUR
from core.kernel.ids import WatchId
from core.notices.model import notice_of
from core.watches.model import Role
from tests.clocks import NOON
from tests.lambdas.api.home import Home
from tests.lambdas.api.platform import Answer

KEY = {"idempotency-key": "5f0c3f0e-6f6c-4a8e-9d7a-2f1f3b0d7c11"}
ORDERS: list[dict[str, Any]] = [
    {"kind": "locate"},
    {"kind": "find"},
    {"kind": "call", "number": "+31612345678"},
    {"kind": "hearts", "hearts": 3},
    {"kind": "restart"},
    {"kind": "power_off"},
    {"kind": "factory_reset"},
]


@pytest.fixture
def home() -> Home:
    return Home()


def order(home: Home, **rest: Any) -> Answer:
    return home.call("POST", "/commands", **{"json": {"kind": "find"}, **rest})


@pytest.mark.promise("P-70", guard="core.commands.orders:Orders.take", part="routes of commands")
@pytest.mark.parametrize("body", ORDERS, ids=lambda body: body["kind"])
def test_an_order_becomes_a_command_that_waits(home: Home, body: dict[str, Any]) -> None:
    answer = order(home, json=body)
    assert answer.status == 201
    shown = answer.json
    assert (shown["kind"], shown["state"], shown["ordered_by"]) == (body["kind"], "queued", home.account_id)
    (waiting,) = home.commands.waiting(home.watch_id, NOON)
    assert waiting.command_id == shown["id"]
    assert waiting.arguments == {name: value for name, value in body.items() if name != "kind"}
    assert waiting.expires_at - waiting.ordered_at == DEADLINES[waiting.kind]
    assert home.call("GET", f"/commands/{shown['id']}").json == shown
    assert home.call("GET", "/commands").json == {"items": [shown], "next": None}
    assert "316" not in answer.body, "what was dialled is nobody else's business"


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "raw", "content": "MONITOR,+31612345678"},
        {"kind": "text", "message_id": "x"},
        {"kind": "find", "content": "pw,123456,ip,evil,8001#"},
        {"kind": "call", "number": "+31612345678],[3G*8800000015*0017*MONITOR"},
        {"kind": "call", "number": "0612345678"},
        {"kind": "hearts", "hearts": "3,MONITOR"},
        {"kind": "hearts", "hearts": 100},
        {"kind": "ip", "host": "evil.example", "port": 8001},
        {"word": "IP"},
        {},
        [],
    ],
)
def test_only_typed_commands_are_taken(home: Home, body: Any) -> None:
    answer = order(home, json=body)
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")
    assert home.commands.waiting(home.watch_id, NOON) == []


def test_the_same_key_orders_once(home: Home) -> None:
    first = order(home, headers=KEY)
    home.clock.advance(timedelta(minutes=1))
    again = order(home, headers=KEY)
    assert (again.status, again.json) == (201, first.json)
    assert len(home.call("GET", "/commands").json["items"]) == 1
    other = order(home, headers=KEY, json={"kind": "locate"})
    assert (other.status, other.json["code"]) == (409, "idempotency_key_reused")
    assert order(home).json["id"] != first.json["id"], "without a key each is another"


def test_a_repeated_order_is_no_second_notice(home: Home) -> None:
    home.announcer.announced.clear()
    for _ in range(2):
        assert order(home, json={"kind": "power_off"}, headers=KEY).status == 201
        home.clock.advance(timedelta(seconds=2))
    first, again = (notice_of(each, home.account_id) for each in home.announcer.announced)
    assert first == again, "and it is told, in case that the first one was not"


def test_a_key_of_another_guardian_is_another_key(home: Home) -> None:
    first = order(home, headers=KEY)
    home.watch(home.account("bram@example.nl"), Role.GUARDIAN, home.watch_id)
    path = f"/v1/watches/{home.watch_id}/commands"
    other = home.ask("POST", path, token=home.token("bram@example.nl"), json={"kind": "find"}, headers=KEY)
    assert other.json["id"] != first.json["id"]


def test_the_bridge_is_nudged_where_the_watch_is_connected(home: Home) -> None:
    home.presences.put(Presence(addressee=home.watch_id, connection="a", queue=2, since=NOON, heard_at=NOON))
    order(home)
    assert home.nudges.sent == [(2, home.watch_id)]


def test_what_nobody_came_for_is_shown_as_expired(home: Home) -> None:
    shown = order(home).json
    home.clock.advance(DEADLINES[CommandKind.FIND])
    late = home.call("GET", f"/commands/{shown['id']}").json
    assert (late["state"], late["state_at"]) == ("expired", shown["expires_at"])
    assert home.call("GET", "/commands").json["items"] == [late]
    stored = home.commands.get(home.watch_id, shown["id"], home.clock.now())
    assert stored is not None
    assert stored.state is CommandState.QUEUED, "whoever looks changes nothing"


@pytest.mark.attack("C-07", guard="core.commands.orders:Orders.admit", part="limits of commands")
@pytest.mark.parametrize("body", ORDERS, ids=lambda body: body["kind"])
def test_a_watch_is_not_kept_busy_all_day(home: Home, body: dict[str, Any]) -> None:
    for _ in range(MOST_AN_HOUR[CommandKind(body["kind"])]):
        assert order(home, json=body).status == 201
    refused = order(home, json=body)
    assert (refused.status, refused.json["code"]) == (429, "too_many_attempts")
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    home.clock.advance(timedelta(hours=1))
    home.bearer = home.token()
    assert order(home, json=body).status == 201


@pytest.mark.parametrize(
    ("kind", "notice"),
    [("power_off", NoticeKind.WATCH_SWITCHED_OFF), ("factory_reset", NoticeKind.WATCH_RESET)],
)
def test_dangerous_commands_need_the_password_and_are_told_to_all(home: Home, kind: str, notice: NoticeKind) -> None:
    father = home.account("bram@example.nl")
    home.watch(father, Role.GUARDIAN, home.watch_id)
    home.watch(home.account("oma@example.nl"), Role.VIEWER, home.watch_id)
    assert order(home, json={"kind": kind}).status == 201
    (told,) = [each for each in home.announcer.announced if each.kind is notice]
    assert set(told.to) == {home.account_id, father}
    assert (told.watch_id, told.by) == (home.watch_id, home.account_id)
    home.clock.advance(timedelta(minutes=6))
    stale = order(home, json={"kind": kind})
    assert (stale.status, stale.json["code"]) == (403, "password_needed")
    assert order(home).status == 201, "other commands need no password"


def test_a_reset_is_the_owners(home: Home) -> None:
    home.watch(home.account("bram@example.nl"), Role.GUARDIAN, home.watch_id)
    token, path = home.token("bram@example.nl"), f"/v1/watches/{WatchId(home.watch_id)}/commands"
    refused = home.ask("POST", path, token=token, json={"kind": "factory_reset"})
    assert (refused.status, refused.json["code"]) == (403, "not_allowed")
    assert home.ask("POST", path, token=token, json={"kind": "power_off"}).status == 201
