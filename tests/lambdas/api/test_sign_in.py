"""Signing in and out over HTTP."""

import json
from datetime import timedelta

import pytest

from core.accounts.attempts import ATTEMPTS_PER_ADDRESS, FREE_ATTEMPTS
from lambdas.api.gate import LONGEST_BODY
from tests.lambdas.api.platform import PASSWORD, Answer, Platform


def seen(answer: Answer) -> tuple[int, dict[str, str], str]:
    return answer.status, answer.headers, answer.body


def test_the_right_password_gives_a_token_that_opens_the_other_routes(platform: Platform) -> None:
    platform.account()
    answer = platform.sign_in()
    assert answer.status == 200
    assert answer.json == {
        "access_token": "1",
        "token_type": "Bearer",
        "expires_in": 600,
        "refresh_token": None,
    }
    assert platform.ask("GET", "/v1/watches", token=answer.json["access_token"]).status == 200


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(platform: Platform) -> None:
    platform.account()
    wrong, unknown = platform.sign_in(password="wrong"), platform.sign_in(email="nobody@example.nl")
    assert wrong.status == 401
    assert wrong.json["code"] == "wrong_credentials"
    assert seen(wrong) == seen(unknown)


@pytest.mark.promise("P-51", guard="core.accounts.attempts:next_tally", part="sign-in")
@pytest.mark.attack("A-13", guard="core.accounts.attempts:next_tally", part="no more than ten at once")
def test_the_eleventh_attempt_is_refused_in_the_same_way_for_known_and_unknown_addresses(platform: Platform) -> None:
    platform.account()
    answers = {}
    for email in ("marieke@example.nl", "nobody@example.nl"):
        for _ in range(FREE_ATTEMPTS):
            assert platform.sign_in(email=email, password="wrong").status == 401
        answers[email] = platform.sign_in(email=email, password="wrong")
    known, unknown = answers.values()
    assert known.status == 429
    assert known.json["code"] == "too_many_attempts"
    assert known.headers["Retry-After"] == "60"
    assert seen(known) == seen(unknown)
    assert platform.passwords.checks == 2 * FREE_ATTEMPTS, "a refused attempt costs no hash"


def test_the_right_password_is_taken_again_after_the_delay(platform: Platform) -> None:
    platform.account()
    for _ in range(FREE_ATTEMPTS):
        platform.sign_in(password="wrong")
    assert platform.sign_in().status == 429
    platform.clock.advance(timedelta(minutes=1))
    assert platform.sign_in().status == 200


def test_many_attempts_from_one_address_are_refused_and_other_addresses_are_not(platform: Platform) -> None:
    platform.account()
    for number in range(ATTEMPTS_PER_ADDRESS):
        platform.sign_in(email=f"{number}@example.nl", address="2001:db8::1")
    assert platform.sign_in(address="2001:db8::2").status == 429, "one home has the whole /64"
    assert platform.sign_in(address="2001:db8:0:1::1").status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "marieke@example.nl"},
        {"email": "marieke@example.nl", "password": ""},
        {"email": "marieke@example.nl", "password": PASSWORD, "role": "admin"},
        {"email": ["marieke@example.nl"], "password": PASSWORD},
        {"email": "marieke@example.nl", "password": "x" * 1025},
        {"email": "x" * 255, "password": PASSWORD},
        [],
        "text",
        None,
    ],
)
def test_a_body_that_is_not_as_described_is_refused_before_any_hash(platform: Platform, body: object) -> None:
    answer = platform.ask("POST", "/v1/sign-in", json=body)
    assert answer.status == 400
    assert answer.json["code"] == "invalid_request"
    assert platform.passwords.checks == 0


@pytest.mark.parametrize(
    "body", ["{", "[" * 10_000, '{"email": "\\ud800", "password": "\\ud800"}', "\x00", '{"email": ' + "1" * 5_000 + "}"]
)
def test_a_body_that_cannot_be_read_is_refused(platform: Platform, body: str) -> None:
    answer = platform.ask("POST", "/v1/sign-in", body=body, headers={"content-type": "application/json"})
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("body", ["!", "/w=="])
def test_a_body_that_is_not_text_is_refused(platform: Platform, body: str) -> None:
    json_type = {"content-type": "application/json"}
    answer = platform.ask("POST", "/v1/sign-in", body=body, headers=json_type, is_base64=True)
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")


def test_a_body_that_is_too_large_is_refused_unread(platform: Platform) -> None:
    answer = platform.ask("POST", "/v1/sign-in", body="{" * (LONGEST_BODY + 1))
    assert (answer.status, answer.json["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    "content_type", [None, "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
)
def test_only_json_is_read(platform: Platform, content_type: str | None) -> None:
    platform.account()
    headers = {} if content_type is None else {"content-type": content_type}
    body = json.dumps({"email": "marieke@example.nl", "password": PASSWORD})
    answer = platform.ask("POST", "/v1/sign-in", body=body, headers=headers)
    assert (answer.status, answer.json["code"]) == (415, "unsupported_body")


def test_signing_out_ends_the_token_at_once(platform: Platform) -> None:
    platform.account()
    token, other = platform.token(), platform.token()
    answer = platform.ask("POST", "/v1/sign-out", token=token)
    assert (answer.status, answer.body) == (204, "")
    assert platform.ask("GET", "/v1/watches", token=token).status == 401
    assert platform.ask("POST", "/v1/sign-out", token=token).status == 401
    assert platform.ask("GET", "/v1/watches", token=other).status == 200, "another sign-in goes on"


def test_neither_address_nor_password_ever_stands_in_an_answer(platform: Platform) -> None:
    for body in ({"email": "marieke@example.nl", "password": 1}, {"email": 2, "password": "a secret thing"}):
        answer = platform.ask("POST", "/v1/sign-in", json=body)
        assert "marieke" not in answer.body
        assert "secret" not in answer.body
