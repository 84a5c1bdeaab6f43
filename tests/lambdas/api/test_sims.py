"""A watch's card over the API: who sees what of it, what is ordered, and what its operator tells."""

import json
from datetime import timedelta
from typing import Any

import pytest

from adapters.sim_provider.signing import signature_of
from core.kernel.ids import WatchId
from core.sims.model import TOP_UP_CENTS
from core.watches.model import Role
from local.sim_provider import CALLBACK_KEY, FIRST_CENTS
from tests.builders import any_sim
from tests.clocks import NOON
from tests.core.sims.household import KEY
from tests.lambdas.api.platform import Answer, Platform
from tests.lambdas.api.test_strangers import REGISTRANT

OWNS = "lambdas.api.call:owns"
NUMBER = any_sim(WatchId("a" * 26)).number
OTHERS = [Role.GUARDIAN, Role.VIEWER]


class Family(Platform):
    """A watch with a card, and one of each role."""

    def __init__(self) -> None:
        super().__init__()
        self.watch_id = self.watch(self.account("owner@example.nl"))
        for role in OTHERS:
            self.watch(self.account(f"{role}@example.nl"), role, self.watch_id)
        self.sims.put(any_sim(self.watch_id))
        self.tokens_of = {role: self.token(f"{role}@example.nl") for role in Role}

    def sim(self, method: str, path: str = "", role: Role = Role.OWNER, **rest: Any) -> Answer:
        return self.ask(method, f"/v1/watches/{self.watch_id}/sim{path}", token=self.tokens_of[role], **rest)

    def order(self, amount: Any = 1000, key: str | None = KEY, role: Role = Role.OWNER, **more: Any) -> Answer:
        headers = {} if key is None else {"idempotency-key": key}
        return self.sim("POST", "/top-ups", role, headers=headers, json={"amount_cents": amount, **more})

    def call_back(self, content: Any, key: str = CALLBACK_KEY) -> Answer:
        timestamp, body = str(int(self.clock.now().timestamp())), json.dumps(content)
        headers = {
            "content-type": "application/json",
            "wachter-timestamp": timestamp,
            "wachter-signature": signature_of(body, timestamp, key),
        }
        return self.ask("POST", "/v1/sim/callbacks", headers=headers, body=body)


@pytest.fixture
def family() -> Family:
    return Family()


def test_the_owner_sees_the_card_and_how_old_that_is(family: Family) -> None:
    family.sim("GET")
    family.clock.advance(timedelta(seconds=42))
    assert family.sim("GET").json == {
        "number": NUMBER,
        "balance_cents": FIRST_CENTS,
        "currency": "EUR",
        "valid_until": "2027-11-22",
        "state": "active",
        "as_of": "2026-11-22T12:00:00Z",
        "age_s": 42,
        "is_low": False,
    }


@pytest.mark.promise("P-12", guard="lambdas.api.schemas.sims:shown_number", part="masked for others")
@pytest.mark.attack("Z-09", guard="lambdas.api.schemas.sims:shown_number", part="no SIM's number")
@pytest.mark.parametrize("role", OTHERS)
def test_others_see_the_balance_and_no_number_that_could_be_called(family: Family, role: Role) -> None:
    seen, owners = family.sim("GET", role=role).json, family.sim("GET").json
    assert seen == {**owners, "number": "•••0017"}
    assert owners["number"] == NUMBER


def test_what_is_not_known_of_a_card_is_null(family: Family) -> None:
    family.sim_operator.is_down = True
    unknown = {"balance_cents", "valid_until", "state", "as_of", "age_s", "is_low"}
    answer = family.sim("GET").json
    assert {name for name, value in answer.items() if value is None} == unknown
    family.sims.remove(family.watch_id)
    assert {name for name, value in family.sim("GET").json.items() if value is None} == {*unknown, "number"}


@pytest.mark.promise("P-12", guard=OWNS, part="owner only")
@pytest.mark.parametrize("role", OTHERS)
def test_only_the_owner_tops_up_and_sees_what_was_topped_up(family: Family, role: Role) -> None:
    top_up = family.order().json
    for answer in (
        family.order(role=role),
        family.sim("GET", "/top-ups", role),
        family.sim("GET", f"/top-ups/{top_up['id']}", role),
    ):
        assert (answer.status, answer.json["code"]) == (403, "not_allowed")
    assert len(family.sim_operator.books.booked) == 1


def test_an_order_is_shown_as_far_as_it_came(family: Family) -> None:
    family.sim_operator.is_down = True
    ordered = family.order()
    assert ordered.status == 201
    assert ordered.json == {
        "id": ordered.json["id"],
        "amount_cents": 1000,
        "currency": "EUR",
        "state": "unknown",
        "ordered_at": "2026-11-22T12:00:00Z",
        "state_at": "2026-11-22T12:00:00Z",
    }
    family.sim_operator.is_down = False
    booked = {**ordered.json, "state": "booked"}
    assert family.sim("GET", f"/top-ups/{booked['id']}").json == booked
    assert family.sim("GET", "/top-ups").json == {"items": [booked], "next": None}
    assert family.order().json == booked
    assert len(family.sim_operator.books.booked) == 1


def test_orders_are_listed_page_by_page(family: Family) -> None:
    for number in range(3):
        family.order(key=f"order-number-{number:03d}")
        family.clock.advance(timedelta(minutes=1))
    first = family.sim("GET", "/top-ups", query={"limit": 2}).json
    second = family.sim("GET", "/top-ups", query={"limit": 2, "cursor": first["next"]}).json
    times = [each["ordered_at"][14:16] for each in first["items"] + second["items"]]
    assert (times, second["next"]) == (["02", "01", "00"], None)


@pytest.mark.attack("Z-24", guard="lambdas.api.schemas.sims:sold", part="negative and odd amounts")
@pytest.mark.parametrize("amount", [-1000, 0, 1, 1001, 10**30])
def test_an_amount_that_is_not_sold_is_refused(family: Family, amount: int) -> None:
    answer = family.order(amount)
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")
    assert not family.top_ups.items


@pytest.mark.parametrize("amount", [1000.0, "1000", True, None, [1000], {"cents": 1000}])
def test_an_amount_is_a_whole_number(family: Family, amount: Any) -> None:
    assert family.order(amount).status == 400
    assert not family.top_ups.items


def test_nobody_chooses_another_currency_card_or_state(family: Family) -> None:
    for more in ({"currency": "USD"}, {"sim": NUMBER}, {"state": "booked"}, {"top_up": "a" * 26}):
        assert family.order(1000, KEY, Role.OWNER, **more).status == 400
    assert not family.top_ups.items


@pytest.mark.parametrize("key", [None, "", "short", "a" * 65, "with blanks in it, too", "é" * 20])
def test_an_order_has_an_idempotency_key(family: Family, key: str | None) -> None:
    assert (family.order(key=key).status, family.order(key=key).json["code"]) == (400, "invalid_request")
    assert not family.top_ups.items


def test_a_key_orders_one_thing(family: Family) -> None:
    assert [family.order(cents).status for cents in TOP_UP_CENTS[:2]] == [201, 409]
    assert family.order(TOP_UP_CENTS[1]).json["code"] == "idempotency_key_reused"


def test_a_watch_without_a_card_cannot_be_topped_up_or_registered(family: Family) -> None:
    family.sims.remove(family.watch_id)
    assert family.order().json["code"] == "no_sim"
    assert family.sim("PUT", "/registration", json=REGISTRANT).json["code"] == "no_sim"


def test_orders_of_a_day_are_limited(family: Family) -> None:
    statuses = [family.order(key=f"order-number-{number:03d}").status for number in range(11)]
    assert statuses == [201] * 10 + [429]


@pytest.mark.promise("P-10", guard=OWNS, part="role by field")
@pytest.mark.parametrize("field", sorted(REGISTRANT))
@pytest.mark.parametrize("role", OTHERS)
def test_no_field_of_a_registration_is_anybodys_but_the_owners(family: Family, role: Role, field: str) -> None:
    family.sim_operator.books.is_slow = True
    assert family.sim("PUT", "/registration", json=REGISTRANT).json["registrant"][field] == REGISTRANT[field]
    for method, body in (("GET", {}), ("PUT", {"json": REGISTRANT}), ("DELETE", {})):
        answer = family.sim(method, "/registration", role, **body)
        assert (answer.status, answer.json["code"]) == (403, "not_allowed")
        assert REGISTRANT[field] not in answer.body
    assert family.sim("GET", "/registration").json["registrant"][field] == REGISTRANT[field]


@pytest.mark.promise("P-10", guard="core.sims.model:masked", part="masked to the owner too")
@pytest.mark.parametrize("field", sorted(set(REGISTRANT) - {"country"}))
def test_no_field_of_a_confirmed_registration_is_shown_in_full(family: Family, field: str) -> None:
    for answer in (family.sim("PUT", "/registration", json=REGISTRANT), family.sim("GET", "/registration")):
        assert answer.json["state"] == "confirmed"
        assert REGISTRANT[field] not in answer.body
        assert "•" in answer.json["registrant"][field]


def test_the_next_owner_finds_no_registration_of_the_one_before(family: Family) -> None:
    family.sim("PUT", "/registration", json=REGISTRANT)
    family.memberships._held.clear()
    family.watch(family.account_of("guardian@example.nl"), Role.OWNER, family.watch_id)
    assert family.sim("GET", "/registration", Role.GUARDIAN).status == 404
    assert family.sim("GET", "/registration").status == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "  "},
        {"name": "a" * 101},
        {"street": "a\nb"},
        {"country": "nl"},
        {"country": "NLD"},
        {"email": "marieke"},
        {"email": "a" * 250 + "@example.nl"},
        {"house_number": 12},
        {"birth_date": "1990-01-01"},
    ],
)
def test_what_nobody_is_registered_by_is_refused(family: Family, wrong: dict[str, Any]) -> None:
    assert family.sim("PUT", "/registration", json={**REGISTRANT, **wrong}).status == 400
    assert not family.sim_registrations.items


def test_a_registration_is_withdrawn_once_the_operator_answers(family: Family) -> None:
    family.sim("PUT", "/registration", json=REGISTRANT)
    family.sim_operator.is_down = True
    silent = family.sim("DELETE", "/registration")
    assert (silent.status, silent.json["code"]) == (503, "sim_operator_silent")
    family.sim_operator.is_down = False
    assert family.sim("DELETE", "/registration").status == 204
    assert family.sim("GET", "/registration").status == 404


def test_what_the_operator_tells_is_shown(family: Family) -> None:
    standing = {"balance_cents": 120, "currency": "EUR", "at": NOON.isoformat()}
    content = {"kind": "standing", "reference": family.watch_id, "standing": standing}
    for _ in range(2):
        assert family.call_back(content).status == 204
    assert len(family.alarms.raised) == 1
    family.sim_operator.is_down = True
    assert (family.sim("GET").json["balance_cents"], family.sim("GET").json["is_low"]) == (120, True)
    assert not family.changes.all(), "nobody of ours has changed anything"


@pytest.mark.attack("Z-24", guard="adapters.sim_provider.signing:is_signed", part="callbacks of the operator only")
def test_what_the_operator_has_not_signed_changes_nothing(family: Family) -> None:
    top_up = family.order().json
    content = {"kind": "top_up", "reference": family.watch_id, "top_up": top_up["id"], "state": "refused"}
    answer = family.call_back(content, key="a guess")
    assert answer.status == 401
    assert (answer.json["code"], "errors" in answer.json) == ("not_signed", False)
    assert family.sim("GET", f"/top-ups/{top_up['id']}").json["state"] == "booked"


def test_a_callback_without_headers_or_sense_is_refused(family: Family) -> None:
    headers = {"content-type": "application/json"}
    assert family.ask("POST", "/v1/sim/callbacks", headers=headers, body="{}").status == 401
    assert family.ask("POST", "/v1/sim/callbacks").status == 401
    assert family.ask("POST", "/v1/sim/callbacks", headers=headers, body="x" * 20_000).status == 413
    assert family.call_back({"kind": "another"}).json["code"] == "invalid_request"
