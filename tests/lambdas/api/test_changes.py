"""The change log: whatever is done through the API is found in it, by field names and never by values."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from core.changes.model import Change
from core.kernel.ids import WatchId, new_id
from core.watches.claim import secret_hash
from core.watches.model import OwnershipOffer, Role
from lambdas.api.app import resolver
from lambdas.api.change_log import NO_CHANGE, READING
from tests.builders import any_change, any_device
from tests.clocks import NOON
from tests.frames import DEVICE
from tests.lambdas.api.home import Home
from tests.lambdas.api.platform import PASSWORD, Answer, Platform
from tests.lambdas.api.test_strangers import NAMED_IN_BODIES, TwoHomes, sent_on

LOG_CHANGE = "lambdas.api.change_log:log_change"
FIELD_NAMES = "lambdas.api.change_log:field_names"

OPERATIONS: Mapping[str, tuple[str, str]] = {
    str(route.operation_id): (route.method, route.path)
    for route in resolver._static_routes + resolver._dynamic_routes
    if route.method not in READING
}
"""Every operation that may change something, with its method and template."""
OF_WATCHES = [
    name
    for name, (_, template) in OPERATIONS.items()
    if template.startswith("/v1/watches/<watch_id>") and name not in NO_CHANGE
]
NEW_PASSWORD = "elf zwanen op het Apeldoorns Kanaal"
CLAIM_SECRET = "2Q7X-9KDM-41PA-ZC8H"
NEW_EMAIL = "marieke.jansen@example.nl"


@pytest.fixture
def home() -> Home:
    return Home()


def opened(home: Home) -> str:
    """Return the link of the last letter."""
    armed = home.links.arm(home.post.sent[-1])
    assert armed is not None
    assert armed.link is not None
    return armed.link


def send(home: Home, method: str, path: str, **body: Any) -> Answer:
    return home.ask(method, path, token=home.bearer, **({"json": body} if body else {}))


def confirm_registration(home: Home) -> Answer:
    send(home, "POST", "/v1/registrations", email="new@example.nl", password=NEW_PASSWORD, language="nl")
    return send(home, "POST", "/v1/registrations/confirm", link=opened(home))


def confirm_new_email(home: Home) -> Answer:
    send(home, "POST", "/v1/account/email", email=NEW_EMAIL)
    return send(home, "POST", "/v1/account/email/confirm", link=opened(home))


def reset_password(home: Home) -> Answer:
    send(home, "POST", "/v1/password/reset", email="marieke@example.nl")
    return send(home, "POST", "/v1/password/reset/confirm", link=opened(home), new_password=NEW_PASSWORD)


def end_sign_in(home: Home) -> Answer:
    home.sign_in()
    [other] = [each for each in send(home, "GET", "/v1/sign-ins").json["items"] if not each["is_this"]]
    return send(home, "DELETE", f"/v1/sign-ins/{other['id']}")


def add_automation(home: Home) -> Answer:
    return send(home, "POST", "/v1/automations", name="the hall's display")


def end_automation(home: Home) -> Answer:
    return send(home, "DELETE", f"/v1/automations/{add_automation(home).json['id']}")


def claim_device(home: Home) -> Answer:
    home.devices.stock(any_device(DEVICE, claim_secret_hash=secret_hash(CLAIM_SECRET)))
    return send(home, "POST", "/v1/claims", device_id=DEVICE, secret=CLAIM_SECRET)


def accept_invitation(home: Home) -> Answer:
    watch_id = home.bound_watch(home.account("oma@example.nl"), DEVICE)
    path, owner = f"/v1/watches/{watch_id}/invitations", home.token("oma@example.nl")
    code = home.ask("POST", path, token=owner, json={"role": "guardian"}).json["code"]
    return send(home, "POST", "/v1/invitations/accept", code=code, name="Marieke")


OF_ACCOUNTS: Mapping[str, Callable[[Home], Answer]] = {
    "signOut": lambda home: send(home, "POST", "/v1/sign-out"),
    "signOutEverywhere": lambda home: send(home, "POST", "/v1/sign-out/everywhere"),
    "endSignIn": end_sign_in,
    "removePhone": lambda home: send(home, "DELETE", "/v1/phone"),
    "confirmRegistration": confirm_registration,
    "changeAccount": lambda home: send(home, "PATCH", "/v1/account", language="en"),
    "confirmNewEmail": confirm_new_email,
    "changePassword": lambda home: send(
        home, "POST", "/v1/password/change", password=PASSWORD, new_password=NEW_PASSWORD
    ),
    "resetPassword": reset_password,
    "addAutomation": add_automation,
    "endAutomation": end_automation,
    "claimDevice": claim_device,
    "acceptInvitation": accept_invitation,
}
"""How each operation that names no watch is done well."""
WITHOUT_TOKEN = {"confirmRegistration", "resetPassword"}
FIELDS = {
    "confirmRegistration": ("link",),
    "changeAccount": ("language",),
    "confirmNewEmail": ("link",),
    "changePassword": ("new_password", "password"),
    "resetPassword": ("link", "new_password"),
    "addAutomation": ("name",),
    "claimDevice": ("device_id", "secret"),
    "acceptInvitation": ("code", "name"),
}


def logged(home: Platform, act: str) -> list[Change]:
    """Return the changes of this act that are in the log."""
    return [change for change in home.changes.all() if change.act == act]


def acted(name: str) -> tuple[TwoHomes, str, Answer]:
    """Let Bram do something with his watch, or with Marieke's where she offers it to him; tell with which."""
    homes = TwoHomes()
    ids = homes.his
    if name == "acceptOwnership":
        ids, watch_id = homes.hers, WatchId(homes.hers["watch_id"])
        marieke, bram = homes.account_of("marieke@example.nl"), homes.account_of("bram@example.nl")
        homes.watch(bram, Role.GUARDIAN, watch_id)
        homes.kin.offer(OwnershipOffer(watch_id=watch_id, to=bram, by=marieke, offered_at=NOON))
    return homes, ids["watch_id"], homes.call(*OPERATIONS[name], ids)


def content_of(name: str) -> Any:
    """Return what is sent as JSON on an operation about a watch, but for ids."""
    return sent_on(*OPERATIONS[name]).get("json", {})


def fields_of(name: str, homes: TwoHomes) -> tuple[str, ...]:
    """Return what the log names of an operation about a watch."""
    route = OPERATIONS[name]
    if "<setting_name>" in route[1]:
        return (homes.his["setting_name"],)
    return tuple(sorted(NAMED_IN_BODIES.get(route) or content_of(name)))


def values_of(content: Any) -> Iterator[str]:
    """Yield every value of a body as text, but for those that are too short to be told from an id."""
    match content:
        case dict():
            for each in content.values():
                yield from values_of(each)
        case list():
            for each in content:
                yield from values_of(each)
        case bool() | None:
            return
        case _:
            if len(str(content)) > 2:
                yield str(content)


def test_every_operation_that_may_change_something_is_done_below_or_is_said_to_change_nothing() -> None:
    assert set(OPERATIONS) == {*OF_WATCHES, *OF_ACCOUNTS, *NO_CHANGE}
    assert all(reason for reason in NO_CHANGE.values())
    assert OF_ACCOUNTS.keys().isdisjoint(NO_CHANGE)


@pytest.mark.promise("P-61", guard=LOG_CHANGE)
@pytest.mark.parametrize("name", OF_WATCHES)
def test_whatever_changes_a_watch_is_found_in_its_log_once(name: str) -> None:
    homes, watch_id, answer = acted(name)
    assert answer.status < 300, answer.body
    (change,) = homes.changes.all()
    bram = homes.account_of("bram@example.nl")
    subject_id = bram if name == "unbindWatch" else watch_id
    assert (change.subject_id, change.act, change.actor, change.at) == (subject_id, name, bram, NOON)
    assert change.fields == fields_of(name, homes)


@pytest.mark.promise("P-61", guard=LOG_CHANGE)
@pytest.mark.parametrize("name", OF_ACCOUNTS)
def test_whatever_changes_an_account_is_found_in_its_log_once(name: str) -> None:
    home = Home()
    answer = OF_ACCOUNTS[name](home)
    assert answer.status < 300, answer.body
    (change,) = logged(home, name)
    assert (change.subject_id, change.act) == (subject_of(name, home, answer), name)
    assert change.actor == (None if name in WITHOUT_TOKEN else home.account_id)
    assert change.fields == FIELDS.get(name, ())


def subject_of(name: str, home: Home, answer: Answer) -> str:
    """Return where the change of an operation that names no watch is found."""
    if name == "confirmRegistration":
        return home.account_of("new@example.nl")
    if name in {"claimDevice", "acceptInvitation"}:
        return str(answer.json["watch_id"])
    return home.account_id


@pytest.mark.promise("P-61", guard=FIELD_NAMES)
def test_the_log_holds_no_value_of_anything_that_was_sent() -> None:
    sent: list[Any] = [PASSWORD, NEW_PASSWORD, NEW_EMAIL, "marieke@example.nl", "new@example.nl"]
    held = ""
    for name in OF_WATCHES:
        homes, _, _ = acted(name)
        sent += set(values_of(content_of(name))) - {homes.his["setting_name"]}
        held += repr(homes.changes.all())
    for act in OF_ACCOUNTS.values():
        home = Home()
        act(home)
        sent += [home.links._secret(letter) for letter in home.post.sent]
        held += repr(home.changes.all())
    assert [value for value in map(str, sent) if value in held] == []


@pytest.mark.parametrize("name", OF_WATCHES)
def test_what_is_refused_leaves_nothing_in_the_log(name: str) -> None:
    homes, (method, template) = TwoHomes(), OPERATIONS[name]
    assert homes.call(method, template, homes.hers).status == 404
    assert homes.call(method, template, homes.his, query="unheard=of").status == 400
    assert homes.changes.all() == []


def test_members_read_the_log_of_their_watch_page_by_page(home: Home) -> None:
    zone = {
        "name": "Grandma",
        "shape": {"kind": "circle", "centre": {"latitude": 52.2, "longitude": 5.9}, "radius_m": 100},
    }
    for _ in range(3):
        assert home.call("POST", "/zones", json=zone).status == 201
    viewer = home.account("oma@example.nl")
    home.watch(viewer, Role.VIEWER, home.watch_id)
    path, bearer = f"/v1/watches/{home.watch_id}/changes", home.token("oma@example.nl")
    first = home.ask("GET", path, token=bearer, query={"limit": 2}).json
    second = home.ask("GET", path, token=bearer, query={"limit": 2, "cursor": first["next"]}).json
    found = [*first["items"], *second["items"]]
    assert second["next"] is None
    assert len({each["id"] for each in found}) == 3
    assert {(each["act"], each["by"], *each["fields"]) for each in found} == {
        ("createZone", home.account_id, "name", "shape")
    }


def test_an_account_reads_its_own_log_and_no_other(home: Home) -> None:
    home.changes.add(any_change(new_id(), NOON))
    assert send(home, "PATCH", "/v1/account", language="en").status == 200
    answer = home.ask("GET", "/v1/account/changes", token=home.bearer)
    (change,) = answer.json["items"]
    assert (change["act"], change["fields"], change["by"]) == ("changeAccount", ["language"], home.account_id)
    assert json.dumps(answer.json).count(home.account_id) == 1
