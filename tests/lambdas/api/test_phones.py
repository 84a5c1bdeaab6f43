"""The phone that rings, over HTTP."""

import logging
from typing import Any

import pytest

from core.accounts.model import Platform as PhonePlatform
from tests.clocks import NOON
from tests.lambdas.api.home import Home

TOKEN = "5b3e" * 16
OTHER_TOKEN = "dQw4w9WgXcQ:APA91b-Zx_" + "k" * 120
PHONE = {"platform": "apns", "token": TOKEN}


@pytest.fixture
def home() -> Home:
    return Home()


def register(home: Home, phone: Any = PHONE, bearer: str | None = None) -> int:
    return home.ask("PUT", "/v1/phone", token=bearer or home.bearer, json=phone).status


def ringing(home: Home) -> list[str]:
    """Return the endpoints that ring for the account, where the push service has them too."""
    return [each.endpoint for each in home.phones.of_account(home.account_id, NOON)]


def test_a_phone_is_registered_by_its_endpoint_and_its_token_is_kept_nowhere(home: Home) -> None:
    assert register(home) == 204
    [phone] = home.phones.of_account(home.account_id, NOON)
    assert (phone.platform, phone.endpoint) == (PhonePlatform.APNS, "endpoint/apns/1")
    assert home.phone_endpoints.held == {"endpoint/apns/1": (TOKEN, phone.family_id)}
    assert TOKEN not in str(vars(home.phones))


def test_registering_again_changes_nothing_and_a_new_token_replaces_the_old(home: Home) -> None:
    for _ in range(2):
        register(home)
        assert ringing(home) == ["endpoint/apns/1"]
    register(home, {"platform": "fcm", "token": OTHER_TOKEN})
    assert ringing(home) == ["endpoint/fcm/2"]
    assert list(home.phone_endpoints.held) == ["endpoint/fcm/2"]


def test_each_sign_in_has_its_own_phone(home: Home) -> None:
    register(home)
    register(home, {"platform": "fcm", "token": OTHER_TOKEN}, home.token())
    assert sorted(ringing(home)) == ["endpoint/apns/1", "endpoint/fcm/2"]


def test_a_phone_that_another_signs_in_on_rings_for_them_only(home: Home) -> None:
    register(home)
    home.account("bram@example.nl")
    register(home, PHONE, home.token("bram@example.nl"))
    assert list(home.phone_endpoints.held) == ["endpoint/apns/2"], "the endpoint of the first is gone"


def test_a_phone_is_removed(home: Home) -> None:
    register(home)
    for _ in range(2):
        assert home.ask("DELETE", "/v1/phone", token=home.bearer).status == 204
    assert ringing(home) == []
    assert home.phone_endpoints.held == {}


@pytest.mark.attack("C-12", guard="core.accounts.phones:RingingPhones.remove", part="sign-out")
def test_signing_out_ends_the_ringing_at_once(home: Home) -> None:
    other = home.token()
    register(home)
    register(home, {"platform": "fcm", "token": OTHER_TOKEN}, other)
    assert home.ask("POST", "/v1/sign-out", token=home.bearer).status == 204
    assert ringing(home) == ["endpoint/fcm/2"], "another sign-in goes on"
    assert list(home.phone_endpoints.held) == ["endpoint/fcm/2"]


def test_a_sign_out_that_fails_half_way_can_be_repeated(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_endpoint: str) -> None:
        raise ConnectionError("the push service is down")

    register(home)
    monkeypatch.setattr(home.phone_endpoints, "remove", failing)
    assert home.ask("POST", "/v1/sign-out", token=home.bearer).status == 500
    assert ringing(home) == []
    assert home.ask("POST", "/v1/sign-out", token=home.bearer).status == 204
    assert home.ask("GET", "/v1/watches", token=home.bearer).status == 401


def test_a_stage_that_cannot_ring_says_so(home: Home) -> None:
    home.phone_endpoints.lacking.add(PhonePlatform.APNS)
    answer = home.ask("PUT", "/v1/phone", token=home.bearer, json=PHONE)
    assert (answer.status, answer.json["code"]) == (409, "push_not_available")
    assert ringing(home) == []


@pytest.mark.parametrize(
    "phone",
    [
        {},
        {"platform": "apns"},
        {"token": TOKEN},
        {"platform": "web", "token": TOKEN},
        {**PHONE, "token": "5b3e"},
        {**PHONE, "token": "x" * 1_025},
        {**PHONE, "token": "https://example.com/" + "x" * 40},
        {**PHONE, "token": "5b3e " * 16},
        {**PHONE, "token": 5},
        {**PHONE, "account_id": "x" * 26},
        {**PHONE, "endpoint": "arn:aws:sns:eu-central-1:000000000000:endpoint/APNS/any/1"},
    ],
)
def test_what_is_no_phone_is_refused_and_told_nowhere(
    home: Home, phone: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = home.ask("PUT", "/v1/phone", token=home.bearer, json=phone)
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")
    assert str(phone.get("token", TOKEN)) not in answer.body
    assert caplog.messages == []
    assert ringing(home) == []
