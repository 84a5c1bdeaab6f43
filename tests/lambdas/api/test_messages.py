"""Texts and voices between guardians and a child."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.commands.model import CommandKind, CommandState, Failure
from core.commands.orders import MOST_AN_HOUR
from core.kernel.ids import new_id
from core.messages.model import LARGEST_VOICE_BYTES
from core.watches.model import Role
from lambdas.api.app import resolver
from lambdas.api.openapi import document
from tests.builders import any_message
from tests.clocks import NOON
from tests.lambdas.api.home import Home
from tests.lambdas.api.platform import Answer
from tests.recordings import m4a, opus, short

SECOND = timedelta(seconds=1)
OVER = NOON + timedelta(hours=72)
ROOT = Path(__file__).parents[3]


def keyed(key: str | None = None) -> dict[str, str]:
    return {"idempotency-key": key or new_id()}


@pytest.fixture
def home() -> Home:
    return Home()


def text(home: Home, words: str = "Oma haalt je op", key: str | None = None) -> Answer:
    return home.call("POST", "/messages", json={"text": words}, headers=keyed(key))


def voice(home: Home, recorded: bytes | None = None, kind: str = "audio/mp4", key: str | None = None) -> Answer:
    return home.call("POST", "/messages/voice", raw=(kind, m4a() if recorded is None else recorded), headers=keyed(key))


def listed(home: Home) -> list[Any]:
    return list(home.call("GET", "/messages", query={"from": "2026-11-01T00:00:00Z"}).json["items"])


class TestTexts:
    def test_a_text_is_stored_and_a_command_with_nothing_but_its_id_is_ordered(self, home: Home) -> None:
        answer = text(home)
        assert answer.status == 201
        assert answer.json == {
            "id": answer.json["id"],
            "direction": "to_watch",
            "kind": "text",
            "created_at": "2026-11-22T12:00:00Z",
            "expires_at": "2026-11-25T12:00:00Z",
            "author": home.account_id,
            "text": "Oma haalt je op",
            "duration_s": None,
            "delivery": "queued",
        }
        [command] = home.commands.waiting(home.watch_id, NOON)
        assert (command.kind, command.arguments) == (CommandKind.TEXT, {"message_id": answer.json["id"]})
        assert command.ordered_by == home.account_id
        assert listed(home) == [answer.json]
        assert home.call("GET", f"/messages/{answer.json['id']}").json == answer.json

    @pytest.mark.parametrize("minutes", [0, 1, 59])
    def test_message_and_command_are_over_at_one_instant(self, home: Home, minutes: int) -> None:
        home.clock.advance(timedelta(minutes=minutes, seconds=7))
        home.bearer = home.token()
        assert text(home).json["expires_at"] == "2026-11-25T12:00:00Z"
        [command] = home.commands.waiting(home.watch_id, home.clock.now())
        assert command.expires_at == OVER

    @pytest.mark.parametrize(
        ("state", "delivery"),
        [
            (CommandState.SENT, "sent"),
            (CommandState.ACKNOWLEDGED, "delivered"),
            (CommandState.FAILED, "not_delivered"),
            (CommandState.EXPIRED, "not_delivered"),
        ],
    )
    def test_how_far_it_came_is_shown(self, home: Home, state: CommandState, delivery: str) -> None:
        sent = text(home).json
        [command] = home.commands.waiting(home.watch_id, NOON)
        failure = Failure.NO_ANSWER if state is CommandState.FAILED else None
        assert home.commands.replace(replace(command, state=state, failure=failure))
        assert [each["delivery"] for each in listed(home)] == [delivery]
        assert home.call("GET", f"/messages/{sent['id']}").json["delivery"] == delivery

    @pytest.mark.parametrize("words", ["x" * 30, "  Kom je?  ", "é", "🦊" * 15])
    def test_what_the_screen_shows_is_taken(self, home: Home, words: str) -> None:
        assert text(home, words).json["text"] == words.strip()

    @pytest.mark.parametrize("words", ["x" * 31, "   ", "🦊" * 16, "een\nregel", "\u202e", "\0"])
    def test_what_no_screen_shows_is_refused_with_the_rule(self, home: Home, words: str) -> None:
        answer = text(home, words)
        assert (answer.status, answer.json["code"]) == (400, "invalid_text")
        assert "1 to 30 printable characters" in answer.json["detail"]
        assert listed(home) == []
        assert not home.commands.waiting(home.watch_id, NOON)

    @pytest.mark.parametrize(
        "body", [{}, {"text": ""}, {"text": None}, {"text": "x" * 101}, {"text": "a", "to": "b"}, {"text": "\ud800"}]
    )
    def test_any_other_body_is_refused(self, home: Home, body: Any) -> None:
        answer = home.call("POST", "/messages", json=body, headers=keyed())
        assert (answer.status, answer.json["code"]) == (400, "invalid_request")

    def test_without_a_key_nothing_is_sent(self, home: Home) -> None:
        assert home.call("POST", "/messages", json={"text": "Hoi"}).status == 400
        assert home.call("POST", "/messages/voice", raw=("audio/mp4", m4a())).status == 400
        assert listed(home) == []

    def test_the_same_key_sends_once_and_with_another_text_is_refused(self, home: Home) -> None:
        key = new_id()
        first = text(home, key=key)
        home.clock.advance(SECOND)
        assert text(home, key=key).json == first.json
        answer = text(home, "Iets anders", key=key)
        assert (answer.status, answer.json["code"]) == (409, "idempotency_key_reused")
        assert voice(home, key=key).status == 409
        assert listed(home) == [first.json]
        assert len(home.commands.waiting(home.watch_id, home.clock.now())) == 1
        assert [kind for kind, _ in home.media.items] == []

    def test_a_message_that_was_removed_is_not_sent_again_under_its_key(self, home: Home) -> None:
        key = new_id()
        sent = text(home, key=key).json
        assert home.call("DELETE", f"/messages/{sent['id']}").status == 204
        assert text(home, key=key).status == 409
        assert listed(home) == []

    @pytest.mark.attack("Z-14", guard="core.commands.orders:Orders.admit", part="messages")
    def test_a_watch_gets_no_more_than_a_child_can_read(self, home: Home) -> None:
        statuses = [text(home).status for _ in range(61)]
        assert statuses == [201] * 60 + [429]
        assert len(listed(home)) == 60


class TestVoices:
    @pytest.mark.parametrize(
        ("recorded", "kind"),
        [(m4a(), "audio/mp4"), (opus(), "audio/ogg"), (opus(), "audio/ogg; codecs=opus")],
        ids=short,
    )
    def test_a_recording_is_stored_as_the_watch_takes_it(self, home: Home, recorded: bytes, kind: str) -> None:
        answer = voice(home, recorded, kind)
        assert answer.status == 201
        assert (answer.json["kind"], answer.json["text"], answer.json["duration_s"]) == ("voice", None, 2.02)
        [command] = home.commands.waiting(home.watch_id, NOON)
        assert (command.kind, command.arguments) == (CommandKind.VOICE, {"message_id": answer.json["id"]})
        [(_, created_at, stored)] = home.media.items.values()
        assert created_at == NOON
        assert stored.startswith(b"#!AMR\n")

    def test_a_voice_is_heard_by_guardians_and_viewers(self, home: Home) -> None:
        message = home.voice_message(home.watch_id, NOON)
        heard = home.call("GET", f"/messages/{message.message_id}/audio")
        assert (heard.status, heard.headers["Content-Type"]) == (200, "audio/mp4")
        assert heard.is_base64
        assert heard.content.startswith(b"\0\0\0\x1cftypM4A")
        assert heard.headers["Cache-Control"] == "no-store"
        assert heard.headers["X-Content-Type-Options"] == "nosniff"
        assert listed(home)[0]["delivery"] is None
        assert listed(home)[0]["author"] is None

    def test_a_text_cannot_be_heard(self, home: Home) -> None:
        assert home.call("GET", f"/messages/{text(home).json['id']}/audio").status == 404

    @pytest.mark.attack("W-27", guard="lambdas.api.raw_bodies:check_raw_body", part="nothing of another type or size")
    @pytest.mark.parametrize(
        ("recorded", "kind", "status"),
        [
            (b"\0" * (LARGEST_VOICE_BYTES + 3), "audio/mp4", 413),
            (m4a(), "audio/amr", 415),
            (m4a(), "application/octet-stream", 415),
            (m4a(), "application/json", 415),
            (m4a(), "text/html", 415),
            (m4a(), "image/jpeg", 415),
            (m4a(), "", 415),
        ],
        ids=short,
    )
    def test_what_is_too_large_or_said_to_be_something_else_is_not_converted(
        self, home: Home, recorded: bytes, kind: str, status: int
    ) -> None:
        assert voice(home, recorded, kind).status == status
        assert home.converter.asked == 0
        assert not home.media.items

    @pytest.mark.parametrize("body", ["not base64", "AAA", "é"])
    def test_a_body_that_is_no_base64_is_refused(self, home: Home, body: str) -> None:
        headers = {"content-type": "audio/mp4", **keyed()}
        for is_base64 in (True, False):
            answer = home.call("POST", "/messages/voice", body=body, is_base64=is_base64, headers=headers)
            assert (answer.status, answer.json["code"]) == (400, "invalid_request")
        assert home.converter.asked == 0

    @pytest.mark.attack("Z-14", guard="core.commands.orders:Orders.admit", part="voices")
    def test_no_more_is_converted_than_may_be_sent_good_or_bad(self, home: Home) -> None:
        most = MOST_AN_HOUR[CommandKind.VOICE]
        assert {voice(home, b"<html>").status for _ in range(most)} == {400}
        assert voice(home).status == 429
        assert home.converter.asked == most

    def test_html_as_a_recording_is_refused_with_the_reason(self, home: Home) -> None:
        answer = voice(home, b"<html><script>alert(1)</script>")
        assert (answer.status, answer.json["code"]) == (400, "invalid_media")
        assert answer.json["detail"].endswith("not of a kind that is taken.")
        assert voice(home, b"").json["code"] == "invalid_media"
        assert not home.media.items
        assert listed(home) == []

    def test_a_recording_is_taken_on_its_own_route_only(self, home: Home) -> None:
        for method, path in (("POST", "/messages"), ("POST", "/zones"), ("PATCH", ""), ("PUT", "/messages/voice")):
            assert home.call(method, path, raw=("audio/mp4", m4a()), headers=keyed()).status in {404, 413, 415}

    def test_the_same_key_sends_the_same_recording_once(self, home: Home) -> None:
        key = new_id()
        first = voice(home, key=key)
        assert voice(home, key=key).json == first.json
        assert voice(home, opus(), "audio/ogg", key=key).status == 409
        assert len(home.media.items) == 1

    def test_what_is_removed_is_gone_with_its_voice(self, home: Home) -> None:
        sent = voice(home).json
        assert home.call("DELETE", f"/messages/{sent['id']}").status == 204
        assert home.call("DELETE", f"/messages/{sent['id']}").status == 404
        assert home.call("GET", f"/messages/{sent['id']}/audio").status == 404
        assert not home.media.items


class TestTheEnd:
    @pytest.mark.promise("P-28", guard="core.retention.policy:is_over", part="every route")
    @pytest.mark.promise("P-29", guard="core.retention.policy:is_over", part="every route")
    @pytest.mark.attack("Z-15", guard="core.retention.policy:is_over", part="nothing after its end")
    def test_at_its_end_no_route_gives_a_message_any_more(self, home: Home) -> None:
        sent, said = voice(home).json["id"], home.voice_message(home.watch_id, NOON).message_id
        home.clock.set(OVER - SECOND)
        home.bearer = home.token()
        assert {each["id"] for each in listed(home)} == {sent, said}
        assert home.call("GET", f"/messages/{said}/audio").status == 200
        home.clock.set(OVER)
        assert listed(home) == []
        for message_id in (sent, said):
            for what in ("", "/audio"):
                assert home.call("GET", f"/messages/{message_id}{what}").status == 404

    @pytest.mark.attack("Z-15", guard="lambdas.api.call:Call._membership", part="rights are asked at each download")
    @pytest.mark.attack("C-05", guard="lambdas.api.call:Call._membership", part="another's voice")
    def test_a_right_that_is_removed_ends_the_next_download(self, home: Home) -> None:
        path = f"/messages/{home.voice_message(home.watch_id, NOON).message_id}/audio"
        assert home.call("GET", path).status == 200
        home.memberships._held.clear()
        assert home.call("GET", path).status == 404

    def test_a_viewer_hears_and_sends_nothing(self, home: Home) -> None:
        home.memberships._held.clear()
        home.watch(home.account_id, Role.VIEWER, home.watch_id)
        message = home.voice_message(home.watch_id, NOON)
        assert home.call("GET", f"/messages/{message.message_id}/audio").status == 200
        for answer in (text(home), voice(home), home.call("DELETE", f"/messages/{message.message_id}")):
            assert answer.json["code"] == "not_allowed"
        assert home.converter.asked == 1, "nothing is converted for who may not send"

    def test_pages_hold_all_messages_in_order(self, home: Home) -> None:
        sent = [any_message(home.watch_id, NOON - number * SECOND) for number in range(3)]
        for message in sent:
            home.messages.add(message)
        first = home.call("GET", "/messages", query="limit=2").json
        rest = home.call("GET", "/messages", query={"limit": 2, "cursor": first["next"]}).json
        assert [each["id"] for each in first["items"] + rest["items"]] == [each.message_id for each in sent[::-1]]


@pytest.mark.promise("P-72", guard="lambdas.api.openapi:document", part="messages and photos")
@pytest.mark.parametrize(
    "name",
    [
        "sendText",
        "sendVoice",
        "listMessages",
        "getVoice",
        "deleteMessage",
        "putPicture",
        "getPicture",
        "addPhoto",
        "getPhoto",
    ],
)
def test_the_document_has_an_operation_for_messages_and_photos(name: str) -> None:
    operations = [each for path in document(resolver)["paths"].values() for each in path.values()]
    [found] = [each for each in operations if each["operationId"] == name]
    assert "P-72" in found["x-promises"]


def sources() -> Iterator[Path]:
    for ring in ("core", "wire", "adapters", "lambdas", "device_bridge", "ops", "stacks"):
        yield from (ROOT / ring).rglob("*.py")


def links_made_in(source: str) -> set[str]:
    """Return what a source names that makes links which work without a token."""
    made = {"generate_presigned_url", "generate_presigned_post", "S3SigV4QueryAuth", "sign_request", "presign"}
    names = {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}
    names |= {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    return names & made


def test_nothing_can_make_a_link_that_works_without_a_token() -> None:
    assert links_made_in("client.generate_presigned_url('get_object')")
    assert {str(path): found for path in sources() if (found := links_made_in(path.read_text()))} == {}


def test_an_answer_holds_no_address_of_a_voice(home: Home) -> None:
    sent = voice(home)
    [(_, media_id)] = home.media.items
    assert media_id not in sent.body
    assert "http" not in sent.body
