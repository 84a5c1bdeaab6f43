"""Lanes: frames of many watches gathered into few records, in each watch's order, until the stream has them."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from typing import Final, Protocol
from zlib import crc32

from adapters.stream.frames import HEADER_BYTES, MAGIC, append
from device_bridge.counters import Counters
from device_bridge.limits import Limits
from device_bridge.ports import AlertQueue, FrameStream

LANES: Final = 16
"""At least as many as the stream has shards, and few enough that one call carries them all."""
LANE_INTERVAL_S: Final = 0.2
"""How long a frame waits for others."""
RECORD_BYTES: Final = 256 * 1024
"""All lanes in one PutRecords call make 4 MiB, below its limit of 5 MiB."""
ALARM_PATIENCE_S: Final = 2.0
"""After which an alarm takes its second way."""
STALLED_S: Final = 15 * 60
"""After which a stream that takes nothing makes the bridge unwell. Not sooner: memory is there to bridge an outage of
10 minutes, and a task that is replaced loses what it holds."""

_FULL_BYTES: Final = RECORD_BYTES - HEADER_BYTES
_ALERT_BYTES: Final = 128 * 1024  # in base64 below the smallest limit of a queue, 256 KiB
_FIRST_RETRY_S: Final = 0.2
_LAST_RETRY_S: Final = 5.0  # the end of an outage is noticed this soon
_DOUBLINGS: Final = 5  # from the first to the last


class Peer(Protocol):
    """Who is owed an answer."""

    def answer(self, data: bytes) -> None:
        """Send it, if the peer is still there."""
        ...


class Owed:
    """An answer that waits until its frame, a slice of its record, is durable."""

    __slots__ = ("_answer", "_end", "_peer", "_record", "_start", "overdue_at", "settled")

    def __init__(self, peer: Peer, answer: bytes | None, record: bytearray, size: int, overdue_at: float) -> None:
        self._peer = peer
        self._answer = answer
        self._record = record
        self._end = len(record)
        self._start = self._end - size
        self.overdue_at = overdue_at
        self.settled = False

    @property
    def frame(self) -> bytearray:
        """The frame as it lies in its record."""
        return self._record[self._start : self._end]

    def settle(self) -> None:
        """The frame is durable: answer, once."""
        if not self.settled:
            self.settled = True
            if self._answer is not None:
                self._peer.answer(self._answer)


class _Record:
    """A closed record, and what is owed once it is durable."""

    __slots__ = ("frames", "owed")

    def __init__(self, frames: bytearray, owed: list[Owed]) -> None:
        self.frames = frames
        self.owed = owed


class Lane:
    """The frames of some watches, in order of receipt.

    frames: the record under construction. closed: those that wait; the first one may be in flight, the others may not.
    """

    __slots__ = ("_on_close", "closed", "failures", "frames", "in_flight", "is_urgent", "number", "owed", "retry_at")

    def __init__(self, number: int, on_close: Callable[[int], None]) -> None:
        self._on_close = on_close
        self.number = number
        self.frames = bytearray(MAGIC)
        self.owed: list[Owed] = []
        self.closed: deque[_Record] = deque()
        self.in_flight = False
        self.is_urgent = False
        self.failures = 0
        self.retry_at = 0.0

    def append(self, received_ms: int, connection: int, raws: Iterable[bytes], *, proven: bool = True) -> None:
        """Take frames that came together on a connection that proved to be its device, or did not."""
        frames = self.frames
        for raw in raws:
            if len(frames) + len(raw) > _FULL_BYTES:
                self.close_record()
                frames = self.frames
            append(frames, received_ms, connection, proven, raw)

    def close_record(self) -> None:
        """Let the next record begin."""
        self.closed.append(_Record(self.frames, self.owed))
        self._on_close(len(self.frames))
        self.frames = bytearray(MAGIC)
        self.owed = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to put."""
        return not self.closed and len(self.frames) == len(MAGIC)


class Uplink:
    """Brings every lane's records to the stream. Call `tick` each LANE_INTERVAL_S; `clock` tells monotonic seconds.

    on_pressure is called with True when the records that wait pass the high-water mark, with False below the low one.
    """

    def __init__(
        self,
        stream: FrameStream,
        alerts: AlertQueue,
        *,
        limits: Limits,
        counters: Counters,
        clock: Callable[[], float],
        on_pressure: Callable[[bool], None],
    ) -> None:
        self._stream = stream
        self._alerts = alerts
        self._limits = limits
        self._counters = counters
        self._clock = clock
        self._on_pressure = on_pressure
        self._lanes = [Lane(number, self._record_closed) for number in range(LANES)]
        self._alarms: deque[Owed] = deque()  # by overdue_at
        self._is_rerouting = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._settled = asyncio.Event()
        self._failing_since: float | None = None
        self._closed_bytes = 0
        self.is_under_pressure = False

    def lane_of(self, device: str) -> Lane:
        """Return the lane of a device: the same in every bridge."""
        return self._lanes[crc32(device.encode()) % LANES]

    def owe(self, peer: Peer, answer: bytes | None, lane: Lane, raw: bytes, *, is_alarm: bool) -> None:
        """Answer the peer once the frame that was appended to the lane last is durable; an alarm flushes the lane."""
        owed = Owed(peer, answer, lane.frames, HEADER_BYTES + len(raw), self._clock() + ALARM_PATIENCE_S)
        lane.owed.append(owed)
        if is_alarm:
            self._alarms.append(owed)
            lane.is_urgent = True
            asyncio.get_running_loop().call_soon(self._flush_urgent)  # together with all that came at once

    def tick(self) -> None:
        """Put what is due; send overdue alarms their second way."""
        self._reroute_overdue_alarms()
        self._flush(self._lanes)

    async def drained(self) -> None:
        """Return once everything taken is durable; nothing must be taken meanwhile."""
        self._flush(self._lanes)
        while not self.is_empty:
            self._settled.clear()
            await self._settled.wait()

    @property
    def is_empty(self) -> bool:
        """Whether everything taken is durable."""
        return all(lane.is_empty for lane in self._lanes)

    @property
    def pending_bytes(self) -> int:
        """How much is taken and not yet durable."""
        return self._closed_bytes + sum(len(lane.frames) - len(MAGIC) for lane in self._lanes)

    @property
    def is_stalled(self) -> bool:
        """Whether the stream has taken nothing for too long, though it was asked to."""
        return self._failing_since is not None and self._clock() - self._failing_since > STALLED_S

    def _flush_urgent(self) -> None:
        self._flush([lane for lane in self._lanes if lane.is_urgent])

    def _flush(self, lanes: Iterable[Lane]) -> None:
        """Put the first record of each of these lanes that may, in one call."""
        now = self._clock()
        due = [lane for lane in lanes if not (lane.in_flight or lane.is_empty or now < lane.retry_at)]
        for lane in due:
            if not lane.closed:
                lane.close_record()
            lane.in_flight = True
            lane.is_urgent = False
        if due:
            self._start(self._put(due))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _put(self, lanes: list[Lane]) -> None:
        durable: frozenset[int] = frozenset()
        started = self._clock()
        try:
            durable = await self._stream.put({lane.number: lane.closed[0].frames for lane in lanes})
        finally:
            self._counters.peak("PutMillisecondsMax", round((self._clock() - started) * 1000))
            self._counters.counts["Puts"] += 1
            self._counters.counts["RecordsRefused"] += len(lanes) - len(durable)
            self._settle(lanes, durable)

    def _settle(self, lanes: list[Lane], durable: frozenset[int]) -> None:
        now = self._clock()
        jitter = random.uniform(0.5, 1)  # noqa: S311 - spreads the bridges' retries, guards nothing
        for lane in lanes:
            lane.in_flight = False
            if lane.number in durable:
                lane.failures = 0
                record = lane.closed.popleft()
                self._closed_bytes -= len(record.frames)
                for owed in record.owed:
                    owed.settle()
            else:
                lane.failures += 1
                backoff = _FIRST_RETRY_S * 2 ** min(lane.failures - 1, _DOUBLINGS)
                lane.retry_at = now + jitter * min(backoff, _LAST_RETRY_S)
        if durable:
            self._failing_since = None
        elif self._failing_since is None:
            self._failing_since = now
        self._check_pressure()
        self._flush([lane for lane in lanes if lane.closed or lane.is_urgent])
        self._settled.set()

    def _record_closed(self, size: int) -> None:
        self._closed_bytes += size
        self._check_pressure()

    def _check_pressure(self) -> None:
        limits = self._limits
        limit = limits.low_water_bytes if self.is_under_pressure else limits.high_water_bytes
        if (self._closed_bytes > limit) != self.is_under_pressure:
            self.is_under_pressure = not self.is_under_pressure
            self._on_pressure(self.is_under_pressure)

    def _reroute_overdue_alarms(self) -> None:
        """Send what the stream has not taken in time to the alert queue; it stays in its lane as well."""
        while self._alarms and self._alarms[0].settled:
            self._alarms.popleft()
        if self._is_rerouting:
            return
        now = self._clock()
        record, batch = bytearray(MAGIC), []
        for owed in self._alarms:
            if owed.overdue_at > now or len(record) > _ALERT_BYTES:
                break
            if not owed.settled:
                record += owed.frame
                batch.append(owed)
        if batch:
            self._is_rerouting = True
            self._start(self._reroute(bytes(record), batch))

    async def _reroute(self, record: bytes, batch: list[Owed]) -> None:
        is_durable = False
        try:
            is_durable = await self._alerts.send(record)
        finally:
            self._is_rerouting = False
            if is_durable:
                self._counters.counts["AlarmsRerouted"] += len(batch)
                for owed in batch:
                    owed.settle()
                self._reroute_overdue_alarms()
