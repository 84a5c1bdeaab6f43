"""Families: who joins, what each may do, whose the watch is, and who is told."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from core.accounts.notices import NoticeKind
from core.alerts.preferences import Preference
from core.kernel.ids import AccountId, new_id
from core.watches.limits import ACCEPTANCES
from core.watches.model import INVITATIONS_PER_WATCH, MOST_MEMBERS, Role
from tests.lambdas.api.home import Home
from tests.lambdas.api.platform import Answer

OWNS = "lambdas.api.call:owns"
IS_SECRET = "core.watches.family:is_secret_of"
FRESH = "core.accounts.model:is_fresh"
TELL = "core.watches.family:Family._tell"

WEEK = timedelta(days=7)


class Household(Home):
    """Marieke with her watch, and others who sign in."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.announcer.announced.clear()

    def guest(self, name: str) -> tuple[AccountId, str]:
        """Return a new account and its token."""
        email = f"{name}@example.nl"
        account_id = self.account(email)
        return account_id, self.token(email)

    def invite(self, role: str = "guardian") -> str:
        """Return the code of a new invitation."""
        answer = self.call("POST", "/invitations", json={"role": role})
        assert answer.status == 201
        return str(answer.json["code"])

    def accept(self, code: str, token: str, **rest: Any) -> Answer:
        return self.ask("POST", "/v1/invitations/accept", token=token, json={"code": code, **rest})

    def member(self, name: str, role: str = "guardian") -> tuple[AccountId, str]:
        """Let somebody join."""
        account_id, token = self.guest(name)
        assert self.accept(self.invite(role), token, name=name).status == 201
        return account_id, token

    def roles(self) -> dict[str, str]:
        return {each["account_id"]: each["role"] for each in self.call("GET", "/members").json["items"]}

    def told(self, kind: NoticeKind) -> Sequence[set[AccountId]]:
        """Return whom each notice of this kind went to."""
        return [set(each.to) for each in self.announcer.announced if each.kind is kind]


@pytest.fixture
def home() -> Household:
    return Household()


def code_of(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["code"]


def test_whoever_shows_the_code_joins_as_what_the_owner_chose(home: Household) -> None:
    opa, token = home.guest("opa")
    joined = home.accept(home.invite("viewer"), token, name=" Opa Jan ")
    assert (joined.status, joined.json) == (201, {"watch_id": home.watch_id, "role": "viewer"})
    [_, shown] = home.call("GET", "/members").json["items"]
    assert shown == {"account_id": opa, "role": "viewer", "since": "2026-11-22T12:00:00Z", "name": "Opa Jan"}
    assert home.call("GET", "/invitations").json == {"items": [], "next": None}
    assert home.ask("GET", f"/v1/watches/{home.watch_id}", token=token).json["role"] == "viewer"


@pytest.mark.attack("Z-05", guard=IS_SECRET, part="the owner's invitation")
def test_nobody_joins_without_the_code_that_the_owner_gave(home: Household) -> None:
    _, token = home.guest("bram")
    watch_id, invitation_id, secret = home.invite().split(".")
    for wrong in (
        f"{watch_id}.{invitation_id}.{'A' * len(secret)}",
        f"{watch_id}.{new_id()}.{secret}",
        f"{new_id()}.{invitation_id}.{secret}",
        f"{watch_id}.{invitation_id}.",
        f"{watch_id}.{invitation_id}",
        secret,
        "é",
    ):
        assert code_of(home.accept(wrong, token)) == (409, "invitation_refused"), wrong
    assert home.roles() == {home.account_id: "owner"}


@pytest.mark.attack("Z-05", guard=OWNS, part="the owner's invitation")
def test_only_the_owner_invites(home: Household) -> None:
    for role in ("guardian", "viewer"):
        _, token = home.member(role, role)
        for method in ("POST", "GET"):
            sent = {"json": {"role": "guardian"}} if method == "POST" else {}
            answer = home.ask(method, f"/v1/watches/{home.watch_id}/invitations", token=token, **sent)
            assert code_of(answer) == (403, "not_allowed")


@pytest.mark.attack("Z-05", guard=FRESH, part="fresh password")
@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("POST", "/invitations", {"role": "guardian"}),
        ("POST", "/ownership", {"account_id": new_id()}),
        ("DELETE", "", None),
    ],
)
def test_what_cannot_be_taken_back_needs_the_password_once_more(
    home: Household, method: str, what: str, body: dict[str, str] | None
) -> None:
    home.clock.advance(timedelta(minutes=5))
    sent = {} if body is None else {"json": body}
    assert code_of(home.call(method, what, **sent)) == (403, "password_needed")
    assert home.roles() == {home.account_id: "owner"}


@pytest.mark.attack("Z-05", guard=TELL, part="all told")
def test_whoever_may_change_the_watch_is_told_of_every_change_in_the_family(home: Household) -> None:
    opa, opas = home.member("opa")
    nanny, _ = home.member("nanny", "viewer")
    guardians = {home.account_id, opa}
    assert home.told(NoticeKind.SOMEBODY_INVITED) == [{home.account_id}, guardians]
    assert home.told(NoticeKind.MEMBER_JOINED) == [guardians, {*guardians, nanny}]
    home.call("PATCH", f"/members/{nanny}", json={"role": "guardian"})
    assert home.told(NoticeKind.ROLE_CHANGED) == [{*guardians, nanny}]
    home.call("DELETE", f"/members/{nanny}")
    assert home.told(NoticeKind.MEMBER_REMOVED) == [{*guardians, nanny}]
    home.call("POST", "/ownership", json={"account_id": opa})
    assert home.told(NoticeKind.OWNERSHIP_OFFERED) == [guardians]
    home.ask("POST", f"/v1/watches/{home.watch_id}/ownership/accept", token=opas)
    assert home.told(NoticeKind.OWNERSHIP_MOVED) == [guardians]
    assert {each.watch_id for each in home.announcer.announced if each.watch_id} == {home.watch_id}


def test_an_invitation_serves_once_and_for_a_week_and_until_it_is_withdrawn(home: Household) -> None:
    _, opas = home.guest("opa")
    used, withdrawn, over = home.invite(), home.invite(), home.invite()
    assert home.accept(used, opas).status == 201
    [listed, _] = home.call("GET", "/invitations").json["items"]
    assert withdrawn.split(".")[1] in {each["id"] for each in home.call("GET", "/invitations").json["items"]}
    assert set(listed) == {"id", "role", "invited_by", "invited_at", "expires_at"}
    assert home.call("DELETE", f"/invitations/{withdrawn.split('.')[1]}").status == 204
    assert home.call("DELETE", f"/invitations/{withdrawn.split('.')[1]}").status == 404
    _, brams = home.guest("bram")
    for code in (used, withdrawn):
        assert code_of(home.accept(code, brams)) == (409, "invitation_refused")
    home.clock.advance(WEEK)
    assert code_of(home.accept(over, home.token("bram@example.nl"))) == (409, "invitation_refused")


def test_who_belongs_to_a_watch_already_uses_up_no_invitation(home: Household) -> None:
    code = home.invite()
    assert code_of(home.accept(code, home.bearer)) == (409, "already_member")
    _, opas = home.guest("opa")
    assert home.accept(code, opas).status == 201


def test_a_family_has_its_size_and_a_watch_its_open_invitations(home: Household) -> None:
    for _ in range(MOST_MEMBERS):
        home.joined(home.watch_id)
    codes = [home.invite() for _ in range(INVITATIONS_PER_WATCH)]
    _, token = home.guest("bram")
    assert code_of(home.accept(codes[0], token)) == (409, "family_full")
    assert code_of(home.call("POST", "/invitations", json={"role": "viewer"})) == (409, "too_many_invitations")


@pytest.mark.promise("P-51", guard="core.accounts.attempts:next_tally", part="invitations")
def test_an_account_that_guesses_at_invitations_waits_longer_and_longer(home: Household) -> None:
    _, token = home.guest("bram")
    code = home.invite()
    for _ in range(10):
        assert home.accept(f"{code[:-3]}AAA", token).status == 409
    assert code_of(home.accept(code, token)) == (429, "too_many_attempts")


@pytest.mark.promise("P-51", guard="core.accounts.attempts:exceeds", part="invitations")
def test_many_accounts_together_guess_no_more_from_an_address(home: Household) -> None:
    tokens = [home.guest(f"bram{number}")[1] for number in range(ACCEPTANCES.per_address // 9 + 1)]
    for guess in range(ACCEPTANCES.per_address):
        assert home.accept("none", tokens[guess // 9]).status == 409
    assert code_of(home.accept(home.invite(), home.bearer)) == (429, "too_many_attempts")


def test_a_member_names_itself_and_nobody_else(home: Household) -> None:
    opa, opas = home.member("opa")
    path = f"/v1/watches/{home.watch_id}/members"
    assert home.ask("PATCH", f"{path}/{opa}", token=opas, json={"name": "Opa Jan"}).status == 204
    assert home.call("PATCH", f"/members/{home.account_id}", json={"name": "Mama"}).status == 204
    assert [each["name"] for each in home.call("GET", "/members").json["items"]] == ["Mama", "Opa Jan"]
    assert code_of(home.call("PATCH", f"/members/{opa}", json={"name": "Jan"})) == (403, "not_allowed")
    assert home.ask("PATCH", f"{path}/{opa}", token=opas, json={"name": None}).status == 204
    assert home.call("GET", "/members").json["items"][1]["name"] is None
    for nameless in ("   ", "a\nb"):
        answer = home.ask("PATCH", f"{path}/{opa}", token=opas, json={"name": nameless})
        assert code_of(answer) == (400, "invalid_profile")


def test_the_owner_can_neither_leave_nor_be_anything_else(home: Household) -> None:
    assert code_of(home.call("DELETE", f"/members/{home.account_id}")) == (409, "owner_stays")
    assert code_of(home.call("PATCH", f"/members/{home.account_id}", json={"role": "viewer"})) == (409, "owner_stays")
    assert home.roles() == {home.account_id: "owner"}


@pytest.mark.parametrize("role", ["guardian", "viewer"])
def test_a_member_leaves_by_itself(home: Household, role: str) -> None:
    opa, opas = home.member("opa", role)
    assert home.ask("DELETE", f"/v1/watches/{home.watch_id}/members/{opa}", token=opas).status == 204
    assert home.roles() == {home.account_id: "owner"}
    assert home.ask("GET", f"/v1/watches/{home.watch_id}/position", token=opas).status == 404


@pytest.mark.attack("C-12", guard="core.watches.family:Family._remove", part="removal")
def test_who_was_removed_is_no_member_for_anything_that_asks(home: Household) -> None:
    opa, opas = home.member("opa")
    home.preferences.put(opa, home.watch_id, Preference(mail=False))
    assert home.call("DELETE", f"/members/{opa}").status == 204
    for what in ("", "/position", "/members", "/zones"):
        assert home.ask("GET", f"/v1/watches/{home.watch_id}{what}", token=opas).status == 404
    assert home.memberships.of_account(opa) == []
    assert [each.account_id for each in home.memberships.of_watch(home.watch_id)] == [home.account_id]
    assert home.preferences.items == {}
    assert home.ask("GET", "/v1/watches", token=opas).status == 200, "the account itself goes on"


def test_the_ownership_moves_when_both_want_it(home: Household) -> None:
    opa, opas = home.member("opa")
    nanny, nannys = home.member("nanny", "viewer")
    path = f"/v1/watches/{home.watch_id}/ownership"
    assert home.call("GET", "/ownership").json == {"offer": None}
    assert home.ask("POST", f"{path}/accept", token=opas).status == 404
    assert home.call("POST", "/ownership", json={"account_id": opa}).status == 201
    assert home.ask("GET", path, token=opas).json["offer"]["account_id"] == opa
    for nobody in (nannys, home.bearer):
        assert home.ask("POST", f"{path}/accept", token=nobody).status == 404
    assert home.call("DELETE", "/ownership").status == 204
    assert home.ask("POST", f"{path}/accept", token=opas).status == 404
    assert home.call("DELETE", "/ownership").status == 404
    assert home.call("POST", "/ownership", json={"account_id": opa}).status == 201
    assert home.ask("POST", f"{path}/accept", token=opas).json == {"watch_id": home.watch_id, "role": "owner"}
    assert home.roles() == {home.account_id: "guardian", opa: "owner", nanny: "viewer"}
    assert code_of(home.call("POST", "/ownership", json={"account_id": nanny})) == (403, "not_allowed")
    assert home.call("GET", "/ownership").json == {"offer": None}


def test_the_invitations_of_an_owner_end_with_the_ownership(home: Household) -> None:
    opa, opas = home.member("opa")
    code = home.invite()
    assert home.call("POST", "/ownership", json={"account_id": opa}).status == 201
    assert home.ask("POST", f"/v1/watches/{home.watch_id}/ownership/accept", token=opas).status == 200
    path = f"/v1/watches/{home.watch_id}"
    assert home.ask("GET", f"{path}/invitations", token=opas).json["items"] == []
    assert home.ask("DELETE", f"{path}/members/{home.account_id}", token=opas).status == 204
    assert code_of(home.accept(code, home.bearer)) == (409, "invitation_refused"), "nobody lets themselves in again"
    assert [each.account_id for each in home.memberships.of_watch(home.watch_id)] == [opa]


def test_the_ownership_is_offered_to_members_only(home: Household) -> None:
    stranger, _ = home.guest("bram")
    for nobody in (stranger, home.account_id, new_id(), "x"):
        assert home.call("POST", "/ownership", json={"account_id": nobody}).status == 404


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("POST", "/invitations", {"role": "owner"}),
        ("POST", "/invitations", {"role": "guardian", "email": "opa@example.nl"}),
        ("POST", "/invitations", {"role": "guardian", "expires_at": "2030-01-01T00:00:00Z"}),
        ("POST", "/ownership", {"account_id": "a" * 26, "role": "owner"}),
        ("PATCH", "/members/{opa}", {"role": "owner"}),
        ("PATCH", "/members/{opa}", {"role": "viewer", "since": "2020-01-01T00:00:00Z"}),
        ("PATCH", "/members/{opa}", {"role": "viewer", "name": "Opa"}),
        ("PATCH", "/members/{opa}", {}),
        ("PATCH", "", {"replaces": 0, "owner_id": "a" * 26}),
        ("PATCH", "", {"replaces": 0, "picture": "a" * 26}),
        ("PATCH", "", {"name": "Noor"}),
    ],
)
def test_what_nobody_may_set_is_refused(home: Household, method: str, what: str, body: dict[str, Any]) -> None:
    opa, _ = home.member("opa")
    before = home.roles()
    answer = home.call(method, what.format(opa=opa), json=body)
    assert code_of(answer) == (400, "invalid_request")
    assert home.roles() == before


def test_members_come_page_by_page(home: Household) -> None:
    for _ in range(3):
        home.clock.advance(timedelta(seconds=1))
        home.joined(home.watch_id, role=Role.VIEWER)
    seen, query = [], {"limit": 3}
    for size in (3, 1):
        page = home.call("GET", "/members", query=query).json
        seen += [each["account_id"] for each in page["items"]]
        assert len(page["items"]) == size
        query = {"limit": 3, "cursor": page["next"]}
    assert page["next"] is None
    assert len(set(seen)) == 4
