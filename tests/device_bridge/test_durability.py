"""Nothing is acknowledged that can still be lost, and an alarm gets through."""

import asyncio

import pytest

from device_bridge.limits import Limits
from device_bridge.uplink import ALARM_PATIENCE_S
from tests.device_bridge.conftest import World
from tests.frames import DEVICE, OTHER_DEVICE, location, raw

UD = location("221126,085312")
AL = location("221126,085312", word="AL", status="00010000")
VOICE = "TK,#!AMR sound"


@pytest.mark.attack("W-31", guard="device_bridge.uplink:Uplink.owe")
@pytest.mark.parametrize(("content", "answer"), [(AL, "AL"), (VOICE, "TK,1")])
async def test_what_must_not_be_lost_is_answered_once_the_stream_has_it(
    world: World, content: str, answer: str
) -> None:
    watch = await world.bound_watch()
    world.stream.hold()
    await watch.sends(content)
    await watch.sends("LK")
    assert await watch.hears() == "LK"
    assert raw(content) not in [frame.raw for frame in world.stream.frames()]
    world.stream.release()
    assert await watch.hears() == answer
    assert raw(content) in [frame.raw for frame in world.stream.frames()]


async def test_an_alarm_waits_for_no_tick(world: World) -> None:
    watch = await world.bound_watch()
    world.bridge.tick()
    await world.stream.has(raw("LK"))
    world.stop_ticking()
    await watch.sends(UD, AL)
    assert await watch.hears() == "AL"
    assert [frame.raw for frame in world.stream.frames()][-2:] == [raw(UD), raw(AL)]


async def test_the_stream_gets_a_device_s_frames_in_order_and_once_after_refusals(world: World) -> None:
    watch = await world.bound_watch()
    await world.stream.has(raw("LK"))
    world.stream.refuses = True
    contents = [f"LK,{steps},0,90" for steps in range(20)]
    for content in contents:
        await watch.sends(content)
        assert await watch.hears() == "LK"
        world.passes(1)
    world.stream.refuses = False
    world.passes(10)
    await world.stream.has(raw(contents[-1]))
    assert [frame.raw for frame in world.stream.frames()] == [raw("LK"), *map(raw, contents)]


@pytest.mark.attack("W-32", guard="device_bridge.uplink:Uplink._reroute_overdue_alarms", part="alarms")
async def test_an_alarm_that_the_stream_does_not_take_goes_to_the_alert_queue(world: World) -> None:
    watch = await world.bound_watch()
    world.stream.refuses = True
    await watch.sends(UD, AL)
    await watch.is_known()
    world.passes(ALARM_PATIENCE_S)
    assert await watch.hears() == "AL"
    assert [frame.raw for frame in world.alerts.frames()] == [raw(AL)]
    world.stream.refuses = False
    world.passes(10)
    await world.stream.has(raw(UD), raw(AL))
    await watch.is_known()  # and no second answer to the alarm came before


@pytest.mark.attack("W-32", guard="device_bridge.uplink:Uplink.owe", part="no acknowledgement")
async def test_an_alarm_is_not_answered_while_nobody_takes_it(world: World) -> None:
    watch = await world.bound_watch()
    world.stream.refuses = world.alerts.refuses = True
    await watch.sends(AL)
    await watch.is_known()
    for _ in range(5):
        world.passes(ALARM_PATIENCE_S)
    await watch.is_known()
    assert world.alerts.calls > 0
    world.alerts.refuses = False
    world.passes(1)
    assert await watch.hears() == "AL"


@pytest.mark.attack("W-32", guard="device_bridge.uplink:Uplink._check_pressure", part="bounded memory")
async def test_above_the_high_water_mark_no_socket_is_read_until_the_stream_takes_again() -> None:
    limits = Limits(high_water_bytes=1 << 20, low_water_bytes=1 << 19, frames_at_once=1e9)
    async with World(limits=limits).running() as world:
        flood, watch = await world.bound_watch(), await world.bound_watch(OTHER_DEVICE)
        await world.stream.has(raw("LK"), raw("LK", OTHER_DEVICE))
        world.stream.hold()
        frames = 32 * 16  # 32 MiB: more than the kernel's socket buffers hold
        sending = asyncio.create_task(flood.sends_bytes(raw("TK," + 65_000 * "A") * frames))
        await world.until(lambda: world.bridge.uplink.is_under_pressure)
        await watch.sends("LK")
        newcomer = await world.connects("1111111111")
        assert await newcomer.hears_until_closed() == b""
        await world.turns(1_000)
        assert not sending.done()
        assert world.bridge.uplink.pending_bytes < 3 << 20
        assert watch.has_heard_nothing()
        world.stream.release()
        assert await watch.hears() == "LK"
        await sending
        for _ in range(frames):
            assert await flood.hears() == "TK,1"
        assert len([frame for frame in world.stream.frames() if len(frame.raw) > 65_000]) == frames


@pytest.mark.attack("W-30", guard="device_bridge.uplink:Uplink.drained")
async def test_a_drain_brings_to_the_stream_and_answers_what_was_taken(world: World) -> None:
    watch = await world.bound_watch()
    world.stream.hold()
    await watch.sends(UD, AL, "LK")
    assert await watch.hears() == "LK"
    draining = asyncio.create_task(world.bridge.drain())
    await world.turns(10)
    assert not world.bridge.is_healthy
    with pytest.raises(ConnectionRefusedError):
        await world.connects(OTHER_DEVICE)
    world.stream.release()
    assert await watch.hears_until_closed() == raw("AL")
    await draining
    assert [frame.raw for frame in world.stream.frames()][-3:] == [raw(UD), raw(AL), raw("LK")]


async def test_a_drain_ends_within_its_time_and_answers_nothing_that_is_not_durable(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device_bridge.server.FLUSH_S", 0.05)
    watch = await world.bound_watch()
    world.stream.refuses = True
    await watch.sends(AL)
    await watch.is_known()
    await world.bridge.drain()
    assert await watch.hears_until_closed() == b""
    assert DEVICE not in "".join(world.metrics)
