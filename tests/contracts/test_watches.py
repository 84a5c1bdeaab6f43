"""Devices and Memberships."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.dynamo.memberships import PastWatchRecord
from adapters.keyring import CACHED_FOR
from core.kernel.ids import AccountId, WatchId, new_id
from core.watches.model import MOST_MEMBERS, InvitationRefused, NotBindable, NotTheOwner, Role, Standing
from tests.builders import any_invitation, any_member
from tests.calls import recorded_calls
from tests.clocks import NOON, FrozenClock
from tests.contracts.test_families import joined
from tests.frames import DEVICE, OTHER_DEVICE
from tests.worlds import World, on_dynamo, stocked

HOUR = timedelta(hours=1)


def _ids() -> tuple[WatchId, AccountId]:
    return WatchId(new_id()), AccountId(new_id())


def test_a_device_is_unknown_then_stocked_then_bound(world: World) -> None:
    assert world.devices.standing(DEVICE) is Standing.UNKNOWN
    assert world.devices.stock(stocked())
    assert not world.devices.stock(stocked())
    assert world.devices.standing(DEVICE) is Standing.STOCKED
    assert world.devices.standing(OTHER_DEVICE) is Standing.UNKNOWN
    assert not world.devices.bindings(DEVICE)
    world.devices.bind(DEVICE, *_ids(), NOON)
    assert world.devices.standing(DEVICE) is Standing.BOUND
    assert not world.devices.stock(stocked())
    assert world.devices.standing(DEVICE) is Standing.BOUND


def test_binding_makes_the_owner_a_member(world: World) -> None:
    world.devices.stock(stocked())
    watch_id, account_id = _ids()
    world.devices.bind(DEVICE, watch_id, account_id, NOON)
    (membership,) = world.memberships.of_account(account_id)
    assert (membership.watch_id, membership.role, membership.since) == (watch_id, Role.OWNER, NOON)
    assert world.memberships.get(account_id, watch_id) == membership
    assert world.memberships.get(AccountId(new_id()), watch_id) is None
    assert world.memberships.get(account_id, WatchId(new_id())) is None


def test_a_watch_has_the_members_that_have_the_watch(world: World) -> None:
    for device_id in (DEVICE, OTHER_DEVICE):
        world.devices.stock(stocked(device_id))
    (watch_id, account_id), (other, _) = _ids(), _ids()
    world.devices.bind(DEVICE, watch_id, account_id, NOON)
    world.devices.bind(OTHER_DEVICE, other, account_id, NOON)
    assert world.memberships.of_watch(watch_id) == [world.memberships.get(account_id, watch_id)]
    assert not world.memberships.of_watch(WatchId(new_id()))


def test_who_could_not_bind_is_no_member(world: World) -> None:
    watch_id, account_id = _ids()
    with pytest.raises(NotBindable):
        world.devices.bind(DEVICE, watch_id, account_id, NOON)
    assert not world.memberships.of_watch(watch_id)


def test_memberships_come_oldest_first(world: World) -> None:
    _, account_id = _ids()
    watches = []
    for device_id, hours in ((DEVICE, 2), (OTHER_DEVICE, 1)):
        world.devices.stock(stocked(device_id))
        watches.append(WatchId(new_id()))
        world.devices.bind(device_id, watches[-1], account_id, NOON + hours * HOUR)
    assert [each.watch_id for each in world.memberships.of_account(account_id)] == watches[::-1]


def test_what_is_unknown_or_bound_cannot_be_bound_and_nothing_changes(world: World) -> None:
    watch_id, account_id = _ids()
    with pytest.raises(NotBindable):
        world.devices.bind(DEVICE, watch_id, account_id, NOON)
    assert world.devices.standing(DEVICE) is Standing.UNKNOWN
    world.devices.stock(stocked())
    world.devices.bind(DEVICE, *_ids(), NOON)
    before = world.devices.bindings(DEVICE)
    with pytest.raises(NotBindable):
        world.devices.bind(DEVICE, watch_id, account_id, NOON + HOUR)
    assert world.devices.bindings(DEVICE) == before
    assert not world.memberships.of_account(account_id)


def test_a_resold_device_has_a_new_watch_and_both_times_are_known(world: World) -> None:
    world.devices.stock(stocked())
    (first, owner), (second, buyer) = _ids(), _ids()
    world.devices.bind(DEVICE, first, owner, NOON)
    world.devices.unbind(first, owner, NOON + HOUR)
    assert world.devices.standing(DEVICE) is Standing.STOCKED
    world.devices.bind(DEVICE, second, buyer, NOON + 2 * HOUR)
    old, new = world.devices.bindings(DEVICE)
    assert (old.watch_id, new.watch_id) == (first, second)
    assert old.was_open_at(NOON)
    assert old.was_open_at(NOON + HOUR - timedelta(milliseconds=1))
    assert not old.was_open_at(NOON - timedelta(milliseconds=1))
    assert not any(each.was_open_at(NOON + HOUR) for each in (old, new))
    assert new.was_open_at(NOON + 200 * HOUR)


def test_only_its_owner_unbinds_a_watch_and_only_once(world: World) -> None:
    watch_id = world.watch(since=HOUR)
    owner, guardian = world.owner_of(watch_id), joined(world, watch_id)
    for nobody in (guardian.account_id, AccountId(new_id())):
        with pytest.raises(NotTheOwner):
            world.devices.unbind(watch_id, nobody, NOON)
    with pytest.raises(NotTheOwner):
        world.devices.unbind(WatchId(new_id()), owner, NOON)
    world.devices.unbind(watch_id, owner, NOON)
    with pytest.raises(NotTheOwner):
        world.devices.unbind(watch_id, owner, NOON + HOUR)
    (binding,) = world.devices.bindings(DEVICE)
    assert binding.unbound_at == NOON


def test_whoever_belonged_to_a_watch_does_not_once_it_is_unbound() -> None:
    with on_dynamo(FrozenClock()) as world:
        watch_id = world.watch()
        owner = world.owner_of(watch_id)
        others = [joined(world, watch_id).account_id for _ in range(MOST_MEMBERS)]
        told = world.devices.unbind(watch_id, owner, NOON)
        assert {each.account_id for each in told} == {owner, *others}
        assert not world.memberships.of_watch(watch_id)
        assert not any(world.memberships.of_account(each) for each in (owner, *others))
        assert world.devices.of_watch(watch_id) is None
        assert [(each.account_id, each.watch_id) for each in PastWatchRecord.scan()] == [(owner, watch_id)]


def test_nobody_joins_a_watch_that_was_unbound(world: World) -> None:
    watch_id = world.watch()
    invitation = any_invitation(watch_id, NOON, invited_by=world.owner_of(watch_id))
    world.invitations.add(invitation)
    world.unbind(watch_id, NOON)
    with pytest.raises(InvitationRefused):
        world.families.join(invitation, any_member(watch_id, NOON))
    assert not world.memberships.of_watch(watch_id)


def test_a_bound_device_is_known_by_its_watch(world: World) -> None:
    device = replace(stocked(), sim="8931440400000000001")
    world.devices.stock(device)
    watch_id, account_id = _ids()
    assert world.devices.of_watch(watch_id) is None
    world.devices.bind(DEVICE, watch_id, account_id, NOON)
    assert world.devices.of_watch(watch_id) == device


def test_a_device_that_nobody_knows_costs_as_many_calls_as_one_that_is_stocked() -> None:
    clock = FrozenClock()
    asked = []
    with recorded_calls() as calls, on_dynamo(clock) as world:
        world.devices.stock(stocked())
        for device_id in (DEVICE, OTHER_DEVICE):
            clock.advance(CACHED_FOR)
            calls.clear()
            world.devices.described(device_id)
            asked.append(list(calls.in_order))
    assert asked[0] == asked[1]
    assert len(asked[0]) > 1, "a key among them"
