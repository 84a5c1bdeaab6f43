"""Learned places and wrong positions over HTTP, and what is left of both when it is over."""

from datetime import timedelta
from typing import Any

import pytest

from core.kernel.geo import Point
from core.retention.policy import POLICY
from core.tracking.model import Source
from tests.builders import any_alert, any_learned_place
from tests.clocks import NOON
from tests.lambdas.api.home import Home
from tests.lambdas.api.routes import closed_routes, filled, parameters

ZONES = "/v1/watches/<watch_id>/zones"
"""What a guardian drew, and no place where the watch ever was."""


@pytest.fixture
def home() -> Home:
    return Home()


def learned(home: Home, *digits: str, **known: Any) -> list[str]:
    names = [digit * 32 for digit in digits]
    for name in names:
        home.learned_places.put(home.watch_id, any_learned_place(name, NOON, **known))
    return names


def names_of(home: Home) -> list[str]:
    return [each["id"] for each in home.call("GET", "/learned-places").json["items"]]


def test_a_learned_place_is_listed_without_its_access_point(home: Home) -> None:
    learned(home, "a", point=Point(52.25, 5.75), accuracy_m=35.0, roams=True)
    assert home.call("GET", "/learned-places").json == {
        "items": [
            {
                "id": "a" * 32,
                "point": {"latitude": 52.25, "longitude": 5.75},
                "accuracy_m": 35.0,
                "learned_at": "2026-11-22T12:00:00Z",
                "roams": True,
            }
        ],
        "next": None,
    }


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_learned_places_come_in_pages(home: Home, limit: int) -> None:
    learned(home, "c", "a", "b")
    found: list[str] = []
    query: dict[str, Any] = {"limit": limit}
    for _ in range(3):
        page = home.call("GET", "/learned-places", query=query).json
        assert len(page["items"]) <= limit
        found += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert found == ["a" * 32, "b" * 32, "c" * 32]


def test_one_learned_place_is_forgotten(home: Home) -> None:
    learned(home, "a", "b")
    assert home.call("DELETE", f"/learned-places/{'a' * 32}").status == 204
    assert names_of(home) == ["b" * 32]
    assert home.call("DELETE", f"/learned-places/{'a' * 32}").status == 404


def test_all_learned_places_are_forgotten(home: Home) -> None:
    learned(home, "a", "b")
    other = home.watch(home.account_id)
    home.learned_places.put(other, any_learned_place("c" * 32, NOON))
    for _ in range(2):
        assert home.call("DELETE", "/learned-places").status == 204
    assert names_of(home) == []
    assert len(home.learned_places.items) == 1, "another watch's stay"


def test_a_wrong_position_is_shown_as_doubtful_from_then_on(home: Home) -> None:
    home.position(home.watch_id, NOON)
    home.position(home.watch_id, NOON - timedelta(minutes=1))
    answer = home.call("POST", "/positions/wrong", json={"at": "2026-11-22T13:00:00+01:00"})
    assert (answer.status, answer.body) == (204, "")
    shown = home.call("GET", "/positions").json["items"]
    assert [each["doubts"] for each in shown] == [[], ["reported_wrong"]]
    assert home.call("GET", "/position").json["position"]["doubtful"] is True
    assert home.call("POST", "/positions/wrong", json={"at": "2026-11-22T12:00:00Z"}).status == 204, "again as well"


def test_what_put_a_wrong_position_there_is_forgotten(home: Home) -> None:
    learned(home, "a")
    home.position(home.watch_id, NOON, source=Source.WIFI, accuracy_m=40.0)
    home.call("POST", "/positions/wrong", json={"at": "2026-11-22T12:00:00Z"})
    assert names_of(home) == []


@pytest.mark.parametrize(
    "at",
    [
        "2026-11-22T11:59:59.999Z",
        "2026-11-22T12:00:00.001Z",
        "2026-08-01T12:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_a_position_that_is_not_there_cannot_be_wrong(home: Home, at: str) -> None:
    home.position(home.watch_id, NOON)
    assert home.call("POST", "/positions/wrong", json={"at": at}).status == 404
    assert home.call("GET", "/position").json["position"]["doubtful"] is False


@pytest.mark.parametrize("body", [{}, {"at": "noon"}, {"at": 0}, {"at": "2026-11-22T12:00:00"}, {"at": None}, []])
def test_a_wrong_position_is_named_by_an_exact_instant(home: Home, body: Any) -> None:
    answer = home.call("POST", "/positions/wrong", json=body)
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")


def coordinates_in(value: Any) -> list[str]:
    """Return the names of all coordinates anywhere in an answer."""
    if isinstance(value, list):
        return [name for each in value for name in coordinates_in(each)]
    if isinstance(value, dict):
        here = [name for name in value if name in {"latitude", "longitude"}]
        return here + coordinates_in(list(value.values()))
    return []


def lists_of_a_watch() -> list[str]:
    return sorted(
        template
        for method, template in closed_routes()
        if method == "GET" and parameters(template) == ["watch_id"] and template != ZONES
    )


@pytest.mark.promise("P-27", guard="core.retention.policy:is_over", part="every route of a watch")
def test_after_89_days_no_route_of_a_watch_tells_any_place(home: Home) -> None:
    home.position(home.watch_id, NOON)
    home.reading(home.watch_id, NOON)
    home.alerts.add(any_alert(home.watch_id, NOON))
    learned(home, "a")
    query = {"from": "2000-01-01T00:00:00Z"}
    told = {}
    for state in ("kept", "over"):
        answers = {}
        for template in lists_of_a_watch():
            path = filled(template, home.watch_id)
            ranged = query if template.endswith(("/positions", "/alerts", "/telemetry")) else {}
            answer = home.ask("GET", path, token=home.bearer, query=ranged)
            assert answer.status in {200, 404}, "404: it has no picture, and no SIM is registered"
            answers[template] = answer.json
        told[state] = answers
        over = POLICY["position"].expires_at(NOON)
        assert over is not None
        home.clock.set(over)
        home.bearer = home.token()
    assert len(coordinates_in(list(told["kept"].values()))) == 6, "position, positions, learned places"
    assert coordinates_in(list(told["over"].values())) == []
    for noun in ("position", "positions", "telemetry", "alerts", "learned-places"):
        kept, over = (told[state][f"/v1/watches/<watch_id>/{noun}"] for state in ("kept", "over"))
        assert kept.get("items") or kept["position"]
        assert over.get("items", over.get("position")) in ([], None)
