"""Accounts, TokenFamilies and Attempts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.aws import client
from adapters.dynamo.accounts import DynamoAccounts, DynamoTokenFamilies
from adapters.dynamo.attempts import DynamoAttempts
from adapters.dynamo.tables import TABLES
from adapters.lookup import HmacLookup
from adapters.sealer import VaultSealer
from adapters.settings import Settings
from core.accounts.model import (
    Account,
    AccountNotFound,
    Credentials,
    Language,
    LoginTaken,
    Refresh,
    TokenFamily,
    TooManyAttempts,
)
from core.accounts.ports import Accounts, Attempts, Tally, TokenFamilies
from core.kernel.errors import ChangedMeanwhile
from core.kernel.ids import AccountId, FamilyId, new_id
from core.retention.policy import POLICY, Subject
from core.vault.model import Unreadable
from core.vault.ports import SubjectKeys
from tests.clocks import NOON, FrozenClock
from tests.fakes.accounts import InMemoryAccounts, InMemoryAttempts, InMemoryTokenFamilies
from tests.fakes.vault import keyring_in_memory, sealer_in_memory
from tests.storage import storage

HASH = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g"
MOMENT = timedelta(milliseconds=1)


@dataclass
class World:
    """The ports of accounts."""

    accounts: Accounts
    families: TokenFamilies
    attempts: Attempts
    keys: SubjectKeys


@pytest.fixture(scope="module")
def settings() -> Iterator[Settings]:
    with storage() as settings:
        yield settings


def on_dynamo() -> World:
    """Return ports on the tables that are there; a pepper of its own keeps a world from the others' counters."""
    clock = FrozenClock()
    keyring = keyring_in_memory(clock)
    sealer, lookup = VaultSealer(keyring, clock), HmacLookup(keyring)
    return World(DynamoAccounts(sealer, lookup), DynamoTokenFamilies(), DynamoAttempts(lookup), sealer)


@pytest.fixture(params=["in memory", "on DynamoDB"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "on DynamoDB":
        request.getfixturevalue("settings")
        return on_dynamo()
    sealer = sealer_in_memory(FrozenClock())
    return World(InMemoryAccounts(), InMemoryTokenFamilies(), InMemoryAttempts(), sealer)


def account(world: World, email: str = "Marieke@example.nl") -> Account:
    made = Account(account_id=AccountId(new_id()), email=email, created_at=NOON)
    world.keys.make(Subject.ACCOUNT, made.account_id)
    return made


class TestAccounts:
    def test_an_account_comes_back_and_its_login_leads_to_it(self, world: World) -> None:
        made = account(world)
        world.accounts.add(made, HASH)
        assert world.accounts.get(made.account_id) == made
        assert world.accounts.credentials_of("marieke@example.nl") == Credentials(made.account_id, HASH)

    def test_what_is_not_there_is_none(self, world: World) -> None:
        assert world.accounts.get(AccountId(new_id())) is None
        assert world.accounts.credentials_of("nobody@example.nl") is None

    def test_a_taken_login_changes_nothing(self, world: World) -> None:
        first, second = account(world), account(world, " MARIEKE@example.nl ")
        world.accounts.add(first, HASH)
        with pytest.raises(LoginTaken):
            world.accounts.add(second, "another hash")
        assert world.accounts.credentials_of("marieke@example.nl") == Credentials(first.account_id, HASH)
        assert world.accounts.get(second.account_id) is None

    def test_a_renewed_password_takes_the_place_of_the_old_one(self, world: World) -> None:
        made = account(world)
        world.accounts.add(made, HASH)
        world.accounts.renew_password("marieke@example.nl", made.account_id, "another hash")
        assert world.accounts.credentials_of("marieke@example.nl") == Credentials(made.account_id, "another hash")
        assert world.accounts.get(made.account_id) == made

    def test_no_password_is_renewed_under_a_login_that_is_not_the_accounts_any_more(self, world: World) -> None:
        made = account(world)
        world.accounts.add(made, HASH)
        for login in ("nobody@example.nl", "marieke@example.nl"):
            with pytest.raises(ChangedMeanwhile):
                world.accounts.renew_password(login, AccountId(new_id()), "another hash")
        assert world.accounts.credentials_of("nobody@example.nl") is None
        assert world.accounts.credentials_of("marieke@example.nl") == Credentials(made.account_id, HASH)

    def test_a_change_keeps_all_else(self, world: World) -> None:
        made = account(world)
        world.accounts.add(made, HASH)
        changed = world.accounts.change(made.account_id, lambda each: replace(each, language=Language.EN))
        assert changed == replace(made, language=Language.EN) == world.accounts.get(made.account_id)
        assert world.accounts.credentials_of("marieke@example.nl") == Credentials(made.account_id, HASH)

    def test_a_new_address_takes_the_password_with_it(self, world: World) -> None:
        made = account(world)
        world.accounts.add(made, HASH)
        world.accounts.change(made.account_id, lambda each: replace(each, email="New@example.nl"))
        assert world.accounts.get(made.account_id) == replace(made, email="New@example.nl")
        assert world.accounts.credentials_of("new@example.nl") == Credentials(made.account_id, HASH)
        assert world.accounts.credentials_of("marieke@example.nl") is None
        world.accounts.add(account(world), "the old address is free")

    def test_another_way_to_write_the_address_is_no_other_login(self, world: World) -> None:
        made = account(world)
        world.accounts.add(made, HASH)
        world.accounts.change(made.account_id, lambda each: replace(each, email="MARIEKE@example.nl"))
        assert world.accounts.credentials_of("marieke@example.nl") == Credentials(made.account_id, HASH)

    def test_a_taken_address_is_not_taken_over(self, world: World) -> None:
        first, second = account(world), account(world, "bram@example.nl")
        world.accounts.add(first, HASH)
        world.accounts.add(second, "another hash")
        with pytest.raises(LoginTaken):
            world.accounts.change(second.account_id, lambda each: replace(each, email="marieke@example.nl"))
        assert world.accounts.get(second.account_id) == second
        assert world.accounts.credentials_of("marieke@example.nl") == Credentials(first.account_id, HASH)
        assert world.accounts.credentials_of("bram@example.nl") == Credentials(second.account_id, "another hash")

    def test_what_is_no_account_is_not_changed(self, world: World) -> None:
        with pytest.raises(AccountNotFound):
            world.accounts.change(AccountId(new_id()), lambda each: each)

    @pytest.mark.parametrize("email", ["marieke@example.nl", "new@example.nl"])
    def test_changes_at_the_same_time_lose_nothing(self, world: World, email: str) -> None:
        made = account(world)
        world.accounts.add(made, HASH)
        others = [lambda each: replace(each, language=Language.EN)]

        def interrupted(each: Account) -> Account:
            if others:
                world.accounts.change(made.account_id, others.pop())
            return replace(each, email=email)

        world.accounts.change(made.account_id, interrupted)
        assert world.accounts.get(made.account_id) == replace(made, email=email, language=Language.EN)

    def test_a_password_that_is_renewed_while_the_address_changes_is_kept(self, world: World) -> None:
        made = account(world)
        world.accounts.add(made, HASH)

        def interrupted(each: Account) -> Account:
            world.accounts.renew_password("marieke@example.nl", made.account_id, "another hash")
            return replace(each, email="new@example.nl")

        world.accounts.change(made.account_id, interrupted)
        assert world.accounts.credentials_of("new@example.nl") == Credentials(made.account_id, "another hash")


KEY = "k" * 43


def bound_family(**known: Any) -> TokenFamily:
    """Return a family whose tokens are refreshed."""
    refresh = Refresh(key=KEY, current="0" * 64, previous=None, rotated_at=NOON)
    defaults: dict[str, Any] = {
        "family_id": FamilyId(new_id()),
        "account_id": AccountId(new_id()),
        "started_at": NOON,
        "password_at": NOON,
        "refresh": refresh,
    }
    return TokenFamily(**(defaults | known))


class TestTokenFamilies:
    def test_a_family_comes_back_as_it_was(self, world: World) -> None:
        for family in (bound_family(), bound_family(refresh=None, password_at=None, automation="1" * 64)):
            world.families.start(family)
            assert world.families.get(family.family_id, NOON) == family

    def test_a_rotation_replaces_exactly_what_it_was_made_from(self, world: World) -> None:
        family = bound_family()
        world.families.start(family)
        assert family.refresh is not None
        later = NOON + timedelta(days=10)
        refresh = Refresh(key=KEY, current="1" * 64, previous="0" * 64, rotated_at=later)
        assert world.families.rotate(family.family_id, family.refresh, refresh)
        assert not world.families.rotate(family.family_id, family.refresh, replace(refresh, current="2" * 64))
        over = POLICY["token_family"].expires_at(later)
        assert over is not None
        for now in (later, over - timedelta(seconds=1)):
            assert world.families.get(family.family_id, now) == replace(family, refresh=refresh)
        assert world.families.get(family.family_id, over) is None

    def test_what_was_ended_is_neither_rotated_nor_fresh_again(self, world: World) -> None:
        family = bound_family()
        assert family.refresh is not None
        world.families.start(family)
        world.families.end(family.family_id)
        assert not world.families.rotate(family.family_id, family.refresh, replace(family.refresh, current="1" * 64))
        world.families.show_password(family.family_id, NOON)
        assert world.families.get(family.family_id, NOON) is None

    def test_a_shown_password_is_remembered(self, world: World) -> None:
        family = bound_family()
        world.families.start(family)
        later = NOON + timedelta(hours=1)
        world.families.show_password(family.family_id, later)
        assert world.families.get(family.family_id, later) == replace(family, password_at=later)

    def test_an_automation_lives_for_a_year(self, world: World) -> None:
        family = bound_family(refresh=None, password_at=None, automation="1" * 64)
        world.families.start(family)
        over = POLICY["automation"].expires_at(NOON)
        assert over is not None
        assert world.families.get(family.family_id, over - timedelta(seconds=1)) == family
        assert world.families.get(family.family_id, over) is None

    def test_a_family_holds_until_it_is_ended(self, world: World) -> None:
        family = TokenFamily(family_id=FamilyId(new_id()), account_id=AccountId(new_id()), started_at=NOON)
        world.families.start(family)
        assert world.families.get(family.family_id, NOON) == family
        for _ in range(2):
            world.families.end(family.family_id)
            assert world.families.get(family.family_id, NOON) is None

    def test_a_family_that_never_was_is_none(self, world: World) -> None:
        assert world.families.get(FamilyId(new_id()), NOON) is None

    @pytest.mark.parametrize("into_the_second", [timedelta(0), timedelta(milliseconds=750)])
    def test_a_family_is_over_when_its_period_ends(self, world: World, into_the_second: timedelta) -> None:
        started_at = NOON + into_the_second
        family = TokenFamily(family_id=FamilyId(new_id()), account_id=AccountId(new_id()), started_at=started_at)
        world.families.start(family)
        over = POLICY["token_family"].expires_at(started_at)
        assert over is not None
        assert world.families.get(family.family_id, over - timedelta(seconds=1)) == family
        assert world.families.get(family.family_id, over) is None


def one_more(tally: Tally | None) -> Tally:
    return Tally(1 if tally is None else tally.attempts + 1, NOON)


class TestAttempts:
    def test_a_tally_goes_on_from_what_it_was(self, world: World) -> None:
        seen: list[Tally | None] = []

        def step(tally: Tally | None) -> Tally:
            seen.append(tally)
            return Tally(len(seen), NOON + len(seen) * timedelta(seconds=1))

        for _ in range(3):
            world.attempts.advance("account:marieke@example.nl", step, NOON)
        assert seen == [None, Tally(1, NOON + timedelta(seconds=1)), Tally(2, NOON + timedelta(seconds=2))]

    def test_counters_do_not_meet(self, world: World) -> None:
        world.attempts.advance("account:b", one_more, NOON)
        assert self.tally(world) is None

    def test_what_a_step_raises_passes_through_and_changes_nothing(self, world: World) -> None:
        def refuse(_: Tally | None) -> Tally:
            raise TooManyAttempts(timedelta(minutes=1))

        world.attempts.advance("account:a", one_more, NOON)
        with pytest.raises(TooManyAttempts) as refusal:
            world.attempts.advance("account:a", refuse, NOON)
        assert refusal.value.retry_after == timedelta(minutes=1)
        assert self.tally(world) == Tally(1, NOON)

    def test_it_is_forgotten_when_cleared(self, world: World) -> None:
        for _ in range(2):
            world.attempts.clear("account:a")
            assert self.tally(world) is None
            world.attempts.advance("account:a", one_more, NOON)

    def test_it_is_forgotten_a_day_after_the_last_attempt(self, world: World) -> None:
        world.attempts.advance("account:a", one_more, NOON)
        world.attempts.advance("account:a", one_more, NOON + timedelta(hours=12))
        over = NOON + timedelta(hours=36)
        assert self.tally(world, over - timedelta(seconds=1)) == Tally(2, NOON)
        world.attempts.advance("account:a", one_more, over)
        assert self.tally(world, over) == Tally(1, NOON), "what TTL has not deleted yet is written over"

    @pytest.mark.parametrize("others", [1, 3, 10])
    @pytest.mark.parametrize("before", [0, 1, 5])
    def test_attempts_at_the_same_time_are_all_counted(self, world: World, before: int, others: int) -> None:
        for _ in range(before):
            world.attempts.advance("account:a", one_more, NOON)
        waiting = list(range(others))

        def interrupted(tally: Tally | None) -> Tally:
            if waiting:
                waiting.pop()
                world.attempts.advance("account:a", one_more, NOON)
            return one_more(tally)

        world.attempts.advance("account:a", interrupted, NOON)
        assert self.tally(world) == Tally(before + others + 1, NOON)

    def test_who_always_loses_to_others_is_refused(self, world: World) -> None:
        def overtaken(tally: Tally | None) -> Tally:
            world.attempts.advance("account:a", one_more, NOON)
            return one_more(tally)

        with pytest.raises(TooManyAttempts):
            world.attempts.advance("account:a", overtaken, NOON)

    def test_a_plain_counter_counts(self, world: World) -> None:
        assert [world.attempts.count("all:12:00", NOON) for _ in range(3)] == [1, 2, 3]
        assert world.attempts.count("all:12:10", NOON) == 1

    def tally(self, world: World, now: datetime = NOON) -> Tally | None:
        """Return the tally of account:a without changing it."""
        seen: list[Tally | None] = []

        def look(tally: Tally | None) -> Tally:
            seen.append(tally)
            raise TooManyAttempts(timedelta(0))

        with pytest.raises(TooManyAttempts):
            world.attempts.advance("account:a", look, now)
        [found] = seen
        return found


@pytest.mark.usefixtures("settings")
def test_an_account_cannot_be_read_once_its_key_is_gone() -> None:
    world = on_dynamo()
    made = account(world)
    world.accounts.add(made, HASH)
    world.keys.destroy(Subject.ACCOUNT, made.account_id)
    with pytest.raises(Unreadable):
        world.accounts.get(made.account_id)


def test_every_counter_and_family_has_an_expiry(settings: Settings) -> None:
    world = on_dynamo()
    world.attempts.count("all:12:00", NOON + MOMENT)
    world.attempts.advance("account:a", one_more, NOON + MOMENT)
    family = TokenFamily(family_id=FamilyId(new_id()), account_id=AccountId(new_id()), started_at=NOON + MOMENT)
    world.families.start(family)
    for table in ("attempts", "token-families"):
        items = client("dynamodb", settings).scan(TableName=TABLES[table].physical_name(settings.stage))["Items"]
        assert items
        assert all(set(item["expires_at"]) == {"N"} for item in items)


@pytest.mark.promise("P-46", guard="adapters.dynamo.accounts:DynamoTokenFamilies.rotate", part="one winner")
@pytest.mark.attack("A-11", guard="adapters.dynamo.accounts:DynamoTokenFamilies.rotate", part="one winner")
@pytest.mark.usefixtures("settings")
def test_of_two_instances_that_rotate_at_once_one_wins() -> None:
    family = bound_family()
    assert family.refresh is not None
    on_dynamo().families.start(family)
    rotated = [replace(family.refresh, current=digit * 64, previous="0" * 64) for digit in "12"]
    assert [on_dynamo().families.rotate(family.family_id, family.refresh, each) for each in rotated] == [True, False]
    assert on_dynamo().families.get(family.family_id, NOON) == replace(family, refresh=rotated[0])
