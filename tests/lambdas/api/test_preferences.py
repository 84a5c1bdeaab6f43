"""How a member wants to hear of a watch, over HTTP."""

from typing import Any

import pytest

from core.alerts.preferences import Preference
from core.kernel.ids import new_id
from core.watches.model import Role
from tests.lambdas.api.home import Home

NIGHTS: dict[str, Any] = {
    "time_zone": "Europe/Amsterdam",
    "windows": [{"days": ["monday", "sunday"], "begins": "22:30", "ends": "06:45"}],
}
DEFAULT: dict[str, Any] = {
    "not_pushed": [],
    "not_mailed": [],
    "mail": True,
    "muted_zones": [],
    "quiet_hours": None,
}


@pytest.fixture
def home() -> Home:
    return Home()


def test_everything_is_told_until_a_member_says_otherwise(home: Home) -> None:
    assert home.call("GET", "/preferences").json == DEFAULT
    wanted = {
        "not_pushed": ["back_again", "fall"],
        "not_mailed": ["low_battery"],
        "mail": False,
        "muted_zones": [new_id()],
        "quiet_hours": NIGHTS,
    }
    answer = home.call("PUT", "/preferences", json=wanted)
    assert (answer.status, answer.json) == (200, wanted)
    assert home.call("GET", "/preferences").json == wanted
    assert home.call("PUT", "/preferences", json={}).json == DEFAULT
    assert home.preferences.get(home.account_id, home.watch_id) == Preference()


def test_each_member_has_a_preference_of_their_own(home: Home) -> None:
    viewer = home.account("oma@example.nl")
    home.watch(viewer, Role.VIEWER, home.watch_id)
    path, bearer = f"/v1/watches/{home.watch_id}/preferences", home.token("oma@example.nl")
    assert home.ask("PUT", path, token=bearer, json={"mail": False}).status == 200
    assert home.ask("GET", path, token=bearer).json == DEFAULT | {"mail": False}
    assert home.call("GET", "/preferences").json == DEFAULT


@pytest.mark.parametrize("field", ["not_pushed", "not_mailed"])
def test_nobody_can_ask_to_sleep_through_an_sos(home: Home, field: str) -> None:
    answer = home.call("PUT", "/preferences", json={field: ["fall", "sos"]})
    assert (answer.status, answer.json["code"]) == (400, "invalid_preference")
    assert home.call("GET", "/preferences").json == DEFAULT


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiet_hours": NIGHTS | {"time_zone": "Mars/Olympus"}},
        {"quiet_hours": {**NIGHTS, "windows": [{"days": ["monday"], "begins": "22:00", "ends": "22:00"}]}},
    ],
)
def test_quiet_hours_that_cannot_be_are_refused_with_the_rule(home: Home, wrong: dict[str, Any]) -> None:
    answer = home.call("PUT", "/preferences", json=wrong)
    assert (answer.status, answer.json["code"]) == (400, "invalid_preference")
    assert answer.json["detail"].startswith("No preference can be so: ")


@pytest.mark.parametrize(
    "wrong",
    [
        {"not_pushed": ["unheard of"]},
        {"not_pushed": "fall"},
        {"muted_zones": ["Home"]},
        {"muted_zones": [new_id()] * 51},
        {"mail": "no"},
        {"quiet_hours": {"time_zone": "Europe/Amsterdam", "windows": []}},
        {"unheard": "of"},
    ],
)
def test_what_the_document_does_not_describe_is_refused(home: Home, wrong: dict[str, Any]) -> None:
    answer = home.call("PUT", "/preferences", json=wrong)
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")
