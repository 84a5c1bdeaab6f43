"""Devices and Memberships."""

from datetime import timedelta

import pytest

from core.kernel.ids import AccountId, WatchId, new_id
from core.watches.model import NotBindable, Role, Standing
from tests.clocks import NOON
from tests.frames import DEVICE, OTHER_DEVICE
from tests.worlds import World, stocked

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
    world.devices.unbind(DEVICE, NOON + HOUR)
    assert world.devices.standing(DEVICE) is Standing.STOCKED
    world.devices.bind(DEVICE, second, buyer, NOON + 2 * HOUR)
    old, new = world.devices.bindings(DEVICE)
    assert (old.watch_id, new.watch_id) == (first, second)
    assert old.was_open_at(NOON)
    assert old.was_open_at(NOON + HOUR - timedelta(milliseconds=1))
    assert not old.was_open_at(NOON - timedelta(milliseconds=1))
    assert not any(each.was_open_at(NOON + HOUR) for each in (old, new))
    assert new.was_open_at(NOON + 200 * HOUR)


def test_only_an_open_binding_can_end(world: World) -> None:
    with pytest.raises(NotBindable):
        world.devices.unbind(DEVICE, NOON)
    world.devices.stock(stocked())
    world.devices.bind(DEVICE, *_ids(), NOON)
    world.devices.unbind(DEVICE, NOON + HOUR)
    with pytest.raises(NotBindable):
        world.devices.unbind(DEVICE, NOON + 2 * HOUR)
    (binding,) = world.devices.bindings(DEVICE)
    assert binding.unbound_at == NOON + HOUR
