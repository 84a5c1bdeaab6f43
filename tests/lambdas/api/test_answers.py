"""What every answer has in common, whatever went wrong."""

import logging
from typing import Any

import pytest

from core.accounts.model import Language
from core.kernel.errors import NotFound, Refused
from lambdas.api.app import resolver
from lambdas.api.schemas import account
from tests.clocks import NOON
from tests.lambdas.api.platform import Answer, Platform
from tests.lambdas.api.routes import filled, routes

SECRET = "table wachter-prod-positions of marieke@example.nl at 52.2112"


class Broken(Exception):  # noqa: N818 - an error is named after the fact
    """An error that nobody foresaw."""


def failing(*_args: Any, **_named: Any) -> Any:
    raise Broken(SECRET)


@pytest.fixture
def answers(platform: Platform) -> list[Answer]:
    """One answer of each kind."""
    watch_id = platform.watch(platform.account())
    platform.position(watch_id, NOON)
    token = platform.token()
    return [
        platform.sign_in(),
        platform.sign_in(password="wrong"),
        platform.ask("POST", "/v1/sign-in", json={}),
        platform.ask("POST", "/v1/sign-in", body="{}"),
        platform.ask("GET", "/v1/watches", token=token),
        platform.ask("GET", "/v1/watches"),
        platform.ask("GET", f"/v1/watches/{watch_id}/position", token=token),
        platform.ask("GET", f"/v1/watches/{watch_id}/positions", token=token),
        platform.ask("GET", f"/v1/watches/{watch_id}/positions", token=token, query="limit=0"),
        platform.ask("GET", "/v1/watches/x/telemetry", token=token),
        platform.ask("GET", "/nowhere", token=token),
        platform.ask("POST", "/v1/sign-out", token=token),
        platform.ask("GET", "/v1/docs"),
    ]


@pytest.mark.attack("Z-21", guard="lambdas.api.app:protected")
def test_no_answer_is_kept_by_a_cache_or_taken_for_another_type(answers: list[Answer]) -> None:
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_every_refusal_is_a_problem_with_a_code(answers: list[Answer]) -> None:
    refusals = [answer for answer in answers if answer.status >= 400]
    assert {answer.status for answer in refusals} == {400, 401, 404, 415}
    for answer in refusals:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert {"type", "title", "status", "code", "detail"} <= answer.json.keys()
        assert answer.json["status"] == answer.status


def assert_tells_nothing(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    assert (answer.status, answer.json["code"]) == (500, "internal_error")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["request_id"] == "JKJaXmPLvHcESHA="
    for words in ("Broken", "wachter", "marieke", "52.21", "Traceback"):
        assert words not in answer.body
    assert caplog.messages == ["Broken in request JKJaXmPLvHcESHA="]
    assert all(record.exc_info is None for record in caplog.records), "the text of an error may hold what was sent"


@pytest.mark.attack("Z-23", guard="lambdas.api.problems:answer_to")
def test_an_unforeseen_error_in_a_route_tells_nothing(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    platform.account()
    token = platform.token()
    monkeypatch.setattr(platform.memberships, "of_account", failing)
    assert_tells_nothing(platform.ask("GET", "/v1/watches", token=token), caplog)


@pytest.mark.attack("Z-23", guard="lambdas.api.problems:answer_to")
def test_an_unforeseen_error_in_the_gate_tells_nothing(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(platform.tokens, "verify", failing)
    assert_tells_nothing(platform.ask("GET", "/v1/watches", token="1"), caplog)


@pytest.mark.attack("Z-23", guard="lambdas.api.problems:answer_to")
def test_an_unforeseen_error_in_a_sign_in_tells_nothing(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    platform.account()
    monkeypatch.setattr(platform.passwords, "matches", failing)
    assert_tells_nothing(platform.sign_in(), caplog)


def test_an_answer_that_is_not_what_its_type_says_is_our_failure(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    platform.account()
    token = platform.token()
    monkeypatch.setattr(account.Account, "of", lambda _: "not an account")
    answer = platform.ask("GET", "/v1/account", token=token)
    assert answer.status == 500
    assert caplog.messages == ["ResponseValidationError in request JKJaXmPLvHcESHA="]


@pytest.mark.parametrize("kind", [Refused, NotFound])
def test_an_error_of_the_core_that_the_api_does_not_know_is_not_explained(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, kind: type[Refused]
) -> None:
    def refusing(*_args: Any) -> Any:
        raise kind(SECRET)

    platform.account()
    token = platform.token()
    monkeypatch.setattr(platform.memberships, "of_account", refusing)
    answer = platform.ask("GET", "/v1/watches", token=token)
    assert answer.status == (404 if kind is NotFound else 500)
    assert "wachter" not in answer.body


def test_nothing_is_logged_of_a_request_at_any_level(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    platform.account()
    token = platform.token()
    platform.sign_in(password="wrong")
    for _, template in routes():
        platform.ask("GET", filled(template, "a" * 26), token=token)
        platform.ask("GET", filled(template, "a" * 26))
    assert caplog.messages == []


def test_the_environment_cannot_make_the_api_print_requests() -> None:
    assert resolver._debug is False


class Widened(account.Account):
    """An answer with a field that its route does not declare."""

    password_hash: str = "of-the-password"


@pytest.mark.attack(
    "Z-09",
    guard="aws_lambda_powertools.event_handler.openapi.compat:ModelField.serialize",
    part="an answer holds what its schema names",
)
def test_what_a_route_does_not_declare_does_not_leave(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.account()
    monkeypatch.setattr(
        account.Account, "of", lambda _: Widened(email="of@example.nl", language=Language.NL, created_at=NOON)
    )
    answer = platform.ask("GET", "/v1/account", token=platform.token())
    assert answer.status == 200
    assert answer.json.keys() == account.Account.model_fields.keys()
