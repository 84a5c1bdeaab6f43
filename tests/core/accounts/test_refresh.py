"""Rotation of refresh tokens."""

import hmac
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.accounts.attempts import (
    REFRESHES_PER_SIGN_IN,
    REFUSED_REFRESHES_IN_ALL,
    REFUSED_REFRESHES_PER_ADDRESS,
    AttemptLimits,
)
from core.accounts.model import NotSignedIn, Refresh, TokenFamily, Tokens, TooManyAttempts
from core.accounts.notices import NoticeKind
from core.accounts.phones import RingingPhones
from core.accounts.refresh import REPEATED_WITHIN, Renewal, begun, first_token
from core.accounts.sign_in import Access
from core.accounts.sign_out import SignOut
from core.kernel.ids import AccountId, FamilyId, new_id
from core.retention.policy import POLICY
from tests.builders import any_phone, any_signed_in_device
from tests.clocks import FrozenClock
from tests.fakes.accounts import (
    CountedAccessTokens,
    InMemoryAttempts,
    InMemoryPhones,
    InMemorySignedInDevices,
    InMemoryTokenFamilies,
    RecordingPhoneEndpoints,
)
from tests.fakes.notices import RecordingAnnouncer

ADDRESS = "192.0.2.7"
SOME_ID = "k5mzq3x7a2h4b6c7d2e4f6g7h2"
KEY, THIEF = "k" * 43, "t" * 43
SECOND = timedelta(seconds=1)
USE_OF, IS_IN_TIME = "core.accounts.refresh:use_of", "core.accounts.refresh:is_in_time"


class Phone:
    """A sign-in with a phone, and all that renews it."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.families, self.devices, self.phones = InMemoryTokenFamilies(), InMemorySignedInDevices(), InMemoryPhones()
        self.announcer, self.tokens = RecordingAnnouncer(), CountedAccessTokens()
        ringing = RingingPhones(phones=self.phones, endpoints=RecordingPhoneEndpoints())
        self.attempts = InMemoryAttempts()
        self.renewal = Renewal(
            families=self.families,
            devices=self.devices,
            phones=self.phones,
            tokens=self.tokens,
            limits=AttemptLimits(self.attempts),
            sign_out=SignOut(families=self.families, devices=self.devices, phones=ringing),
            announcer=self.announcer,
            mac=lambda message: hmac.digest(b"key", message, "sha256"),
            clock=self.clock,
        )
        self.access = Access(tokens=self.tokens, families=self.families, clock=self.clock)
        self.account_id, self.family_id = AccountId(new_id()), FamilyId(new_id())
        now = self.clock.now()
        self.first = first_token(self.family_id)
        self.families.start(
            TokenFamily(
                family_id=self.family_id,
                account_id=self.account_id,
                started_at=now,
                refresh=begun(self.first, KEY, now),
            )
        )
        self.devices.put(any_signed_in_device(self.account_id, now, family_id=self.family_id))
        self.phones.put(any_phone(self.account_id, now, family_id=self.family_id))

    def renew(self, token: str, key: str = KEY, address: str = ADDRESS) -> Tokens:
        return self.renewal.renew(token, key, address)

    def next_of(self, token: str, key: str = KEY) -> str:
        refresh = self.renew(token, key).refresh
        assert refresh is not None
        return refresh

    def is_refused(self, token: str, key: str = KEY) -> bool:
        try:
            self.renew(token, key)
        except NotSignedIn:
            return True
        return False

    def lives(self) -> bool:
        return self.families.get(self.family_id, self.clock.now()) is not None


@pytest.fixture
def phone() -> Phone:
    return Phone()


def test_each_refresh_gives_new_tokens_that_work(phone: Phone) -> None:
    seen, token = {phone.first}, phone.first
    for _ in range(3):
        tokens = phone.renew(token)
        assert phone.access.caller_of(tokens.access.text).account_id == phone.account_id
        assert tokens.refresh is not None
        token = tokens.refresh
        assert token not in seen
        seen.add(token)
        phone.clock.advance(timedelta(minutes=9))


@pytest.mark.promise("P-46", guard=USE_OF, part="reuse revokes")
@pytest.mark.attack("A-10", guard=USE_OF)
def test_a_token_that_is_used_again_later_ends_the_sign_in_and_is_told(phone: Phone) -> None:
    second = phone.next_of(phone.first)
    phone.clock.advance(REPEATED_WITHIN + SECOND)
    assert phone.is_refused(phone.first)
    assert not phone.lives()
    assert phone.phones.phones == {}
    assert phone.devices.devices == {}
    assert phone.announcer.kinds() == [NoticeKind.TOKEN_REUSED]
    assert phone.announcer.announced[0].to == (phone.account_id,)
    assert phone.is_refused(second), "whoever has it"
    assert phone.announcer.kinds() == [NoticeKind.TOKEN_REUSED], "told once"


@pytest.mark.promise("P-46", guard=IS_IN_TIME, part="a short window")
@pytest.mark.attack("A-10", guard=IS_IN_TIME)
def test_the_window_for_a_lost_answer_is_thirty_seconds(phone: Phone) -> None:
    second = phone.next_of(phone.first)
    phone.clock.advance(REPEATED_WITHIN)
    assert phone.next_of(phone.first) == second
    phone.clock.advance(SECOND)
    assert phone.is_refused(phone.first)


@pytest.mark.promise("P-46", guard="core.accounts.refresh:Renewal._successor", part="lost answers")
@pytest.mark.attack("A-11", guard="core.accounts.refresh:Renewal._successor", part="the same answer")
def test_a_lost_answer_is_given_again(phone: Phone) -> None:
    answers = {phone.next_of(phone.first) for _ in range(3)}
    assert len(answers) == 1
    assert phone.next_of(answers.pop())


def test_of_two_refreshes_at_once_one_wins_and_both_get_the_same(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    rotate, rotations, answers = phone.families.rotate, [], []

    def overtaken(family_id: FamilyId, replaced: Refresh, refresh: Refresh) -> bool:
        monkeypatch.setattr(phone.families, "rotate", rotate)
        answers.append(phone.next_of(phone.first))
        rotations.append(rotate(family_id, replaced, refresh))
        return rotations[-1]

    monkeypatch.setattr(phone.families, "rotate", overtaken)
    answers.append(phone.next_of(phone.first))
    assert rotations == [False]
    assert len(set(answers)) == 1
    assert phone.next_of(answers[0])


@pytest.mark.attack("A-12", guard=USE_OF, part="another phone")
def test_a_stolen_token_is_of_no_use_on_another_phone_and_ends_the_sign_in(phone: Phone) -> None:
    assert phone.is_refused(phone.first, THIEF)
    assert not phone.lives()
    assert phone.announcer.kinds() == [NoticeKind.TOKEN_REUSED]


def test_a_stolen_predecessor_does_no_better_within_the_window(phone: Phone) -> None:
    phone.next_of(phone.first)
    assert phone.is_refused(phone.first, THIEF)
    assert not phone.lives()


@pytest.mark.parametrize("secret", ["", "x", "A" * 43, "é", "\ud800"])
def test_nobody_ends_a_sign_in_by_its_id_alone(phone: Phone, secret: str) -> None:
    assert phone.is_refused(f"{phone.family_id}.{secret}", THIEF)
    assert phone.lives()
    assert phone.announcer.announced == []


@pytest.mark.parametrize("token", ["", ".", "x.y", f"{SOME_ID}.{'A' * 43}", "x" * 200, "\ud800"])
def test_what_is_no_token_is_refused(phone: Phone, token: str) -> None:
    assert phone.is_refused(token)
    assert phone.lives()


def test_a_family_without_a_key_has_nothing_to_refresh(phone: Phone) -> None:
    family = phone.families.families[phone.family_id]
    phone.families.start(replace(family, refresh=None))
    assert phone.is_refused(phone.first)


def test_a_sign_in_that_is_refreshed_lives_on_with_its_phone_and_one_that_is_not_ends(phone: Phone) -> None:
    token, period = phone.first, POLICY["token_family"].period
    assert period is not None
    for _ in range(4):
        phone.clock.advance(period - SECOND)
        token = phone.next_of(token)
        now = phone.clock.now()
        assert phone.phones.of_account(phone.account_id, now)
        assert phone.devices.of_account(phone.account_id, now=now, limit=1, after=None).items
    phone.clock.advance(period)
    assert phone.is_refused(token)


@pytest.mark.promise("P-51", guard="core.accounts.attempts:exceeds", part="refresh")
def test_refreshes_are_limited_for_each_sign_in(phone: Phone) -> None:
    token = phone.first
    for _ in range(REFRESHES_PER_SIGN_IN):
        token = phone.next_of(token)
    with pytest.raises(TooManyAttempts):
        phone.renew(token)
    phone.clock.advance(timedelta(minutes=10))
    phone.renew(token)


@pytest.mark.promise("P-51", guard="core.accounts.attempts:exceeds", part="refresh")
def test_refused_refreshes_are_limited_and_keep_nobody_from_refreshing(phone: Phone) -> None:
    for _ in range(REFUSED_REFRESHES_PER_ADDRESS):
        assert phone.is_refused(f"{new_id()}.x")
    with pytest.raises(TooManyAttempts):
        phone.renew(f"{new_id()}.x")
    for number in range(REFUSED_REFRESHES_IN_ALL - REFUSED_REFRESHES_PER_ADDRESS):
        with pytest.raises(NotSignedIn):
            phone.renew(f"{new_id()}.x", address=f"10.0.{number // 256}.{number % 256}")
    with pytest.raises(TooManyAttempts):
        phone.renew(f"{new_id()}.x", address="10.1.0.0")
    phone.renew(phone.first)


def test_what_is_stored_opens_nothing(phone: Phone) -> None:
    second = phone.next_of(phone.first)
    stored = repr(phone.families.families)
    for token in (phone.first, second):
        assert token.partition(".")[2] not in stored


class Rotation(RuleBasedStateMachine):
    """A phone and a thief who copies its tokens, or all of it, over an unreliable network and a moving clock."""

    def __init__(self) -> None:
        super().__init__()
        self.phone = Phone()
        self.held = [self.phone.first]  # all tokens that were ever answered or lost, oldest first
        self.kept = self.phone.first  # what the phone has; behind held[-1] when an answer was lost
        self.rotated_at = self.phone.clock.now()
        self.is_over = False

    def use(self, token: str, key: str) -> str | None:
        """Use a token, and hold what comes of it against what should."""
        now = self.phone.clock.now()
        tried, expected = None, self.expected(token, key)
        try:
            tried = self.phone.renew(token, key, "192.0.2.9").refresh
        except NotSignedIn:
            tried = None
        if expected == "new":
            assert tried is not None
            assert tried not in self.held
            self.held.append(tried)
            self.rotated_at = now
        elif expected == "same":
            assert tried == self.held[-1]
        else:
            assert tried is None
            self.is_over |= expected == "ended"
        return tried

    def expected(self, token: str, key: str) -> str:
        if self.is_over:
            return "refused"
        in_time = self.phone.clock.now() - self.rotated_at <= REPEATED_WITHIN
        is_latest = token == self.held[-1]
        is_before = len(self.held) > 1 and token == self.held[-2]
        if key != KEY:
            return "ended" if is_latest or is_before else "refused"
        if is_latest:
            return "new"
        return "same" if is_before and in_time else "ended"

    @rule(is_lost=st.booleans())
    def refresh(self, is_lost: bool) -> None:
        answer = self.use(self.kept, KEY)
        if answer is not None and not is_lost:
            self.kept = answer

    @precondition(lambda self: not self.is_over)
    @rule(age=st.integers(0, 5))
    def steal_a_token(self, age: int) -> None:
        self.use(self.held[max(0, len(self.held) - 1 - age)], THIEF)

    @rule(age=st.integers(0, 5))
    def steal_the_key_too(self, age: int) -> None:
        self.use(self.held[max(0, len(self.held) - 1 - age)], KEY)

    @rule()
    def guess(self) -> None:
        self.use(f"{self.phone.family_id}.{'A' * 43}", THIEF)

    @rule(seconds=st.sampled_from([1, 29, 30, 31, 600, 86_400]))
    def wait(self, seconds: int) -> None:
        self.phone.clock.advance(timedelta(seconds=seconds))
        if self.phone.clock.now() - self.rotated_at >= timedelta(days=30):
            self.is_over = True

    @rule()
    def sign_out(self) -> None:
        self.phone.families.end(self.phone.family_id)
        self.is_over = True

    @invariant()
    def the_family_lives_until_it_is_ended(self) -> None:
        assert self.phone.lives() == (not self.is_over)


TestRotation = Rotation.TestCase
TestRotation.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
