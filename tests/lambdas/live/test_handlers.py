"""The functions of the live view as API Gateway and SQS call them."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from adapters.screens import GatewayScreens
from adapters.stream.live import message_of
from core.accounts.model import TokenFamily
from core.accounts.refresh import digest_of
from core.kernel.ids import FamilyId, WatchId, new_id
from core.live.model import News
from core.tracking.model import Position
from lambdas.live import feed, handler
from lambdas.live.handler import LONGEST_MESSAGE, token_in
from stacks.functions import LIVE, LIVE_FEED
from tests.builders import any_position
from tests.calls import Calls, granted
from tests.clocks import NOON
from tests.lambdas.live.conftest import CONNECTION, Live


def news_of_position(position: Position, watch_id: WatchId | None = None) -> str:
    """Return a message of the live queue."""
    names = ((position.at, position.fingerprint),)
    return message_of(News(watch_id=watch_id or position.watch_id, positions=names))


def test_a_guardian_sees_the_watch_move(live: Live) -> None:
    account_id = live.member(live.watch_id)
    live.tell("CONNECT")
    live.tell("MESSAGE", {"token": live.token(account_id)})
    [watching] = live.shown()
    assert watching == {"type": "watching", "watch_ids": [live.watch_id], "until": "2026-11-22T12:10:00Z"}
    position = any_position(live.watch_id, NOON)
    live.world.positions.add(position)
    live.move(news_of_position(position))
    [shown] = live.shown()
    assert (shown["type"], shown["watch_id"], shown["latitude"]) == ("position", live.watch_id, position.point.latitude)
    live.tell("DISCONNECT")
    live.move(news_of_position(position))
    assert live.shown() == []


def test_a_guardian_sees_how_far_came_what_was_asked_of_the_watch(live: Live) -> None:
    live.tell("MESSAGE", {"token": live.token(live.member(live.watch_id))})
    live.shown()
    command, setting = live.stored_changes()
    live.move(
        message_of(News(watch_id=live.watch_id, commands=(command.command_id,))),
        message_of(News(watch_id=live.watch_id, settings=(setting.name,))),
    )
    ring, steps = live.shown()
    assert (ring["type"], ring["id"], ring["state"]) == ("command", command.command_id, "queued")
    assert (steps["type"], steps["name"], steps["state"]) == ("setting", "step_counter", "pending")


def test_an_automation_sees_the_watch_move_until_it_is_ended(live: Live) -> None:
    account_id = live.member(live.watch_id)
    family_id = FamilyId(new_id())
    token = f"wa1.{family_id}.{'s' * 43}"
    live.families.start(
        TokenFamily(family_id=family_id, account_id=account_id, started_at=NOON, automation=digest_of(token))
    )
    live.tell("CONNECT")
    live.tell("MESSAGE", {"token": token})
    [watching] = live.shown()
    assert watching["watch_ids"] == [live.watch_id]
    position = any_position(live.watch_id, NOON)
    live.world.positions.add(position)
    live.move(news_of_position(position))
    assert len(live.shown()) == 1
    live.families.end(family_id)
    live.move(news_of_position(position))
    assert live.shown() == []


def test_a_connection_is_due_to_be_looked_at_again(live: Live) -> None:
    live.tell("CONNECT")
    [due] = live.door.connections.due.over(NOON.replace(minute=1))
    assert due.subject == CONNECTION


WRONG_MESSAGES: list[Callable[[str], Any]] = [
    lambda token: token,
    lambda token: [token],
    lambda token: {"access_token": token},
    lambda token: {"token": token, "watch_ids": ["x" * 26]},
    lambda token: {"token": token, "action": "subscribe"},
    lambda token: {"token": [token]},
    lambda _: {"token": None},
    lambda _: {},
    lambda _: "",
    lambda _: "null",
    lambda _: "hello",
    lambda _: "[" * 4_000,
    lambda _: "9" * 4_096,
    lambda token: json.dumps({"token": token}) + " " * LONGEST_MESSAGE,
]


@pytest.mark.promise("P-43", guard="lambdas.live.handler:token_in", part="live view")
@pytest.mark.attack("Z-16", guard="lambdas.live.handler:token_in", part="no token")
def test_a_message_that_is_not_exactly_a_token_ends_the_connection(live: Live) -> None:
    token = live.token(live.member(live.watch_id))
    for number, wrong in enumerate(WRONG_MESSAGES):
        connection_id = f"number{number}="
        live.tell("CONNECT", connection_id=connection_id)
        live.tell("MESSAGE", {"token": token}, connection_id=connection_id)
        assert live.shown(connection_id)
        live.tell("MESSAGE", wrong(token), connection_id=connection_id)
        assert not live.is_open(connection_id), number
        assert live.views.get(connection_id, NOON) is None


def test_a_message_that_is_not_text_is_no_token() -> None:
    assert token_in({"body": '{"token":"x"}', "isBase64Encoded": False}) == "x"
    assert token_in({"body": '{"token":"x"}', "isBase64Encoded": True}) is None


def test_nothing_of_a_connection_or_a_place_is_logged(
    live: Live, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    account_id = live.member(live.watch_id)
    token = live.token(account_id)
    position = any_position(live.watch_id, NOON)
    live.world.positions.add(position)
    live.tell("CONNECT")
    live.tell("MESSAGE", {"token": token})
    live.tell("MESSAGE", "garbage")
    live.tell("MESSAGE", {"token": token}, connection_id="other=")
    live.move(news_of_position(position), "garbage")
    live.tell("DISCONNECT")
    written = capsys.readouterr().out + caplog.text
    assert '"message": 1' in written
    assert '"corrupt_messages": 1' in written
    for secret in (token, "garbage", CONNECTION, account_id, live.watch_id, "192.0.2.7", "52.", position.fingerprint):
        assert secret not in written


def test_one_message_that_cannot_be_shown_takes_no_other_with_it(
    live: Live, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    position = any_position(live.watch_id, NOON)
    live.world.positions.add(position)
    live.tell("MESSAGE", {"token": live.token(live.member(live.watch_id))})
    live.shown()
    other = WatchId(new_id())
    between = live.feed.positions.positions.between

    def failing_once(watch_id: WatchId, *rest: Any, **named: Any) -> Any:
        if watch_id == other:
            raise EndpointConnectionError(endpoint_url="https://example.test")
        return between(watch_id, *rest, **named)

    monkeypatch.setattr(live.feed.positions.positions, "between", failing_once)
    live.move(news_of_position(position, other), news_of_position(position))
    assert [each["type"] for each in live.shown()] == ["position"]
    assert '"lost_messages": 1, "shown_messages": 1' in capsys.readouterr().out


def test_a_failure_of_our_own_is_not_hidden(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise KeyError("ours")

    monkeypatch.setattr(live.feed.positions.positions, "between", failing)
    with pytest.raises(KeyError):
        live.move(news_of_position(any_position(live.watch_id, NOON)))


def test_connections_ask_what_their_function_is_granted_and_no_more(live: Live, calls: Calls) -> None:
    token = live.token(live.member(live.watch_id))
    calls.clear()
    live.tell("CONNECT")
    for _ in range(2):
        live.tell("MESSAGE", {"token": token})
    live.tell("MESSAGE", "garbage")
    live.tell("DISCONNECT")
    assert calls.tables == granted(LIVE.access)
    assert calls.others == {
        ("kms", "GetPublicKey"),
        ("apigatewaymanagementapi", "PostToConnection"),
        ("apigatewaymanagementapi", "DeleteConnection"),
    }


def test_the_feed_asks_what_its_function_is_granted_and_no_more(
    live: Live, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    position = any_position(live.watch_id, NOON)
    live.world.positions.add(position)
    live.tell("MESSAGE", {"token": live.token(live.member(live.watch_id))})
    command, setting = live.stored_changes()
    calls.clear()
    live.move(
        news_of_position(position),
        message_of(News(watch_id=live.watch_id, commands=(command.command_id,), settings=(setting.name,))),
    )
    assert calls.others == {("kms", "Decrypt"), ("apigatewaymanagementapi", "PostToConnection")}
    monkeypatch.setattr(GatewayScreens, "show", lambda *_: False)  # the app was closed
    live.move(news_of_position(position))
    assert calls.tables == granted(LIVE_FEED.access)


def test_the_handlers_wire_themselves_from_the_environment(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "STAGE": live.settings.stage,
        "WRAPPING_KEY": live.settings.wrapping_key,
        "SIGNING_KEYS": ",".join(live.settings.signing_keys),
        "ISSUER": live.settings.issuer,
        "LIVE_CALLBACK": live.settings.live_callback,
    }.items():
        monkeypatch.setenv(f"WACHTER_{name}", value)
    handler._door.cache_clear()
    feed._feed.cache_clear()
    request = {"eventType": "DISCONNECT", "connectionId": CONNECTION, "connectedAt": 0}
    assert handler.handler({"requestContext": request}, None) == {"statusCode": 200}
    feed.handler({"Records": []}, None)
    handler._door.cache_clear()
    feed._feed.cache_clear()
