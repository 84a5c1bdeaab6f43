"""Who may use which route: each route of the router has a row, each row is tried in every role."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import pytest

from core.kernel.ids import WatchId
from core.watches.model import Role
from lambdas.api.gate import PUBLIC_ROUTES
from tests.lambdas.api.platform import Answer
from tests.lambdas.api.routes import path_of, routes
from tests.lambdas.api.test_strangers import HEADERS, NAMED_IN_BODIES, TwoHomes, sent_on

EMAILS = {role: f"{role}@example.nl" for role in ("guardian", "viewer", "removed", "stranger")}
STAFF_TOKEN = "of-a-token-that-is-none-of-the-guardians-api"


class Need(Enum):
    """What a route asks of its caller."""

    NOTHING = "nothing"
    """It is public: whoever asks is answered, or refused by what is sent."""
    ACCOUNT = "account"
    """Anybody who is signed in, about their own account."""
    SELF = "self"
    """The account that the object belongs to."""
    MEMBER = "member"
    GUARDIAN = "guardian"
    OWNER = "owner"
    HEIR = "heir"
    """The member whom the ownership is offered to: test_members.py; to all others there is no offer."""


IN = "in"
NOBODY, HIDDEN, FORBIDDEN = 401, 404, 403
ROLES = ("owner", "guardian", "viewer", "removed", "stranger", "staff", "nobody")
EXPECTED: Mapping[Need, tuple[int | str, ...]] = {
    Need.NOTHING: (IN, IN, IN, IN, IN, IN, IN),
    Need.ACCOUNT: (IN, IN, IN, IN, IN, NOBODY, NOBODY),
    Need.SELF: (IN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, NOBODY, NOBODY),
    Need.MEMBER: (IN, IN, IN, HIDDEN, HIDDEN, NOBODY, NOBODY),
    Need.GUARDIAN: (IN, IN, FORBIDDEN, HIDDEN, HIDDEN, NOBODY, NOBODY),
    Need.OWNER: (IN, FORBIDDEN, FORBIDDEN, HIDDEN, HIDDEN, NOBODY, NOBODY),
    Need.HEIR: (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, NOBODY, NOBODY),
}
W = "/v1/watches/<watch_id>"
ROWS: Mapping[tuple[str, str], Need] = {
    ("GET", "/.well-known/jwks.json"): Need.NOTHING,
    ("GET", "/v1/docs"): Need.NOTHING,
    ("GET", "/v1/openapi.json"): Need.NOTHING,
    ("POST", "/v1/sign-in"): Need.NOTHING,
    ("POST", "/v1/tokens"): Need.NOTHING,
    ("POST", "/v1/sim/callbacks"): Need.NOTHING,
    ("POST", "/v1/registrations"): Need.NOTHING,
    ("POST", "/v1/registrations/confirm"): Need.NOTHING,
    ("POST", "/v1/password/reset"): Need.NOTHING,
    ("POST", "/v1/password/reset/confirm"): Need.NOTHING,
    ("POST", "/v1/account/email/confirm"): Need.ACCOUNT,
    ("POST", "/v1/password/check"): Need.ACCOUNT,
    ("POST", "/v1/password/change"): Need.ACCOUNT,
    ("GET", "/v1/account"): Need.ACCOUNT,
    ("PATCH", "/v1/account"): Need.ACCOUNT,
    ("POST", "/v1/account/email"): Need.ACCOUNT,
    ("GET", "/v1/automations"): Need.ACCOUNT,
    ("POST", "/v1/automations"): Need.ACCOUNT,
    ("DELETE", "/v1/automations/<automation_id>"): Need.SELF,
    ("POST", "/v1/claims"): Need.ACCOUNT,
    ("POST", "/v1/claims/code"): Need.ACCOUNT,
    ("POST", "/v1/invitations/accept"): Need.ACCOUNT,
    ("POST", "/v1/sign-out"): Need.ACCOUNT,
    ("POST", "/v1/sign-out/everywhere"): Need.ACCOUNT,
    ("GET", "/v1/sign-ins"): Need.ACCOUNT,
    ("DELETE", "/v1/sign-ins/<family_id>"): Need.SELF,
    ("PUT", "/v1/phone"): Need.ACCOUNT,
    ("DELETE", "/v1/phone"): Need.ACCOUNT,
    ("GET", "/v1/account/changes"): Need.ACCOUNT,
    ("GET", "/v1/notices"): Need.ACCOUNT,
    ("GET", "/v1/watches"): Need.ACCOUNT,
    ("GET", W): Need.MEMBER,
    ("PATCH", W): Need.GUARDIAN,
    ("DELETE", W): Need.OWNER,
    ("GET", f"{W}/members"): Need.MEMBER,
    ("PATCH", f"{W}/members/<account_id>"): Need.OWNER,
    ("DELETE", f"{W}/members/<account_id>"): Need.OWNER,
    ("GET", f"{W}/invitations"): Need.OWNER,
    ("POST", f"{W}/invitations"): Need.OWNER,
    ("DELETE", f"{W}/invitations/<invitation_id>"): Need.OWNER,
    ("GET", f"{W}/ownership"): Need.MEMBER,
    ("POST", f"{W}/ownership"): Need.OWNER,
    ("DELETE", f"{W}/ownership"): Need.OWNER,
    ("POST", f"{W}/ownership/accept"): Need.HEIR,
    ("GET", f"{W}/activity"): Need.MEMBER,
    ("GET", f"{W}/commands"): Need.MEMBER,
    ("POST", f"{W}/commands"): Need.GUARDIAN,
    ("GET", f"{W}/commands/<command_id>"): Need.MEMBER,
    ("GET", f"{W}/settings"): Need.MEMBER,
    ("GET", f"{W}/settings/<setting_name>"): Need.MEMBER,
    ("PUT", f"{W}/settings/<setting_name>"): Need.OWNER,  # of SOS numbers; others: test_settings.py
    ("POST", f"{W}/settings/<setting_name>/undo"): Need.GUARDIAN,
    ("GET", f"{W}/messages"): Need.MEMBER,
    ("POST", f"{W}/messages"): Need.GUARDIAN,
    ("POST", f"{W}/messages/voice"): Need.GUARDIAN,
    ("GET", f"{W}/messages/<message_id>"): Need.MEMBER,
    ("GET", f"{W}/messages/<message_id>/audio"): Need.MEMBER,
    ("DELETE", f"{W}/messages/<message_id>"): Need.GUARDIAN,
    ("GET", f"{W}/picture"): Need.MEMBER,
    ("POST", f"{W}/photos"): Need.GUARDIAN,
    ("GET", f"{W}/photos/<photo_id>"): Need.MEMBER,
    ("DELETE", f"{W}/photos/<photo_id>"): Need.GUARDIAN,
    ("PUT", f"{W}/picture"): Need.GUARDIAN,
    ("DELETE", f"{W}/picture"): Need.GUARDIAN,
    ("GET", f"{W}/position"): Need.MEMBER,
    ("GET", f"{W}/positions"): Need.MEMBER,
    ("DELETE", f"{W}/positions"): Need.OWNER,
    ("POST", f"{W}/positions/wrong"): Need.GUARDIAN,
    ("GET", f"{W}/telemetry"): Need.MEMBER,
    ("GET", f"{W}/changes"): Need.MEMBER,
    ("GET", f"{W}/preferences"): Need.MEMBER,
    ("PUT", f"{W}/preferences"): Need.MEMBER,
    ("GET", f"{W}/learned-places"): Need.MEMBER,
    ("DELETE", f"{W}/learned-places"): Need.GUARDIAN,
    ("DELETE", f"{W}/learned-places/<place_id>"): Need.GUARDIAN,
    ("GET", f"{W}/zones"): Need.MEMBER,
    ("POST", f"{W}/zones"): Need.GUARDIAN,
    ("GET", f"{W}/zones/<zone_id>"): Need.MEMBER,
    ("PUT", f"{W}/zones/<zone_id>"): Need.GUARDIAN,
    ("DELETE", f"{W}/zones/<zone_id>"): Need.GUARDIAN,
    ("GET", f"{W}/alerts"): Need.MEMBER,
    ("GET", f"{W}/alerts/<alert_id>"): Need.MEMBER,
    ("GET", f"{W}/alerts/<alert_id>/deliveries"): Need.MEMBER,
    ("POST", f"{W}/alerts/<alert_id>/acknowledgement"): Need.GUARDIAN,
    ("GET", f"{W}/sim"): Need.MEMBER,
    ("GET", f"{W}/sim/registration"): Need.OWNER,
    ("PUT", f"{W}/sim/registration"): Need.OWNER,
    ("DELETE", f"{W}/sim/registration"): Need.OWNER,
    ("GET", f"{W}/sim/top-ups"): Need.OWNER,
    ("POST", f"{W}/sim/top-ups"): Need.OWNER,
    ("GET", f"{W}/sim/top-ups/<top_up_id>"): Need.OWNER,
}


class Family(TwoHomes):
    """Bram's watch with one account in every role."""

    def __init__(self) -> None:
        super().__init__()
        watch_id = WatchId(self.his["watch_id"])
        accounts = {role: self.account(email) for role, email in EMAILS.items()}
        for role in ("guardian", "viewer", "removed"):
            part = Role.VIEWER if role == "viewer" else Role.GUARDIAN
            self.watch(accounts[role], part, watch_id)
        self.memberships.end(watch_id, accounts["removed"])
        self.bearers = {role: self.token(email) for role, email in EMAILS.items()}
        self.bearers |= {"owner": self.bram, "staff": STAFF_TOKEN}
        [signed_in] = self.ask("GET", "/v1/sign-ins", token=self.bram).json["items"]
        self.family_id = signed_in["id"]
        added = self.ask("POST", "/v1/automations", token=self.bram, json={"name": "Home"})
        self.automation_id = added.json["id"]

    def asked_as(self, role: str, method: str, template: str) -> Answer:
        """Call a route about Bram's watch in this role."""
        sent = sent_on(method, template)
        if names := NAMED_IN_BODIES.get((method, template)):
            sent = {"json": {name: self.his[name] for name in names}}
        ids = self.his | {"family_id": self.family_id, "automation_id": self.automation_id}
        return self.ask(method, path_of(template, ids), token=self.bearers.get(role), headers=HEADERS, **sent)


def came(answer: Answer) -> int | str:
    """Tell how far the caller came: in, or which wall stopped it."""
    if answer.status == HIDDEN:
        return HIDDEN
    code = answer.json["code"] if answer.headers.get("Content-Type", "").endswith("problem+json") else None
    return {"not_signed_in": NOBODY, "not_allowed": FORBIDDEN}.get(str(code), IN)


def test_every_route_has_a_row_and_no_row_is_left_over() -> None:
    assert set(routes()) == set(ROWS)
    assert {route for route, need in ROWS.items() if need is Need.NOTHING} == PUBLIC_ROUTES


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "template"), ROWS)
def test_each_role_comes_as_far_as_it_may_and_no_further(method: str, template: str, role: str) -> None:
    family = Family()
    before: Any = family.kept()
    expected = EXPECTED[ROWS[method, template]][ROLES.index(role)]
    assert came(family.asked_as(role, method, template)) == expected
    if expected != IN:
        assert family.kept() == before
