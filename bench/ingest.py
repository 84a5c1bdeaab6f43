"""Ingest: frames a second with in-memory ports and the real cipher; calls of AWS, those of the lanes too, on moto."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient

from adapters.aws import client
from adapters.dynamo import positions, telemetry
from adapters.dynamo.moments import Moment, MomentRecord, SealedMoments, as_it_is
from adapters.stream.kinesis import KinesisFrameStream
from adapters.watch.uplink import WireDecoder
from core.alerts.memory import WatchMemory
from core.alerts.watchkeeping import Watchkeeping
from core.kernel.clock import Clock
from core.kernel.geo import Point
from core.kernel.ids import AccountId, WatchId, new_id
from core.tracking.admission import Outcome
from core.tracking.model import Position, ReceivedFrame, TelemetryReading
from core.vault.ports import Sealer
from core.zones.model import Circle
from device_bridge.counters import Counters
from device_bridge.limits import Limits
from device_bridge.uplink import LANE_INTERVAL_S, LANES, Uplink
from lambdas.ingest.bootstrap import application
from lambdas.ingest.handler import take
from tests.builders import any_zone
from tests.clocks import NOON, FrozenClock
from tests.fakes.frame_stream import RecordingAlertQueue
from tests.fakes.tracking import InMemoryPositions, InMemoryTelemetryReadings
from tests.frames import kinesis_event, location, received
from tests.storage import storage
from tests.worlds import World, in_memory, in_tables, stocked

WATCHES = 60  # a second of 60,000 watches with 90 positions a day each gives about as many, of as many watches
ZONES = 2  # home and school, of each watch
HEARTBEATS = 20  # a moving watch sends one for every few positions
BATCHES = 17  # a little over 1,000 positions
ROUNDS = 5
INTERVAL = timedelta(minutes=1)
STREAM = "frames"
RECORDS = 10  # what Lambda hands over at once
TAIL = (
    "4,1,204,8,3021,12345,140,3021,12346,131,3021,12347,128,3021,12348,120,"
    "3,Ziggo1234,00:1a:2b:3c:4d:5e,-61,KPN,10:1a:2b:3c:4d:5e,-70,Gasten,20:1a:2b:3c:4d:5e,-82,21.0"
)


def measure() -> dict[str, object]:
    """Return ingest_per_s (frames), decode_share (0-1) and calls_per_1000_positions (by service)."""
    return {**_speed(), "calls_per_1000_positions": _calls()}


def _batches() -> list[list[ReceivedFrame]]:
    return [_batch(NOON + number * INTERVAL, number) for number in range(BATCHES)]


def _batch(at: datetime, number: int) -> list[ReceivedFrame]:
    reports = [
        received(location(at, 52.2 + number / 10_000, 5.9 + each / 1000, tail=TAIL), at, device=_device(each))
        for each in range(WATCHES)
    ]
    beats = [received("LK,1234,0,87", at, device=_device(each)) for each in range(HEARTBEATS)]
    return reports + beats


def _device(number: int) -> str:
    return f"{number:010}"


class _Sealing:
    """Seals as the tables' adapters do, and holds the items as DynamoDB would take them."""

    def __init__(self, record: type[MomentRecord], sealer: Sealer, clock: Clock) -> None:
        self._moments = SealedMoments(record, sealer, clock, as_it_is)
        self._held: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, watch_id: WatchId, moment: Moment) -> bool:
        record = self._moments.sealed(watch_id, moment)
        key = (watch_id, record.moment)
        return self._held.setdefault(key, item := record.serialize()) is item


class _SealingPositions(InMemoryPositions):
    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        super().__init__(clock)
        self._sealing = _Sealing(positions.PositionRecord, sealer, clock)
        self._last: dict[WatchId, Position] = {}

    def add(self, position: Position) -> bool:
        self._last[position.watch_id] = position
        return self._sealing.add(position.watch_id, positions.moment_of(position))

    def latest_before(self, watch_id: WatchId, at: datetime, now: datetime) -> Position | None:  # noqa: ARG002 - in order
        return self._last.get(watch_id)


class _SealingReadings(InMemoryTelemetryReadings):
    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        super().__init__(clock)
        self._sealing = _Sealing(telemetry.TelemetryRecord, sealer, clock)

    def add(self, reading: TelemetryReading) -> bool:
        return self._sealing.add(reading.watch_id, telemetry.moment_of(reading))


def _speed() -> dict[str, object]:
    batches = _batches()
    rounds = [_round(batches) for _ in range(ROUNDS)]
    whole = median(whole for whole, _ in rounds)
    share = median(decoding / whole for whole, decoding in rounds)
    return {"ingest_per_s": round(sum(map(len, batches)) / whole), "decode_share": round(share, 3)}


def _round(batches: Sequence[Sequence[ReceivedFrame]]) -> tuple[float, float]:
    """Return the seconds of the whole step, and of framing and decoding alone."""
    world = in_memory(FrozenClock(NOON + BATCHES * INTERVAL))
    for number in range(WATCHES):
        _draw_zones(world, world.watch(_device(number)))
    ingest = world.ingest(
        positions=_SealingPositions(world.sealer, world.clock),
        telemetry=_SealingReadings(world.sealer, world.clock),
        watchkeeper=Watchkeeping(
            world.zones,
            WatchMemory(world.watch_states, world.alarms, world.clock),
            world.due_times,
            world.lookup,
            world.clock,
        ),
    )
    started = perf_counter()
    stored = sum(ingest.take(batch).counts[Outcome.STORED] for batch in batches)
    whole = perf_counter() - started
    assert stored == sum(map(len, batches))

    decoder = WireDecoder()
    started = perf_counter()
    for batch in batches:
        for frame in batch:
            decoder.decode(decoder.address(frame.raw), frame.received_at)  # type: ignore[arg-type] # all are kept kinds
    return whole, perf_counter() - started


def _draw_zones(world: World, watch_id: WatchId) -> None:
    for each in range(ZONES):
        world.zones.put(any_zone(watch_id, shape=Circle(Point(52.2, 5.9 + each / 100), 150.0)))


async def _through_lanes(stream: KinesisFrameStream) -> None:
    """Put every batch as one bridge does when it comes spread over a second: tick after tick."""
    seconds = 0.0
    uplink = Uplink(
        stream,
        RecordingAlertQueue(),
        limits=Limits(),
        counters=Counters("bench"),
        clock=lambda: seconds,
        on_pressure=lambda _is_high: None,
    )
    ticks = round(1 / LANE_INTERVAL_S)
    for batch in _batches():
        for tick in range(ticks):
            for frame in batch[tick::ticks]:
                uplink.lane_of(_sender(frame)).append(frame.received_ms, frame.connection, [frame.raw])
            seconds += LANE_INTERVAL_S
            uplink.tick()
            await uplink.drained()


def _sender(frame: ReceivedFrame) -> str:
    return frame.raw.split(b"*")[1].decode()


def _calls() -> dict[str, float]:
    """Return calls for each 1,000 positions, by service: those of the bridge's lanes and of a function from cold on."""
    calls: Counter[str] = Counter()
    call = BaseClient._make_api_call  # type: ignore[attr-defined] # noqa: SLF001 - private, but the one way to AWS

    def counting(self: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        calls[self.meta.service_model.service_id] += 1
        return call(self, operation, arguments)

    with storage() as settings:
        world = in_tables(settings, FrozenClock(NOON + BATCHES * INTERVAL))
        for number in range(WATCHES):
            world.devices.stock(stocked(_device(number)))
            watch_id = WatchId(new_id())
            world.devices.bind(_device(number), watch_id, AccountId(new_id()), NOON - INTERVAL)
            _draw_zones(world, watch_id)
        queue_url = client("sqs", settings).create_queue(QueueName="any")["QueueUrl"]
        wired = application(replace(settings, trust_unproven=True, alert_queue_url=queue_url), world.clock)
        kinesis = client("kinesis", settings)
        kinesis.create_stream(StreamName=STREAM, ShardCount=1)
        with patch.object(BaseClient, "_make_api_call", counting), redirect_stdout(StringIO()):
            asyncio.run(_through_lanes(KinesisFrameStream(kinesis, STREAM, lanes=LANES)))
            for batch in _batches():
                size = -(-len(batch) // RECORDS)
                records = [batch[start : start + size] for start in range(0, len(batch), size)]
                assert not take(kinesis_event(records), wired)["batchItemFailures"]
    thousands = WATCHES * BATCHES / 1000
    return {service: round(calls[service] / thousands, 1) for service in ("DynamoDB", "KMS", "Kinesis", "SQS")}
