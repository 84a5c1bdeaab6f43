"""Safe zones over HTTP."""

import json
import math
from datetime import time
from typing import Any

import pytest

from core.kernel.geo import Point
from core.kernel.ids import ZoneId
from core.zones.model import MOST_VERTICES, WINDOWS_PER_ZONE, ZONES_PER_WATCH, Circle, Polygon, Schedule, Window
from lambdas.api.gate import LONGEST_BODY
from lambdas.api.schemas.zones import ZoneSettings
from tests.lambdas.api.home import Home

CIRCLE: dict[str, Any] = {
    "kind": "circle",
    "centre": {"latitude": 52.2112, "longitude": 5.9699},
    "radius_m": 150.0,
}
SQUARE: dict[str, Any] = {
    "kind": "polygon",
    "vertices": [
        {"latitude": latitude, "longitude": longitude}
        for latitude, longitude in ((52.21, 5.96), (52.21, 5.97), (52.22, 5.97), (52.22, 5.96))
    ],
}
SCHOOL_DAYS: dict[str, Any] = {
    "time_zone": "Europe/Amsterdam",
    "windows": [{"days": ["monday", "sunday"], "begins": "08:15", "ends": "14:30"}],
}
SCHOOL: dict[str, Any] = {
    "name": "School",
    "shape": CIRCLE,
    "schedule": SCHOOL_DAYS,
    "alarm_on_entering": True,
    "alarm_on_leaving": False,
}


def ring(count: int) -> dict[str, Any]:
    """Return a regular polygon whose coordinates have as many digits as a float has."""
    angles = [2 * math.pi * number / count for number in range(count)]
    return {
        "kind": "polygon",
        "vertices": [{"latitude": 52 + math.sin(each) / 100, "longitude": 5 + math.cos(each) / 100} for each in angles],
    }


@pytest.fixture
def home() -> Home:
    return Home()


@pytest.mark.promise("P-18", guard="lambdas.api.routes.zones:_zone", part="created, read, changed, deleted")
def test_a_zone_is_created_read_changed_and_deleted(home: Home) -> None:
    created = home.call("POST", "/zones", json=SCHOOL)
    assert created.status == 201
    zone_id = created.json["id"]
    assert created.json == {**SCHOOL, "id": zone_id, "version": 1}
    assert home.call("GET", f"/zones/{zone_id}").json == created.json
    assert home.call("GET", "/zones").json == {"items": [created.json], "next": None}

    replaced = home.call("PUT", f"/zones/{zone_id}", json={"name": "Club", "shape": SQUARE, "replaces": 1})
    assert replaced.status == 200
    assert replaced.json == {
        "id": zone_id,
        "version": 2,
        "name": "Club",
        "shape": SQUARE,
        "schedule": None,
        "alarm_on_entering": True,
        "alarm_on_leaving": True,
    }
    assert home.call("GET", "/zones").json == {"items": [replaced.json], "next": None}

    deleted = home.call("DELETE", f"/zones/{zone_id}")
    assert (deleted.status, deleted.body) == (204, "")
    assert home.call("GET", "/zones").json == {"items": [], "next": None}
    for method, rest in (("GET", {}), ("PUT", {"json": {**SCHOOL, "replaces": 2}}), ("DELETE", {})):
        assert home.call(method, f"/zones/{zone_id}", **rest).status == 404


def test_what_is_stored_is_what_was_drawn(home: Home) -> None:
    zone_id = ZoneId(home.call("POST", "/zones", json=SCHOOL).json["id"])
    zone = home.zones.get(home.watch_id, zone_id)
    assert zone is not None
    assert zone.shape == Circle(Point(52.2112, 5.9699), 150.0)
    assert zone.schedule == Schedule("Europe/Amsterdam", (Window(frozenset({0, 6}), time(8, 15), time(14, 30)),))
    assert (zone.name, zone.alarm_on_entering, zone.alarm_on_leaving) == ("School", True, False)
    home.call("PUT", f"/zones/{zone_id}", json={**SCHOOL, "shape": SQUARE, "replaces": 1})
    zone = home.zones.get(home.watch_id, zone_id)
    assert zone is not None
    assert isinstance(zone.shape, Polygon)
    assert zone.shape.vertices[1] == Point(52.21, 5.97)


def test_the_largest_zone_fits_a_body(home: Home) -> None:
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    windows = [{"days": days, "begins": "00:00", "ends": "23:59"}] * WINDOWS_PER_ZONE
    zone = {
        **SCHOOL,
        "name": "é" * 40,
        "shape": ring(MOST_VERTICES),
        "schedule": {"time_zone": "America/Argentina/ComodRivadavia", "windows": windows},
    }
    assert len(json.dumps(zone)) < LONGEST_BODY
    assert home.call("POST", "/zones", json=zone).status == 201


def without(zone: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in zone.items() if key != name}


@pytest.mark.parametrize("field", ["id", "zone_id", "watch_id", "account_id", "owner", "expires_at"])
def test_a_field_that_a_zone_does_not_have_is_refused(home: Home, field: str) -> None:
    answer = home.call("POST", "/zones", json={**SCHOOL, field: "x" * 26})
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")
    assert answer.json["errors"] == [{"place": f"body.{field}", "reason": "extra_forbidden"}]
    assert not home.zones.items


@pytest.mark.parametrize(
    "zone",
    [
        without(SCHOOL, "name"),
        without(SCHOOL, "shape"),
        {**SCHOOL, "name": ""},
        {**SCHOOL, "name": "x" * 41},
        {**SCHOOL, "name": 1},
        {**SCHOOL, "alarm_on_leaving": "yes"},
        {**SCHOOL, "alarm_on_leaving": 1},
        {**SCHOOL, "shape": None},
        {**SCHOOL, "shape": without(CIRCLE, "kind")},
        {**SCHOOL, "shape": {**CIRCLE, "kind": "square"}},
        {**SCHOOL, "shape": {**CIRCLE, "vertices": []}},
        {**SCHOOL, "shape": {**CIRCLE, "radius_m": 49.9}},
        {**SCHOOL, "shape": {**CIRCLE, "radius_m": 50_001}},
        {**SCHOOL, "shape": {**CIRCLE, "radius_m": "100"}},
        {**SCHOOL, "shape": {**CIRCLE, "radius_m": True}},
        {**SCHOOL, "shape": {**CIRCLE, "radius_m": math.nan}},
        {**SCHOOL, "shape": {**CIRCLE, "radius_m": math.inf}},
        {**SCHOOL, "shape": {**CIRCLE, "centre": {"latitude": 90.1, "longitude": 0}}},
        {**SCHOOL, "shape": {**CIRCLE, "centre": {"latitude": 0, "longitude": -180.1}}},
        {**SCHOOL, "shape": {**CIRCLE, "centre": {"latitude": math.nan, "longitude": 0}}},
        {**SCHOOL, "shape": {**CIRCLE, "centre": {"latitude": 10**400, "longitude": 0}}},
        {**SCHOOL, "shape": {**CIRCLE, "centre": [52.2, 5.9]}},
        {**SCHOOL, "shape": {**SQUARE, "vertices": SQUARE["vertices"][:2]}},
        {**SCHOOL, "shape": ring(MOST_VERTICES + 1)},
        {**SCHOOL, "schedule": {}},
        {**SCHOOL, "schedule": {**SCHOOL_DAYS, "windows": []}},
        {**SCHOOL, "schedule": {**SCHOOL_DAYS, "windows": SCHOOL_DAYS["windows"] * (WINDOWS_PER_ZONE + 1)}},
        {**SCHOOL, "schedule": {**SCHOOL_DAYS, "windows": [{"days": [], "begins": "08:00", "ends": "09:00"}]}},
        {**SCHOOL, "schedule": {**SCHOOL_DAYS, "windows": [{"days": [0], "begins": "08:00", "ends": "09:00"}]}},
        {**SCHOOL, "schedule": {**SCHOOL_DAYS, "windows": [{"days": ["monday"], "begins": "8:00", "ends": "09:00"}]}},
        {**SCHOOL, "schedule": {**SCHOOL_DAYS, "windows": [{"days": ["monday"], "begins": "24:00", "ends": "09:00"}]}},
        {**SCHOOL, "schedule": {**SCHOOL_DAYS, "windows": [{"days": ["monday"], "begins": 28800, "ends": "09:00"}]}},
        [],
        "zone",
        None,
    ],
)
def test_what_the_document_does_not_allow_is_refused(home: Home, zone: Any) -> None:
    known = home.call("POST", "/zones", json=SCHOOL).json
    for method, path in (("POST", "/zones"), ("PUT", f"/zones/{known['id']}")):
        answer = home.call(method, path, json=zone)
        assert (answer.status, answer.json["code"]) == (400, "invalid_request"), answer.body
    assert home.call("GET", "/zones").json == {"items": [known], "next": None}


@pytest.mark.parametrize(
    "zone",
    [
        {**SCHOOL, "name": "   "},
        {**SCHOOL, "name": "a\u0000b"},
        {**SCHOOL, "shape": {**SQUARE, "vertices": [SQUARE["vertices"][0]] * 3}},
        {**SCHOOL, "shape": {**SQUARE, "vertices": [SQUARE["vertices"][each] for each in (0, 2, 1, 3)]}},
        {**SCHOOL, "schedule": {**SCHOOL_DAYS, "time_zone": "Europe/Apeldoorn"}},
        {**SCHOOL, "schedule": {**SCHOOL_DAYS, "time_zone": "../../etc/passwd"}},
        {**SCHOOL, "schedule": {**SCHOOL_DAYS, "windows": [{"days": ["monday"], "begins": "08:00", "ends": "08:00"}]}},
    ],
)
def test_what_no_zone_can_be_is_refused(home: Home, zone: Any) -> None:
    known = home.call("POST", "/zones", json=SCHOOL).json
    for method, path in (("POST", "/zones"), ("PUT", f"/zones/{known['id']}")):
        replaces = {"replaces": 1} if method == "PUT" else {}
        answer = home.call(method, path, json={**zone, **replaces})
        assert (answer.status, answer.json["code"]) == (400, "invalid_zone"), answer.body
    assert home.call("GET", "/zones").json == {"items": [known], "next": None}


def test_a_refusal_tells_the_rule_and_not_the_place(home: Home) -> None:
    twice = {**SQUARE, "vertices": [SQUARE["vertices"][0]] * 3}
    answer = home.call("POST", "/zones", json={**SCHOOL, "shape": twice})
    assert answer.json["detail"] == "No zone can be so: the vertices of a polygon are different places."


def test_a_watch_has_so_many_zones_and_no_more(home: Home) -> None:
    for _ in range(ZONES_PER_WATCH):
        known = home.call("POST", "/zones", json=SCHOOL)
        assert known.status == 201
    answer = home.call("POST", "/zones", json=SCHOOL)
    assert (answer.status, answer.json["code"]) == (409, "too_many_zones")
    assert home.call("PUT", f"/zones/{known.json['id']}", json={**SCHOOL, "name": "Club", "replaces": 1}).status == 200
    assert len(home.call("GET", "/zones").json["items"]) == ZONES_PER_WATCH


@pytest.mark.attack("Z-14", guard="lambdas.api.gate:check_body", part="bodies")
@pytest.mark.parametrize(
    "body",
    [
        json.dumps({**SCHOOL, "shape": ring(1_000)}),
        '{"name":"x","shape":{"kind":"polygon","vertices":' + "[" * 1_000_000 + "]" * 1_000_000 + "}}",
        '{"name":"' + "x" * 10_000_000 + '"}',
    ],
    ids=["vertices", "nesting", "text"],
)
def test_what_is_too_large_is_refused_unread(home: Home, body: str) -> None:
    answer = home.call("POST", "/zones", body=body, headers={"content-type": "application/json"})
    assert (answer.status, answer.json["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("depth", [10, 1_000, 8_000])
def test_what_is_nested_deeply_is_refused(home: Home, depth: int) -> None:
    body = '{"name":"x","shape":' + "[" * depth + "]" * depth + "}"
    answer = home.call("POST", "/zones", body=body, headers={"content-type": "application/json"})
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")


def test_neither_name_nor_place_stands_in_a_refusal_or_a_repr(home: Home) -> None:
    answer = home.call("POST", "/zones", json={**SCHOOL, "alarm_on_leaving": "x"})
    assert "School" not in answer.body
    shown = repr(ZoneSettings.model_validate(SCHOOL))
    assert "School" not in shown
    assert "52.2" not in shown


def test_of_two_who_draw_a_zone_anew_at_once_neither_loses_what_the_other_did(home: Home) -> None:
    drawn = home.call("POST", "/zones", json=SCHOOL).json
    first, second = (
        home.call("PUT", f"/zones/{drawn['id']}", json={**SCHOOL, "name": name, "replaces": drawn["version"]})
        for name in ("Mother's", "Father's")
    )
    assert (first.status, first.json["version"]) == (200, 2)
    assert (second.status, second.json["code"]) == (409, "changed_meanwhile")
    assert home.call("GET", f"/zones/{drawn['id']}").json == first.json
