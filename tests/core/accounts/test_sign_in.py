"""Signing in, without HTTP."""

from datetime import datetime, timedelta

import pytest

from core.accounts.attempts import FREE_ATTEMPTS, AttemptLimits
from core.accounts.model import (
    InvalidEmail,
    LoginTaken,
    NotSignedIn,
    TooManyAttempts,
    WrongCredentials,
    checked_email,
    login_name,
)
from core.accounts.register import Registration
from core.accounts.sign_in import Access, SignIn
from core.kernel.ids import AccountId, FamilyId, new_id
from core.retention.policy import POLICY, Subject
from tests.clocks import FrozenClock
from tests.fakes.accounts import (
    CountedAccessTokens,
    InMemoryAccounts,
    InMemoryAttempts,
    InMemoryKnownDevices,
    InMemorySignedInDevices,
    InMemoryTokenFamilies,
    TransparentHasher,
)
from tests.fakes.notices import RecordingAnnouncer

ADDRESS = "192.0.2.7"


class RecordedKeys:
    """SubjectKeys that remembers what it holds."""

    def __init__(self) -> None:
        self.held: set[str] = set()

    def make(self, subject: Subject, subject_id: str, until: datetime | None = None) -> None:  # noqa: ARG002 - the port's
        assert subject is Subject.ACCOUNT
        self.held.add(subject_id)

    def destroy(self, subject: Subject, subject_id: str) -> None:
        assert subject is Subject.ACCOUNT
        self.held.remove(subject_id)


class Desk:
    """All of it in memory."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.accounts = InMemoryAccounts()
        self.families = InMemoryTokenFamilies()
        self.passwords = TransparentHasher()
        self.tokens = CountedAccessTokens()
        self.keys = RecordedKeys()
        self.devices, self.announcer = InMemorySignedInDevices(), RecordingAnnouncer()
        self.registration = Registration(
            accounts=self.accounts, passwords=self.passwords, keys=self.keys, clock=self.clock
        )
        self.sign_in = SignIn(
            accounts=self.accounts,
            families=self.families,
            devices=self.devices,
            known_devices=InMemoryKnownDevices(),
            passwords=self.passwords,
            tokens=self.tokens,
            limits=AttemptLimits(InMemoryAttempts()),
            announcer=self.announcer,
            clock=self.clock,
        )
        self.access = Access(tokens=self.tokens, families=self.families, clock=self.clock)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("typed", ["marieke@example.nl", " Marieke@Example.NL ", "MARIEKE@EXAMPLE.NL"])
def test_an_address_may_be_typed_in_any_case(desk: Desk, typed: str) -> None:
    account_id = desk.registration.create_account("Marieke@example.nl", "secret")
    token = desk.sign_in.with_password(typed, "secret", ADDRESS)
    assert desk.access.caller_of(token.access.text).account_id == account_id


@pytest.mark.parametrize(("one", "other"), [("ALEŠ@example.nl", "alesˇ@example.nl"), ("a@example.nl", "a@example.com")])
def test_different_addresses_stay_different(one: str, other: str) -> None:
    assert login_name(one) != login_name(other)


def test_letters_that_are_written_in_two_ways_are_the_same() -> None:
    assert login_name("rene\u0301@example.nl") == login_name("René@example.nl")


@pytest.mark.parametrize("password", ["Secret", "secret ", "secre", "", "secret\0", "\0secret", "secrét"])
def test_a_password_is_exact(desk: Desk, password: str) -> None:
    desk.registration.create_account("marieke@example.nl", "secret")
    with pytest.raises(WrongCredentials):
        desk.sign_in.with_password("marieke@example.nl", password, ADDRESS)


@pytest.mark.parametrize("password", ["decoy", "hash of x", ""])
def test_no_password_opens_an_account_that_does_not_exist(desk: Desk, password: str) -> None:
    with pytest.raises(WrongCredentials):
        desk.sign_in.with_password("nobody@example.nl", password, ADDRESS)


def test_even_a_decoy_that_matches_opens_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.passwords, "matches", lambda *_: True)
    with pytest.raises(WrongCredentials):
        desk.sign_in.with_password("nobody@example.nl", "any", ADDRESS)


@pytest.mark.promise("P-49", guard="core.accounts.sign_in:proven_account", part="equal work")
def test_an_unknown_address_costs_a_check_like_a_known_one(desk: Desk) -> None:
    desk.registration.create_account("marieke@example.nl", "secret")
    for email in ("marieke@example.nl", "nobody@example.nl"):
        before = desk.passwords.checks
        with pytest.raises(WrongCredentials):
            desk.sign_in.with_password(email, "wrong", ADDRESS)
        assert desk.passwords.checks == before + 1


def test_a_refused_attempt_starts_nothing_and_checks_nothing(desk: Desk) -> None:
    desk.registration.create_account("marieke@example.nl", "secret")
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(WrongCredentials):
            desk.sign_in.with_password("marieke@example.nl", "wrong", ADDRESS)
    with pytest.raises(TooManyAttempts):
        desk.sign_in.with_password("marieke@example.nl", "secret", ADDRESS)
    assert desk.passwords.checks == FREE_ATTEMPTS
    assert desk.families.families == {}


def test_each_sign_in_is_a_family_of_its_own(desk: Desk) -> None:
    desk.registration.create_account("marieke@example.nl", "secret")
    first, second = (
        desk.access.caller_of(desk.sign_in.with_password("marieke@example.nl", "secret", ADDRESS).access.text)
        for _ in range(2)
    )
    assert first.account_id == second.account_id
    assert first.family_id != second.family_id


@pytest.mark.promise("P-45", guard="core.retention.policy:is_over")
def test_a_family_is_over_after_its_period_whatever_its_tokens_say(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CountedAccessTokens, "LIFETIME", timedelta(days=1000))
    desk.registration.create_account("marieke@example.nl", "secret")
    token = desk.sign_in.with_password("marieke@example.nl", "secret", ADDRESS).access.text
    period = POLICY["token_family"].period
    assert period is not None
    desk.clock.advance(period - timedelta(seconds=1))
    desk.access.caller_of(token)
    desk.clock.advance(timedelta(seconds=1))
    with pytest.raises(NotSignedIn):
        desk.access.caller_of(token)


def test_a_token_is_worth_nothing_once_its_family_is_ended_or_is_anothers(desk: Desk) -> None:
    desk.registration.create_account("marieke@example.nl", "secret")
    token = desk.sign_in.with_password("marieke@example.nl", "secret", ADDRESS).access.text
    caller = desk.access.caller_of(token)
    [family] = desk.families.families.values()
    desk.families.end(FamilyId(caller.family_id))
    with pytest.raises(NotSignedIn):
        desk.access.caller_of(token)
    anothers = type(family)(family_id=family.family_id, account_id=AccountId(new_id()), started_at=family.started_at)
    desk.families.start(anothers)
    with pytest.raises(NotSignedIn):
        desk.access.caller_of(token)


def test_an_address_has_one_account_and_a_refused_one_leaves_no_key(desk: Desk) -> None:
    account_id = desk.registration.create_account("marieke@example.nl", "secret")
    with pytest.raises(LoginTaken):
        desk.registration.create_account(" MARIEKE@example.nl", "other")
    assert desk.keys.held == {account_id}


@pytest.mark.parametrize(
    "text", ["", "marieke", "@example.nl", "marieke@", "a b@example.nl", "a@b\n.nl", "a\0@b.nl", "x" * 250 + "@b.nl"]
)
def test_what_is_no_address_makes_no_account(desk: Desk, text: str) -> None:
    with pytest.raises(InvalidEmail):
        desk.registration.create_account(text, "secret")
    assert desk.keys.held == set()


def test_an_address_is_kept_as_it_was_written() -> None:
    assert checked_email(" Marieke.deVries@Example.nl ") == "Marieke.deVries@Example.nl"


def test_nothing_personal_shows_in_a_repr(desk: Desk) -> None:
    account_id = desk.registration.create_account("marieke@example.nl", "secret")
    shown = repr((desk.accounts.accounts[account_id], list(desk.accounts.credentials.values())))
    shown += repr(desk.sign_in.with_password("marieke@example.nl", "secret", ADDRESS))
    assert "marieke" not in shown
    assert "secret" not in shown
