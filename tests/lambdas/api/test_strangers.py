"""What is another's looks like what does not exist."""

from datetime import timedelta

import pytest

from core.kernel.ids import WatchId, new_id
from tests.clocks import NOON
from tests.lambdas.api.platform import Answer, Platform
from tests.lambdas.api.routes import METHODS, closed_routes, filled, parameters

OWN_WATCH = "lambdas.api.call:Call.own_watch"

QUERIES = {
    "/v1/watches/<watch_id>/position": ["", "unheard=of"],
    "/v1/watches/<watch_id>/positions": ["", "limit=1", "from=2026-11-21T00:00:00Z", "limit=0", "cursor=AAAA"],
    "/v1/watches/<watch_id>/telemetry": ["", "limit=1", "from=2026-11-21T00:00:00Z", "limit=0", "cursor=AAAA"],
}
"""What a stranger asks of each route that names an object; a route that is not here fails the first test."""

WELL_FORMED = [new_id(), "a" * 26]
NO_WATCHES = [*WELL_FORMED, "x", "A" * 26, "..", " ", "%00", "a#b", "a|b", "'", "1" * 10, "é", "a" * 5_000, "null"]


class TwoHomes(Platform):
    """Marieke's watch with data, and Bram, who has one too."""

    def __init__(self) -> None:
        super().__init__()
        self.hers: WatchId = self._home("marieke@example.nl")
        self.his: WatchId = self._home("bram@example.nl")
        self.bram = self.token("bram@example.nl")

    def _home(self, email: str) -> WatchId:
        watch_id = self.watch(self.account(email))
        for minutes in range(3):
            self.position(watch_id, NOON - timedelta(minutes=minutes))
            self.reading(watch_id, NOON - timedelta(minutes=minutes))
        return watch_id


@pytest.fixture(scope="module")
def homes() -> TwoHomes:
    return TwoHomes()


def seen(answer: Answer) -> tuple[int, dict[str, str], str]:
    return answer.status, answer.headers, answer.body


def test_every_route_that_names_an_object_is_tried_below() -> None:
    named = {template for _, template in closed_routes() if parameters(template)}
    assert named == set(QUERIES)
    assert all(parameters(template) == ["watch_id"] for template in named)


@pytest.mark.parametrize(("method", "template"), [route for route in closed_routes() if parameters(route[1])])
def test_the_owner_gets_an_answer(homes: TwoHomes, method: str, template: str) -> None:
    assert homes.ask(method, filled(template, homes.his), token=homes.bram).status == 200


@pytest.mark.attack("Z-01", guard=OWN_WATCH)
@pytest.mark.parametrize(("method", "template"), [route for route in closed_routes() if parameters(route[1])])
def test_a_foreign_watch_answers_exactly_like_none(homes: TwoHomes, method: str, template: str) -> None:
    assert homes.ask(method, filled(template, homes.hers), token=homes.bram).status == 404
    for query in QUERIES[template]:
        foreign = homes.ask(method, filled(template, homes.hers), token=homes.bram, query=query)
        for none in NO_WATCHES if not query else WELL_FORMED:
            answer = homes.ask(method, filled(template, none), token=homes.bram, query=query)
            assert seen(answer) == seen(foreign), (query, none)


@pytest.mark.parametrize("template", sorted(QUERIES))
def test_no_method_tells_a_foreign_watch_from_none(homes: TwoHomes, template: str) -> None:
    for method in METHODS:
        foreign = homes.ask(method, filled(template, homes.hers), token=homes.bram)
        none = homes.ask(method, filled(template, new_id()), token=homes.bram)
        assert seen(foreign) == seen(none), method
        assert foreign.status == 404


@pytest.mark.attack("Z-01", guard=OWN_WATCH)
def test_a_membership_that_ends_closes_the_watch_at_once() -> None:
    homes = TwoHomes()
    path = filled("/v1/watches/<watch_id>/position", homes.his)
    assert homes.ask("GET", path, token=homes.bram).status == 200
    homes.memberships._held.clear()
    assert homes.ask("GET", path, token=homes.bram).status == 404


def test_a_list_of_watches_holds_the_callers_only(homes: TwoHomes) -> None:
    answer = homes.ask("GET", "/v1/watches", token=homes.bram)
    assert [each["id"] for each in answer.json["items"]] == [homes.his]


def test_an_account_without_watches_has_an_empty_list(platform: Platform) -> None:
    platform.account()
    assert platform.ask("GET", "/v1/watches", token=platform.token()).json == {"items": [], "next": None}


@pytest.mark.attack("Z-01", guard="adapters.cursors:SignedCursors._is_ours")
def test_a_cursor_of_another_opens_nothing() -> None:
    homes = TwoHomes()
    template = "/v1/watches/<watch_id>/positions"
    marieke = homes.token("marieke@example.nl")
    cursor = homes.ask("GET", filled(template, homes.hers), token=marieke, query="limit=1").json["next"]
    query = {"limit": 1, "cursor": cursor}
    assert homes.ask("GET", filled(template, homes.hers), token=marieke, query=query).status == 200
    answer = homes.ask("GET", filled(template, homes.his), token=homes.bram, query=query)
    assert (answer.status, answer.json["code"]) == (400, "invalid_cursor")
    assert homes.ask("GET", filled(template, homes.hers), token=homes.bram, query=query).status == 404
