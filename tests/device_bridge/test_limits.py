"""What one peer, one address and all of them together may use."""

import asyncio

import pytest

from device_bridge.limits import Limits
from tests.device_bridge.conftest import World
from tests.frames import DEVICE, OTHER_DEVICE, location, raw
from wire.framing import Limits as FrameLimits

UD = location("221126,085312")
LENGTH_BOMBS = ("80000000", "-1", "0", "99999999", "0xFF", "zzzz", "FFFFFFFFFFFFFFFF")


@pytest.mark.attack("W-08", guard="device_bridge.server:Bridge._close_overdue_strangers", part="deadline")
async def test_who_does_not_send_a_frame_in_time_is_closed(world: World) -> None:
    slow = [await world.connects(f"{number:010}") for number in range(50)]
    watch = await world.bound_watch()
    for each in slow:
        await each.sends_bytes(b"[")
    world.passes(Limits().stranger_s - 1)
    await watch.is_known()
    world.passes(1)
    for each in slow:
        assert await each.hears_until_closed() == b""
    await watch.is_known()


@pytest.mark.attack("W-08", guard="device_bridge.server:Bridge._make_room", part="caps")
@pytest.mark.parametrize("limits", [Limits(strangers_per_address=5), Limits(connections=5)])
async def test_a_watch_gets_in_beside_those_who_hold_all_places(limits: Limits) -> None:
    async with World(limits=limits).running() as world:
        slow = [await world.connects(f"{number:010}") for number in range(5)]
        watch = await world.bound_watch()
        assert await slow[0].hears_until_closed() == b""
        await watch.is_known()


async def test_who_begins_with_more_than_a_text_frame_is_closed_before_it_ends(world: World) -> None:
    stranger = await world.connects()
    await stranger.sends_bytes(f"[3G*{DEVICE}*FFFF*TK,#!AMR".encode() + bytes(5_000))
    assert await stranger.hears_until_closed() == b""
    assert world.bridge.counters.counts["RefusedBulky"] == 1


async def test_nothing_is_held_of_an_unknown_device(world: World) -> None:
    unknown = await world.connects("1111111111")
    await unknown.sends_bytes(b"[3G*1111111111*0002*LK][3G*1111111111*FFFF*TK," + bytes(30_000))
    await world.counts("UnknownDevices")
    [connection] = world.bridge._strangers
    assert connection._session.pending_bytes == 0


async def test_known_watches_do_not_give_way() -> None:
    async with World(limits=Limits(connections=2)).running() as world:
        watches = [await world.bound_watch(), await world.bound_watch(OTHER_DEVICE)]
        late = await world.connects("1111111111")
        assert await late.hears_until_closed() == b""
        for watch in watches:
            await watch.is_known()


async def test_known_watches_behind_one_address_are_not_limited() -> None:
    async with World(limits=Limits(strangers_per_address=1)).running() as world:
        watches = [await world.bound_watch(f"{number:010}") for number in range(20)]
        for watch in watches:
            await watch.is_known()


async def test_a_watch_that_is_silent_for_longer_than_any_heartbeat_is_closed(world: World) -> None:
    silent, heard = await world.bound_watch(), await world.bound_watch(OTHER_DEVICE)
    world.passes(1)
    world.passes(600)
    await heard.is_known()
    world.passes(1)
    world.passes(400)
    assert await silent.hears_until_closed() == b""
    await heard.is_known()


@pytest.mark.attack("W-19", guard="device_bridge.server:Bridge.slow_down", part="a bucket for each watch")
async def test_too_many_frames_are_read_later_and_none_is_lost() -> None:
    async with World(limits=Limits(frames_at_once=10, frames_per_s=10)).running() as world:
        hasty = await world.bound_watch()
        await hasty.sends(*["LK"] * 30)
        for _ in range(30):
            assert await hasty.hears() == "LK"
        await hasty.sends("LK,1,1,1")
        await (await world.bound_watch(OTHER_DEVICE)).is_known()
        await world.turns(100)
        assert hasty.has_heard_nothing()
        world.passes(10)
        assert await hasty.hears() == "LK"
        await world.stream.has(raw("LK,1,1,1"))


@pytest.mark.attack("W-06", guard="device_bridge.connection:Connection._refuse", part="bad-frame limit")
@pytest.mark.parametrize("length", LENGTH_BOMBS)
async def test_length_bombs_are_garbage_that_ends_the_connection(world: World, length: str) -> None:
    watch = await world.bound_watch()
    bomb = f"[3G*{DEVICE}*{length}*LK".encode()
    await watch.sends_bytes(bomb + raw("LK"))
    assert await watch.hears() == "LK"
    sending = asyncio.create_task(watch.sends_bytes(bomb * (FrameLimits().garbage_bytes // len(bomb) + 1)))
    assert await watch.hears_until_closed() == b""
    await asyncio.gather(sending, return_exceptions=True)
    world.bridge.tick()
    assert all(len(frame.raw) < 100 for frame in world.stream.frames())


@pytest.mark.attack("W-09", guard="device_bridge.connection:Connection._refuse")
@pytest.mark.parametrize(("start", "limit"), [("UD,", 4 * 1024), ("TK,", 64 * 1024)])
async def test_a_frame_without_end_ends_the_connection(world: World, start: str, limit: int) -> None:
    watch = await world.bound_watch()
    await watch.sends_bytes(f"[3G*{DEVICE}*FFFF*{start}".encode() + (limit + 1) * b"A")
    assert await watch.hears_until_closed() == b""
    world.bridge.tick()
    assert not [frame for frame in world.stream.frames() if frame.raw != raw("LK")]


async def test_a_peer_that_does_not_read_its_answers_is_closed() -> None:
    async with World(limits=Limits(frames_at_once=1e9)).running() as world:
        deaf = await world.bound_watch()
        deaf.stops_reading()
        sending = asyncio.create_task(deaf.sends_bytes(raw("LK") * 1_000_000))
        await world.counts("RefusedDeaf")
        await asyncio.gather(sending, return_exceptions=True)
