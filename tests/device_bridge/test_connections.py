"""Who is answered, who is stored, and whose connection it is."""

import asyncio

import pytest

from core.watches.model import Identity, Standing
from device_bridge.limits import Limits
from device_bridge.registry import BELIEVED_S
from tests.device_bridge.conftest import World
from tests.fakes.watches import InMemoryDevices
from tests.frames import DEVICE, OTHER_DEVICE, location, raw

UD = location("221126,085312")
AL = location("221126,085312", word="AL", status="00010000")
CONFIG = "CONFIG,TY:G75,UL:600"


async def test_frames_of_a_bound_watch_reach_the_stream_as_they_came(world: World) -> None:
    watch = await world.bound_watch()
    await watch.sends(UD, "LK,10,0,80")
    assert await watch.hears() == "LK"
    await world.stream.has(raw("LK"), raw(UD), raw("LK,10,0,80"))
    frames = world.stream.frames()
    assert [frame.raw for frame in frames] == [raw("LK"), raw(UD), raw("LK,10,0,80")]
    assert len({frame.connection for frame in frames}) == 1
    assert all(frame.proven for frame in frames)


async def test_a_frame_that_comes_in_pieces_is_answered_once(world: World) -> None:
    watch = await world.bound_watch()
    for byte in raw(UD) + raw("LK"):
        await watch.sends_bytes(bytes([byte]))
    assert await watch.hears() == "LK"
    await world.stream.has(raw(UD))


async def test_a_frame_with_a_wrong_length_is_taken_when_the_watch_pauses(world: World) -> None:
    watch = await world.bound_watch()
    wrong = b"[3G*%b*0001*%b]" % (DEVICE.encode(), UD.encode())
    await watch.sends_bytes(wrong)
    await world.stream.has(wrong)


async def test_a_stocked_device_is_answered_its_heartbeat_and_nothing_is_stored(world: World) -> None:
    world.stocks(DEVICE)
    watch = await world.connects()
    await watch.sends(AL, CONFIG, "LK")
    assert await watch.hears() == "LK"
    assert world.bridge.uplink.is_empty
    assert not world.stream.records


@pytest.mark.attack("W-25", guard="device_bridge.server:is_known", part="silence")
async def test_an_unknown_device_meets_silence_and_leaves_a_count(world: World) -> None:
    watch = await world.connects()
    await watch.sends("LK", AL)
    await world.counts("UnknownDevices")
    world.passes(Limits().stranger_s)
    assert await watch.hears_until_closed() == b""
    world.bridge.report()
    assert not world.stream.records
    assert not world.alerts.records
    assert DEVICE not in "".join(world.metrics)


@pytest.mark.attack("W-25", guard="device_bridge.registry:Registry.may_look_up", part="limited look-ups")
async def test_made_up_ids_are_looked_up_a_limited_number_of_times() -> None:
    limits = Limits(unknown_per_address=3)
    async with World(limits=limits).running() as world:
        for number in range(3):
            watch = await world.connects(f"{number:010}")
            await watch.sends("LK")
            await world.counts("UnknownDevices", number + 1)
        for number in range(3, 10):
            watch = await world.connects(f"{number:010}")
            await watch.sends("LK")
            assert await watch.hears_until_closed() == b""
        assert len(world.asked) == 3


async def test_a_device_that_stays_unknown_is_not_looked_up_again(world: World) -> None:
    for number in range(3):
        watch = await world.connects()
        await watch.sends("LK")
        await world.counts("UnknownDevices", number + 1)
    assert world.asked == [DEVICE]


async def test_the_newest_proven_connection_of_a_device_wins(world: World) -> None:
    old = await world.bound_watch()
    new = await world.connects()
    await new.is_known()
    assert await old.hears_until_closed() == b""
    await new.is_known()


async def test_two_connections_of_a_device_at_once_need_one_look_up(world: World) -> None:
    world.binds(DEVICE)
    first, second = await world.connects(), await world.connects()
    await asyncio.gather(first.sends("LK"), second.sends("LK"))
    await world.counts("Displaced")
    assert world.asked == [DEVICE]


async def test_a_socket_belongs_to_one_device(world: World) -> None:
    world.binds(OTHER_DEVICE)
    watch = await world.bound_watch()
    await watch.sends_bytes(raw(AL, OTHER_DEVICE) + raw("LK"))
    assert await watch.hears() == "LK"
    assert world.bridge.counters.counts["RefusedOtherDevice"] == 1
    await world.stream.has(raw("LK"))
    assert all(frame.raw == raw("LK") for frame in world.stream.frames())


async def test_a_device_that_is_bound_while_it_is_connected_is_stored_soon(world: World) -> None:
    world.stocks(DEVICE)
    watch = await world.connects()
    await watch.is_known()
    world.binds(DEVICE)
    world.clock.seconds += BELIEVED_S[Standing.STOCKED] + 1
    await watch.is_known()
    await world.until(lambda: world.is_taken_for_bound(DEVICE))
    assert world.asked == [DEVICE, DEVICE]
    await watch.sends(UD)
    await world.stream.has(raw(UD))


async def test_a_failing_look_up_ends_the_connection_so_that_the_watch_comes_again() -> None:
    async with World(devices=UnreachableDevices()).running() as world:
        watch = await world.connects()
        await watch.sends("LK")
        assert await watch.hears_until_closed() == b""
        assert world.bridge.counters.counts["LookUpsFailed"] == 1


async def test_a_failing_recheck_changes_nothing(world: World) -> None:
    watch = await world.bound_watch()
    world.devices = UnreachableDevices()
    world.clock.seconds += BELIEVED_S[Standing.BOUND] + 1
    await watch.is_known()
    await world.counts("LookUpsFailed")
    await watch.is_known()


class UnreachableDevices(InMemoryDevices):
    def identity(self, device_id: str) -> Identity:  # noqa: ARG002 - whichever it is
        raise ConnectionError("no storage")
