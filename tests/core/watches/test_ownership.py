"""Whatever guardians do, and whatever others do between their reading and their writing, a watch has one owner."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.kernel.errors import Refused
from core.kernel.ids import AccountId, new_id
from core.watches.family import Family
from core.watches.limits import GuessLimits
from core.watches.model import MOST_MEMBERS, Role
from tests.clocks import FrozenClock
from tests.fakes.accounts import InMemoryAttempts
from tests.fakes.notices import RecordingAnnouncer
from tests.worlds import World, in_memory, on_dynamo

ACCOUNTS = MOST_MEMBERS + 3  # more than there is room for
FEW = 3  # mostly of a few, so that their acts meet
WHO = st.one_of(st.integers(0, FEW), st.integers(0, ACCOUNTS - 1))
OTHER_ROLES = st.sampled_from([Role.GUARDIAN, Role.VIEWER])
ACTS = st.tuples(
    st.sampled_from(["join", "change_role", "remove", "leave", "offer", "take_over"]), WHO, st.none() | WHO, OTHER_ROLES
)
"""What is done, about whom, by whom (None: whoever owns the watch at that moment), and a role."""


Act = tuple[str, int, int | None, Role]


class Interrupted:
    """Families, before each change of which somebody else acts once, after all that was read for it."""

    def __init__(self, families: Any) -> None:
        self._families = families
        self.meanwhile: Callable[[], None] | None = None

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._families, name)

        def after_others(*arguments: Any) -> Any:
            meanwhile, self.meanwhile = self.meanwhile, None
            if meanwhile is not None:
                meanwhile()
            return act(*arguments)

        return after_others


class FamilyLife(RuleBasedStateMachine):
    """Everybody tries everything, each perhaps with another act of anybody's in between."""

    world: World
    devices = 0

    @initialize(guests=st.integers(0, ACCOUNTS - 1))
    def settle(self, guests: int) -> None:
        FamilyLife.devices += 1  # no example before has bound this one
        self.watch_id = self.world.watch(f"{FamilyLife.devices:010d}")
        self.accounts = [self._owner(), *(AccountId(new_id()) for _ in range(ACCOUNTS - 1))]
        self.families = Interrupted(self.world.families)
        self.family = Family(
            families=self.families,
            invitations=self.world.invitations,
            partings=[],
            handovers=[],
            limits=GuessLimits(InMemoryAttempts(), self.world.clock),
            announcer=RecordingAnnouncer(),
            clock=self.world.clock,
        )
        for guest in self.accounts[1 : 1 + guests]:
            self._do("join", guest, None, Role.GUARDIAN)

    @rule(act=ACTS, meanwhile=st.none() | ACTS)
    def acts(self, act: Act, meanwhile: Act | None) -> None:
        if meanwhile is not None:
            self.families.meanwhile = partial(self._act, *meanwhile)
        self._act(*act)
        self.families.meanwhile = None

    @invariant()
    def there_is_one_owner_and_room_for_all(self) -> None:
        members = self.world.memberships.of_watch(self.watch_id)
        assert [each.role for each in members].count(Role.OWNER) == 1
        assert len(members) <= 1 + MOST_MEMBERS
        by_account = [self.world.memberships.get(each, self.watch_id) for each in self.accounts]
        assert {each for each in by_account if each} == set(members), "both tables tell the same"

    def _act(self, kind: str, about: int, by: int | None, role: Role) -> None:
        self._do(kind, self.accounts[about], None if by is None else self.accounts[by], role)

    def _do(self, kind: str, about: AccountId, by: AccountId | None, role: Role) -> None:
        by = by or self._owner()
        with suppress(Refused):
            match kind:
                case "join":
                    code = self.family.invite(by, self.watch_id, role).code
                    self.family.accept(about, code, None, "192.0.2.7")
                case "change_role":
                    self.family.change_role(by, self.watch_id, about, role)
                case "remove":
                    self.family.remove(by, self.watch_id, about)
                case "leave":
                    membership = self.world.memberships.get(about, self.watch_id)
                    if membership is not None:
                        self.family.leave(membership)
                case "offer":
                    self.family.offer(by, self.watch_id, about)
                case "take_over":
                    self.family.take_over(about, self.watch_id)

    def _owner(self) -> AccountId:
        return self.world.owner_of(self.watch_id)


@contextmanager
def world_of(kind: str) -> Iterator[World]:
    clock = FrozenClock()
    if kind == "in memory":
        yield in_memory(clock)
        return
    with on_dynamo(clock) as world:
        yield world


@pytest.mark.parametrize(("kind", "examples"), [("in memory", 40), ("on DynamoDB", 5)])
def test_a_watch_has_exactly_one_owner_at_any_instant(kind: str, examples: int) -> None:
    with world_of(kind) as found:

        class Life(FamilyLife):
            world = found

        run_state_machine_as_test(
            Life,
            settings=settings(
                max_examples=examples,
                stateful_step_count=15,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
