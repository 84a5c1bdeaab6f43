"""What is another's looks like what does not exist, and who may only look changes nothing."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from core.commands.model import SettingName, Undo
from core.kernel.ids import WatchId, new_id
from core.sims.model import RegistrationState, TopUpState
from core.watches.model import OwnershipOffer, Role
from tests.builders import (
    any_alert,
    any_alert_id,
    any_command,
    any_invitation,
    any_learned_place,
    any_registration,
    any_setting,
    any_sim,
    any_top_up,
    any_zone,
)
from tests.clocks import NOON
from tests.lambdas.api.platform import Answer, Platform
from tests.lambdas.api.routes import METHODS, closed_routes, parameters, path_of
from tests.recordings import m4a, picture

MEMBERSHIP = "lambdas.api.call:Call._membership"
MAY_CHANGE = "lambdas.api.call:may_change"

PAGES = ["", "limit=1", "limit=0", "cursor=AAAA"]
TIMELINES = [*PAGES, "from=2026-11-21T00:00:00Z"]
QUERIES = {
    "/v1/watches/<watch_id>": ["", "unheard=of"],
    "/v1/watches/<watch_id>/members": PAGES,
    "/v1/watches/<watch_id>/members/<account_id>": [""],
    "/v1/watches/<watch_id>/invitations": PAGES,
    "/v1/watches/<watch_id>/invitations/<invitation_id>": [""],
    "/v1/watches/<watch_id>/ownership": ["", "unheard=of"],
    "/v1/watches/<watch_id>/ownership/accept": [""],
    "/v1/watches/<watch_id>/position": ["", "unheard=of"],
    "/v1/watches/<watch_id>/positions": TIMELINES,
    "/v1/watches/<watch_id>/positions/wrong": [""],
    "/v1/watches/<watch_id>/telemetry": TIMELINES,
    "/v1/watches/<watch_id>/activity": [*PAGES, "from=2026-11-21"],
    "/v1/watches/<watch_id>/learned-places": PAGES,
    "/v1/watches/<watch_id>/learned-places/<place_id>": [""],
    "/v1/watches/<watch_id>/zones": ["", "unheard=of"],
    "/v1/watches/<watch_id>/zones/<zone_id>": ["", "unheard=of"],
    "/v1/watches/<watch_id>/sim": ["", "unheard=of"],
    "/v1/watches/<watch_id>/sim/top-ups": ["", "limit=1", "limit=0", "cursor=AAAA"],
    "/v1/watches/<watch_id>/sim/top-ups/<top_up_id>": ["", "unheard=of"],
    "/v1/watches/<watch_id>/sim/registration": [""],
    "/v1/watches/<watch_id>/alerts": TIMELINES,
    "/v1/watches/<watch_id>/alerts/<alert_id>": ["", "unheard=of"],
    "/v1/watches/<watch_id>/alerts/<alert_id>/acknowledgement": [""],
    "/v1/watches/<watch_id>/alerts/<alert_id>/deliveries": ["", "unheard=of"],
    "/v1/watches/<watch_id>/changes": TIMELINES,
    "/v1/watches/<watch_id>/preferences": ["", "unheard=of"],
    "/v1/watches/<watch_id>/picture": ["", "unheard=of"],
    "/v1/watches/<watch_id>/commands": TIMELINES,
    "/v1/watches/<watch_id>/commands/<command_id>": ["", "unheard=of"],
    "/v1/watches/<watch_id>/settings": ["", "unheard=of"],
    "/v1/watches/<watch_id>/settings/<setting_name>": ["", "unheard=of"],
    "/v1/watches/<watch_id>/settings/<setting_name>/undo": [""],
    "/v1/watches/<watch_id>/photos": [""],
    "/v1/watches/<watch_id>/photos/<photo_id>": ["", "unheard=of"],
    "/v1/watches/<watch_id>/messages": TIMELINES,
    "/v1/watches/<watch_id>/messages/voice": [""],
    "/v1/watches/<watch_id>/messages/<message_id>": ["", "unheard=of"],
    "/v1/watches/<watch_id>/messages/<message_id>/audio": ["", "unheard=of"],
}
"""What a stranger asks of each route that names an object; a route that is not here fails the first test."""

CIRCLE = {"kind": "circle", "centre": {"latitude": 52.2, "longitude": 5.9}, "radius_m": 100}
REGISTRANT = {
    "name": "Marieke Jansen",
    "street": "Deventerstraat",
    "house_number": "12b",
    "postal_code": "7311 AB",
    "city": "Apeldoorn",
    "country": "NL",
    "email": "marieke@example.nl",
}
BODIES = {
    ("PATCH", "/v1/watches/<watch_id>"): {"replaces": 1, "name": "Noor"},
    ("PATCH", "/v1/watches/<watch_id>/members/<account_id>"): {"role": "viewer"},
    ("POST", "/v1/watches/<watch_id>/invitations"): {"role": "guardian"},
    ("POST", "/v1/watches/<watch_id>/sim/top-ups"): {"amount_cents": 1000},
    ("PUT", "/v1/watches/<watch_id>/sim/registration"): REGISTRANT,
    ("POST", "/v1/watches/<watch_id>/zones"): {"name": "Grandma", "shape": CIRCLE},
    ("PUT", "/v1/watches/<watch_id>/zones/<zone_id>"): {"name": "Grandma", "shape": CIRCLE, "replaces": 1},
    ("POST", "/v1/watches/<watch_id>/positions/wrong"): {"at": "2026-11-22T12:00:00Z"},
    ("PUT", "/v1/watches/<watch_id>/preferences"): {"not_pushed": ["back_again"]},
    ("POST", "/v1/watches/<watch_id>/commands"): {"kind": "find"},
    ("PUT", "/v1/watches/<watch_id>/settings/<setting_name>"): {
        "replaces": 1,
        "value": {"name": "sos_numbers", "numbers": ["+31687654321"]},
    },
    ("POST", "/v1/watches/<watch_id>/messages"): {"text": "Oma haalt je op"},
}
"""What is sent on the routes that take a body."""
RAW_BODIES = {
    ("POST", "/v1/watches/<watch_id>/messages/voice"): ("audio/mp4", m4a()),
    ("PUT", "/v1/watches/<watch_id>/picture"): ("image/jpeg", picture(80, 60)),
    ("POST", "/v1/watches/<watch_id>/photos"): ("image/jpeg", picture(80, 60)),
}
"""What is sent on those that take no JSON."""
HEADERS = {"idempotency-key": "5f0c3f0e-6f6c-4a8e-9d7a-2f1f3b0d7c11"}
NAMED_IN_BODIES = {("POST", "/v1/watches/<watch_id>/ownership"): ["account_id"]}
"""Which of the ids are sent in the body."""
OWNERS_ONLY = frozenset(
    {
        "/v1/watches/<watch_id>/invitations",
        "/v1/watches/<watch_id>/invitations/<invitation_id>",
        "/v1/watches/<watch_id>/sim/top-ups",
        "/v1/watches/<watch_id>/sim/top-ups/<top_up_id>",
        "/v1/watches/<watch_id>/sim/registration",
    }
)
"""What a guardian who is not the owner neither sees nor changes."""

OWNERS_ACTS = frozenset(
    {
        ("DELETE", "/v1/watches/<watch_id>"),
        ("DELETE", "/v1/watches/<watch_id>/positions"),
        ("PATCH", "/v1/watches/<watch_id>/members/<account_id>"),
        ("DELETE", "/v1/watches/<watch_id>/members/<account_id>"),
        ("POST", "/v1/watches/<watch_id>/ownership"),
        ("DELETE", "/v1/watches/<watch_id>/ownership"),
        ("PUT", "/v1/watches/<watch_id>/settings/<setting_name>"),  # of SOS numbers; others: test_settings.py
    }
)
"""What a guardian sees and only the owner changes."""
THE_HEIRS = ("POST", "/v1/watches/<watch_id>/ownership/accept")
"""What only the member does whom the ownership is offered to."""

NAMED = [route for route in closed_routes() if parameters(route[1])[:1] == ["watch_id"]]  # others: test_account.py
NESTED = [
    (method, template)
    for method, template in NAMED
    if len(parameters(template)) > 1 and "setting_name" not in parameters(template)  # each watch has all of them
]
CHANGING = [(method, template) for method, template in NAMED if method != "GET"]
LOOKING = [(method, template) for method, template in NAMED if method == "GET" and template not in OWNERS_ONLY]
OF_EACH_MEMBER = {THE_HEIRS, ("PUT", "/v1/watches/<watch_id>/preferences")}
"""What every member changes for themselves, a viewer too."""
OWNED = [route for route in NAMED if route[1] in OWNERS_ONLY or route in OWNERS_ACTS]
GUARDED = [route for route in CHANGING if route not in OF_EACH_MEMBER]
FOUND_BY_ACCOUNT = {
    THE_HEIRS,
    ("GET", "/v1/watches/<watch_id>/sim/registration"),
    ("DELETE", "/v1/watches/<watch_id>/sim/registration"),
}
"""What is looked for by the caller's own account too: another's is not found, whatever the membership says."""

WELL_FORMED = [new_id(), "a" * 26]
NO_IDS = [
    *WELL_FORMED,
    "x",
    "A" * 26,
    "7" * 26,
    "..",
    " ",
    "%00",
    "a#b",
    "a|b",
    "'",
    "1" * 10,
    "é",
    "a" * 5_000,
    "null",
]


def sent_on(method: str, template: str) -> dict[str, Any]:
    """Return the body that a route takes, as `ask` wants it."""
    route = method, template
    return {"json": BODIES[route]} if route in BODIES else {"raw": RAW_BODIES[route]} if route in RAW_BODIES else {}


class TwoHomes(Platform):
    """Marieke's watch with data, and Bram, who has one too. hers, his: the ids of each kind of object."""

    def __init__(self) -> None:
        super().__init__()
        self.hers = self._home("marieke@example.nl", "1")
        self.his = self._home("bram@example.nl", "2")
        self.bram = self.token("bram@example.nl")

    def _home(self, email: str, digit: str) -> dict[str, str]:
        watch_id = self.bound_watch(self.account(email), digit * 10)
        grandmother = self.joined(watch_id)
        for minutes in range(3):
            self.position(watch_id, NOON - timedelta(minutes=minutes))
            self.reading(watch_id, NOON - timedelta(minutes=minutes))
        zone, alert = any_zone(watch_id), any_alert(watch_id, NOON, alert_id=any_alert_id(NOON, int(digit)))
        self.zones.put(zone)
        self.alerts.add(alert)
        self.learned_places.put(watch_id, any_learned_place(digit * 32, NOON))
        self.services.pictures.show(watch_id, picture(80, 60))
        owner = self.account_of(email)
        invitation = any_invitation(watch_id, NOON)
        self.invitations.add(invitation)
        self.kin.offer(
            OwnershipOffer(watch_id=watch_id, to=grandmother, by=owner, offered_at=NOON - timedelta(minutes=1))
        )
        command = self.commands.add(any_command(watch_id, NOON, int(digit)))
        name, numbers = SettingName.SOS_NUMBERS, {"numbers": ["+31612345678"]}
        undo = Undo(watch_id=watch_id, name=name, desired={"numbers": []}, since=NOON)
        self.settings.replace(any_setting(watch_id, NOON, name=name, desired=numbers), undo)
        top_up = any_top_up(watch_id, owner, NOON, state=TopUpState.BOOKED)
        self.sims.put(any_sim(watch_id))
        self.top_ups.add(top_up)
        self.sim_registrations.replace(any_registration(owner, watch_id, NOON, state=RegistrationState.CONFIRMED))
        return {
            "watch_id": watch_id,
            "account_id": grandmother,
            "invitation_id": invitation.invitation_id,
            "zone_id": zone.zone_id,
            "alert_id": alert.alert_id,
            "place_id": digit * 32,
            "command_id": command.command_id,
            "setting_name": name,
            "top_up_id": top_up.top_up_id,
            "message_id": self.voice_message(watch_id, NOON).message_id,
            "photo_id": self.services.pictures.add(watch_id, picture(80, 60)),
        }

    def call(self, method: str, template: str, ids: Mapping[str, str], **rest: Any) -> Answer:
        """Call a route about these objects as Bram, with the body that it takes."""
        sent = sent_on(method, template)
        if names := NAMED_IN_BODIES.get((method, template)):
            sent = {"json": {name: ids[name] for name in names}}
        return self.ask(method, path_of(template, ids), token=self.bram, headers=HEADERS, **sent, **rest)

    def kept(self) -> Any:
        """Return all that a route may change."""
        stores = (
            self.memberships,
            self.kin,
            self.invitations,
            self.profiles,
            self.positions,
            self.learned_places,
            self.zones,
            self.alerts,
            self.acknowledgements,
            self.deliveries,
            self.preferences,
            self.top_ups,
            self.sim_registrations,
            self.commands,
            self.settings,
            self.messages,
            self.media,
        )
        return deepcopy([store.items for store in stores])


@pytest.fixture(scope="module")
def homes() -> TwoHomes:
    return TwoHomes()


@pytest.fixture
def untouched_homes() -> TwoHomes:
    return TwoHomes()


def seen(answer: Answer) -> tuple[int, dict[str, str], str]:
    return answer.status, answer.headers, answer.body


def test_every_route_that_names_an_object_is_tried_below(homes: TwoHomes) -> None:
    assert {template for _, template in NAMED} == set(QUERIES)
    assert {name for template in QUERIES for name in parameters(template)} == homes.his.keys()
    assert all(parameters(template)[0] == "watch_id" for template in QUERIES)
    assert {*BODIES, *RAW_BODIES} <= set(CHANGING)


@pytest.mark.parametrize(("method", "template"), [route for route in NAMED if route != THE_HEIRS])
def test_the_owner_gets_an_answer(untouched_homes: TwoHomes, method: str, template: str) -> None:
    before = untouched_homes.kept()
    assert untouched_homes.call(method, template, untouched_homes.his).status in {200, 201, 204}
    assert (untouched_homes.kept() != before) == (method != "GET"), "and what is changed is changed"


@pytest.mark.parametrize(
    ("method", "template"),
    [
        pytest.param(*route, marks=() if route in FOUND_BY_ACCOUNT else pytest.mark.attack("Z-01", guard=MEMBERSHIP))
        for route in NAMED
    ],
)
def test_a_foreign_watch_answers_exactly_like_none(untouched_homes: TwoHomes, method: str, template: str) -> None:
    homes = untouched_homes
    before = homes.kept()
    assert homes.call(method, template, homes.hers).status == 404
    for query in QUERIES[template]:
        foreign = homes.call(method, template, homes.hers, query=query)
        for none in NO_IDS if not query else WELL_FORMED:
            answer = homes.call(method, template, {**homes.hers, "watch_id": none}, query=query)
            assert seen(answer) == seen(foreign), (query, none)
    assert homes.kept() == before


@pytest.mark.parametrize(("method", "template"), NESTED)
def test_an_object_of_another_watch_answers_exactly_like_none(homes: TwoHomes, method: str, template: str) -> None:
    before = homes.kept()
    foreign = homes.call(method, template, {**homes.hers, "watch_id": homes.his["watch_id"]})
    assert foreign.status == 404
    for none in NO_IDS:
        ids = dict.fromkeys(homes.his, none) | {"watch_id": homes.his["watch_id"]}
        assert seen(homes.call(method, template, ids)) == seen(foreign), none
    assert homes.kept() == before


def assert_nested(noun: str) -> None:
    """Assert that each route of one thing in a watch refuses the other watch's."""
    for method, template in NESTED:
        if f"/{noun}/" in template:
            homes = TwoHomes()
            answer = homes.call(method, template, {**homes.hers, "watch_id": homes.his["watch_id"]})
            assert answer.status == 404, (method, template)


@pytest.mark.attack("Z-02", guard="lambdas.api.routes.zones:_zone", part="zones")
def test_a_zone_of_another_watch_is_not_reached_through_ones_own() -> None:
    assert_nested("zones")


@pytest.mark.attack("Z-02", guard="lambdas.api.routes.alerts:_alert", part="alerts")
def test_an_alert_of_another_watch_is_not_reached_through_ones_own() -> None:
    assert_nested("alerts")


@pytest.mark.attack("Z-02", guard="lambdas.api.routes.places:_place", part="learned places")
def test_a_learned_place_of_another_watch_is_not_reached_through_ones_own() -> None:
    assert_nested("learned-places")


@pytest.mark.attack("Z-02", guard="lambdas.api.routes.commands:_command", part="commands")
def test_a_command_of_another_watch_is_not_reached_through_ones_own() -> None:
    assert_nested("commands")


@pytest.mark.attack("Z-02", guard="lambdas.api.routes.messages:_message", part="messages")
def test_a_message_of_another_watch_is_not_reached_through_ones_own() -> None:
    assert_nested("messages")


@pytest.mark.attack("Z-02", guard="core.messages.pictures:Pictures.get", part="photos")
def test_a_photo_of_another_watch_is_not_reached_through_ones_own() -> None:
    assert_nested("photos")


@pytest.mark.attack("Z-02", guard="core.sims.top_ups:TopUpDesk.get", part="top-ups")
def test_a_top_up_of_another_watch_is_not_reached_through_ones_own() -> None:
    assert_nested("top-ups")


@pytest.mark.attack("Z-02", guard="core.watches.family:Family._remove", part="members")
def test_a_member_of_another_watch_is_not_reached_through_ones_own() -> None:
    assert_nested("members")


@pytest.mark.attack("Z-02", guard="core.watches.family:Family.withdraw", part="invitations")
def test_an_invitation_of_another_watch_is_not_reached_through_ones_own() -> None:
    assert_nested("invitations")


@pytest.mark.parametrize("template", sorted(QUERIES))
def test_no_method_tells_a_foreign_watch_from_none(homes: TwoHomes, template: str) -> None:
    for method in METHODS:
        foreign = homes.call(method, template, homes.hers)
        none = homes.call(method, template, {**homes.hers, "watch_id": new_id()})
        assert seen(foreign) == seen(none), method
        assert foreign.status == 404


@pytest.mark.promise("P-18", guard=MAY_CHANGE, part="guardians only")
@pytest.mark.attack("C-07", guard=MAY_CHANGE, part="guardians only")
@pytest.mark.parametrize(("method", "template"), [route for route in GUARDED if route not in OWNED])
def test_a_viewer_changes_nothing(untouched_homes: TwoHomes, method: str, template: str) -> None:
    homes = untouched_homes
    homes.memberships._held[:] = [each for each in homes.memberships._held if each.watch_id == homes.hers["watch_id"]]
    homes.watch(homes.account_of("bram@example.nl"), Role.VIEWER, WatchId(homes.his["watch_id"]))
    before = homes.kept()
    answer = homes.call(method, template, homes.his)
    assert (answer.status, answer.json["code"]) == (403, "not_allowed")
    assert homes.kept() == before


@pytest.mark.parametrize(("method", "template"), LOOKING)
def test_a_viewer_sees_all(homes: TwoHomes, method: str, template: str) -> None:
    viewed = homes.watch(homes.account_of("bram@example.nl"), Role.VIEWER)
    zone, alert = any_zone(viewed), any_alert(viewed, NOON)
    homes.zones.put(zone)
    homes.alerts.add(alert)
    homes.services.pictures.show(viewed, picture(80, 60))
    message = homes.voice_message(viewed, NOON)
    ids = {
        "watch_id": viewed,
        "zone_id": zone.zone_id,
        "alert_id": alert.alert_id,
        "message_id": message.message_id,
        "photo_id": homes.services.pictures.add(viewed, picture(80, 60)),
        "command_id": homes.commands.add(any_command(viewed, NOON)).command_id,
        "setting_name": "contacts",
    }
    assert homes.call(method, template, ids).status == 200


@pytest.mark.parametrize(("method", "template"), [route for route in CHANGING if route not in [*OWNED, THE_HEIRS]])
def test_a_guardian_who_is_not_the_owner_changes_as_well(untouched_homes: TwoHomes, method: str, template: str) -> None:
    homes = untouched_homes
    homes.watch(homes.account_of("bram@example.nl"), Role.GUARDIAN, WatchId(homes.hers["watch_id"]))
    assert homes.call(method, template, homes.hers).status in {200, 201, 204}


@pytest.mark.parametrize("role", [Role.GUARDIAN, Role.VIEWER])
@pytest.mark.parametrize(("method", "template"), OWNED)
def test_what_is_the_owners_is_refused_to_all_others(
    untouched_homes: TwoHomes, method: str, template: str, role: Role
) -> None:
    homes = untouched_homes
    homes.watch(homes.account_of("bram@example.nl"), role, WatchId(homes.hers["watch_id"]))
    before = homes.kept()
    answer = homes.call(method, template, homes.hers)
    assert (answer.status, answer.json["code"]) == (403, "not_allowed")
    assert homes.kept() == before


@pytest.mark.attack("Z-01", guard=MEMBERSHIP)
def test_a_membership_that_ends_closes_the_watch_at_once() -> None:
    homes = TwoHomes()
    path = path_of("/v1/watches/<watch_id>/position", homes.his)
    assert homes.ask("GET", path, token=homes.bram).status == 200
    homes.memberships._held.clear()
    assert homes.ask("GET", path, token=homes.bram).status == 404


def test_a_list_of_watches_holds_the_callers_only() -> None:
    homes = TwoHomes()
    answer = homes.ask("GET", "/v1/watches", token=homes.bram)
    assert [each["id"] for each in answer.json["items"]] == [homes.his["watch_id"]]


def test_an_account_without_watches_has_an_empty_list(platform: Platform) -> None:
    platform.account()
    assert platform.ask("GET", "/v1/watches", token=platform.token()).json == {"items": [], "next": None}


@pytest.mark.attack("Z-01", guard="adapters.cursors:SignedCursors._is_ours")
def test_a_cursor_of_another_opens_nothing() -> None:
    homes = TwoHomes()
    template = "/v1/watches/<watch_id>/positions"
    marieke = homes.token("marieke@example.nl")
    cursor = homes.ask("GET", path_of(template, homes.hers), token=marieke, query="limit=1").json["next"]
    query = {"limit": 1, "cursor": cursor}
    assert homes.ask("GET", path_of(template, homes.hers), token=marieke, query=query).status == 200
    answer = homes.ask("GET", path_of(template, homes.his), token=homes.bram, query=query)
    assert (answer.status, answer.json["code"]) == (400, "invalid_cursor")
    assert homes.ask("GET", path_of(template, homes.hers), token=homes.bram, query=query).status == 404
