"""Whatever guardians do, and whatever others do between their reading and their writing, a watch has one owner."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.kernel.errors import Refused
from core.kernel.ids import AccountId, WatchId, new_id
from core.watches.family import Family
from core.watches.limits import GuessLimits
from core.watches.model import MOST_MEMBERS, Role
from tests.clocks import FrozenClock
from tests.fakes.accounts import InMemoryAttempts
from tests.fakes.notices import RecordingAnnouncer
from tests.worlds import World, in_memory, on_dynamo

ACCOUNTS = MOST_MEMBERS + 3  # more than there is room for
WHO = st.one_of(st.integers(min_value=0, max_value=2), st.integers(min_value=0, max_value=ACCOUNTS - 1))
"""Mostly of a few, so that their acts meet."""
OTHER_ROLES = st.sampled_from([Role.GUARDIAN, Role.VIEWER])


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
    """Everybody tries everything, each with another act of anybody's in between."""

    world: World

    @initialize()
    def settle(self) -> None:
        self.world.clock.advance(timedelta(minutes=1))
        self.accounts = [AccountId(new_id()) for _ in range(ACCOUNTS)]
        self.watch_id = self._watch()
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
        self.acts: list[Callable[[], None]] = []

    def _watch(self) -> WatchId:
        """Bind a device that no example before has bound."""
        number = FamilyLife.devices = FamilyLife.devices + 1
        watch_id = self.world.watch(f"{number:010d}")
        self.accounts[0] = self.world.owner_of(watch_id)
        return watch_id

    devices = 0

    @rule(role=OTHER_ROLES, guest=WHO)
    def joins(self, role: Role, guest: int) -> None:
        def act() -> None:
            code = self.family.invite(self.world.owner_of(self.watch_id), self.watch_id, role).code
            self.family.accept(self.accounts[guest], code, None, "192.0.2.7")

        self._try(act)

    @rule(by=WHO, about=WHO, role=OTHER_ROLES)
    def gives_a_role(self, by: int, about: int, role: Role) -> None:
        self._try(lambda: self.family.change_role(self.accounts[by], self.watch_id, self.accounts[about], role))

    @rule(by=WHO, about=WHO)
    def removes(self, by: int, about: int) -> None:
        self._try(lambda: self.family.remove(self.accounts[by], self.watch_id, self.accounts[about]))

    @rule(who=WHO)
    def leaves(self, who: int) -> None:
        membership = self.world.memberships.get(self.accounts[who], self.watch_id)
        if membership is not None:
            self._try(lambda: self.family.leave(membership))

    @rule(by=WHO, to=WHO)
    def offers(self, by: int, to: int) -> None:
        self._try(lambda: self.family.offer(self.accounts[by], self.watch_id, self.accounts[to]) and None)

    @rule(who=WHO)
    def takes_over(self, who: int) -> None:
        self._try(lambda: self.family.take_over(self.accounts[who], self.watch_id))

    @rule(data=st.data())
    def two_at_once(self, data: st.DataObject) -> None:
        if len(self.acts) > 1:
            first, second = (data.draw(st.sampled_from(self.acts)) for _ in range(2))
            self.families.meanwhile = lambda: self._quietly(second)
            self._quietly(first)
            self.families.meanwhile = None

    @invariant()
    def there_is_one_owner_and_room_for_all(self) -> None:
        if not hasattr(self, "watch_id"):
            return
        members = self.world.memberships.of_watch(self.watch_id)
        assert [each.role for each in members].count(Role.OWNER) == 1
        assert len(members) <= 1 + MOST_MEMBERS
        for each in members:
            assert self.world.memberships.get(each.account_id, self.watch_id) == each, "both tables tell the same"
        assert sum(self._role(number) is not None for number in range(ACCOUNTS)) == len(members)

    def _role(self, number: int) -> Role | None:
        membership = self.world.memberships.get(self.accounts[number], self.watch_id)
        return None if membership is None else membership.role

    def _try(self, act: Callable[[], None]) -> None:
        self.acts.append(act)
        self._quietly(act)

    def _quietly(self, act: Callable[[], None]) -> None:
        with suppress(Refused):
            act()


@contextmanager
def world_of(kind: str) -> Iterator[World]:
    clock = FrozenClock()
    if kind == "in memory":
        yield in_memory(clock)
        return
    with on_dynamo(clock) as world:
        yield world


@pytest.mark.parametrize(("kind", "examples"), [("in memory", 60), ("on DynamoDB", 4)])
def test_a_watch_has_exactly_one_owner_at_any_instant(kind: str, examples: int) -> None:
    with world_of(kind) as found:

        class Life(FamilyLife):
            world = found

        run_state_machine_as_test(  # type: ignore[no-untyped-call] # hypothesis has no types for it
            Life,
            settings=settings(
                max_examples=examples,
                stateful_step_count=30,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
