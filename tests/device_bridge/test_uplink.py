"""Lanes: order, retries, records of bounded size."""

import asyncio
from collections.abc import Iterator

import pytest

from adapters.stream.frames import unpack
from device_bridge.counters import Counters
from device_bridge.limits import Limits
from device_bridge.uplink import LANES, RECORD_BYTES, STALLED_S, Lane, Uplink
from tests.device_bridge.conftest import MonotonicClock
from tests.fakes.frame_stream import RecordingAlertQueue, RecordingFrameStream
from tests.frames import raw

LONGEST_PAUSE_S = 5.0


class Peer:
    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def answer(self, data: bytes) -> None:
        self.heard.append(data)


class Lanes:
    """An uplink, and devices that share no lane."""

    def __init__(self) -> None:
        self.clock = MonotonicClock()
        self.stream = RecordingFrameStream()
        self.alerts = RecordingAlertQueue()
        self.pressure: list[bool] = []
        self.uplink = Uplink(
            self.stream,
            self.alerts,
            limits=Limits(),
            counters=Counters("test"),
            clock=self.clock,
            on_pressure=self.pressure.append,
        )
        self.devices = [next(self._devices_of(lane)) for lane in range(LANES)]

    def _devices_of(self, number: int) -> Iterator[str]:
        return (name for name in map(str, range(1_000_000)) if self.uplink.lane_of(name).number == number)

    def take(self, device: str, *contents: str) -> Lane:
        lane = self.uplink.lane_of(device)
        lane.append(1, 2, [raw(content, device) for content in contents])
        return lane

    def take_alarm(self, device: str, peer: Peer) -> None:
        lane = self.take(device, "AL")
        self.uplink.owe(peer, b"answer", lane, raw("AL", device), is_alarm=True)

    async def tick(self, seconds: float = 0.0) -> None:
        self.clock.seconds += seconds
        self.uplink.tick()
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
async def lanes() -> Lanes:
    return Lanes()


async def test_all_lanes_that_are_due_go_in_one_call(lanes: Lanes) -> None:
    for device in lanes.devices:
        lanes.take(device, "LK")
    await lanes.tick()
    assert lanes.stream.calls == 1
    assert len(lanes.stream.records) == LANES
    await lanes.tick()
    assert lanes.stream.calls == 1


async def test_a_lane_has_one_record_in_flight_and_others_do_not_wait_for_it(lanes: Lanes) -> None:
    slow, quick = lanes.devices[:2]
    lanes.stream.hold()
    lanes.take(slow, "LK,1,1,1")
    await lanes.tick()
    lanes.take(slow, "LK,2,2,2")
    lanes.take(quick, "LK")
    await lanes.tick()
    assert lanes.stream.calls == 2
    lanes.stream.release()
    await lanes.tick()
    await lanes.tick()
    assert [frame.raw for frame in lanes.stream.frames()] == [
        raw("LK,1,1,1", slow),
        raw("LK", quick),
        raw("LK,2,2,2", slow),
    ]


async def test_a_refused_lane_is_put_again_alone_and_in_order(lanes: Lanes) -> None:
    refused, taken = lanes.devices[:2]
    lanes.stream.refused_lanes = {0}
    lanes.take(refused, "LK,1,1,1")
    lanes.take(taken, "LK")
    await lanes.tick()
    assert [lane for lane, _ in lanes.stream.records] == [1]
    lanes.take(refused, "LK,2,2,2")
    await lanes.tick()
    assert lanes.stream.calls == 1, "the refused lane pauses"
    lanes.stream.refused_lanes = set()
    await lanes.tick(LONGEST_PAUSE_S)
    await lanes.tick()
    assert [frame.raw for frame in lanes.stream.frames()] == [
        raw("LK", taken),
        raw("LK,1,1,1", refused),
        raw("LK,2,2,2", refused),
    ]


async def test_pauses_between_retries_grow_and_end(lanes: Lanes) -> None:
    lanes.stream.refuses = True
    lanes.take(lanes.devices[0], "LK")
    for _ in range(1_000):
        await lanes.tick(0.2)
    assert 200 / LONGEST_PAUSE_S <= lanes.stream.calls < 200


async def test_a_stream_that_breaks_loses_nothing(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)

    async def breaks(_records: object) -> frozenset[int]:
        raise RuntimeError("a fault of ours")

    lanes.take(lanes.devices[0], "LK")
    with monkeypatch.context() as broken:
        broken.setattr(lanes.stream, "put", breaks)
        await lanes.tick()
    await lanes.tick(LONGEST_PAUSE_S)
    assert [frame.raw for frame in lanes.stream.frames()] == [raw("LK", lanes.devices[0])]


async def test_no_record_is_larger_than_its_limit_and_no_frame_is_cut(lanes: Lanes) -> None:
    device = lanes.devices[0]
    contents = [f"TK,{number}" + 60_000 * "A" for number in range(20)]
    lanes.take(device, *contents)
    for _ in contents:
        await lanes.tick()
    assert max(len(record) for _, record in lanes.stream.records) <= RECORD_BYTES
    assert [frame.raw for frame in lanes.stream.frames()] == [raw(content, device) for content in contents]


async def test_a_frame_that_is_durable_twice_is_answered_once(lanes: Lanes) -> None:
    peer = Peer()
    lanes.stream.refuses = True
    lanes.take_alarm(lanes.devices[0], peer)
    await lanes.tick()
    assert peer.heard == []
    await lanes.tick(2)
    assert peer.heard == [b"answer"]
    lanes.stream.refuses = False
    await lanes.tick(LONGEST_PAUSE_S)
    assert peer.heard == [b"answer"]
    assert lanes.uplink.is_empty


async def test_overdue_alarms_of_many_watches_share_messages_of_bounded_size(lanes: Lanes) -> None:
    peers = [Peer() for _ in range(2_000)]
    lanes.stream.refuses = True
    for number, peer in enumerate(peers):
        lane = lanes.take(f"{number:010}", "AL," + 200 * "A")
        lanes.uplink.owe(peer, b"answer", lane, raw("AL," + 200 * "A", f"{number:010}"), is_alarm=True)
    for _ in range(10):
        await lanes.tick(2)
    assert [peer.heard for peer in peers] == [[b"answer"]] * len(peers)
    assert 1 < len(lanes.alerts.records) < 10
    assert len([frame for record in lanes.alerts.records for frame in unpack(record)]) == len(peers)
    assert max(map(len, lanes.alerts.records)) < 192 * 1024  # 256 KiB in base64


async def test_the_bridge_is_unwell_only_when_the_stream_takes_nothing_for_long(lanes: Lanes) -> None:
    async def is_stalled_after(seconds: float) -> bool:
        await lanes.tick(seconds)
        return lanes.uplink.is_stalled

    lanes.stream.refuses = True
    assert not await is_stalled_after(2 * STALLED_S), "there was nothing to take"
    lanes.take(lanes.devices[0], "LK")
    assert not await is_stalled_after(0)
    assert not await is_stalled_after(STALLED_S)
    assert await is_stalled_after(1)
    lanes.stream.refuses = False
    assert not await is_stalled_after(LONGEST_PAUSE_S)


async def test_every_bridge_puts_a_device_in_the_same_lane(lanes: Lanes) -> None:
    assert [lanes.uplink.lane_of(device).number for device in ("1234567890", "123456789012345")] == [5, 2]
