"""A bridge on a loopback socket, with a clock that stands still and a stream in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import md5
from threading import current_thread

import pytest
import uvloop

from core.commands.clock_change import utc_offset_minutes
from core.commands.delivery import UTC_OFFSET
from core.commands.first_settings import first_settings
from core.commands.model import SettingName, SettingState
from core.kernel.ids import AccountId, WatchId, new_id
from core.kernel.time_zones import DEFAULT_TIME_ZONE
from core.watches.model import Identity, Standing
from device_bridge.counters import Counters
from device_bridge.limits import Limits
from device_bridge.proof import Prover
from device_bridge.server import Bridge
from tests.clocks import FrozenClock
from tests.fakes.downlink import in_memory_stores
from tests.fakes.frame_stream import PATIENCE_S, RecordingAlertQueue, RecordingFrameStream
from tests.fakes.watches import InMemoryDevices
from tests.frames import DEVICE, raw
from tests.worlds import stocked


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"uvloop": uvloop.new_event_loop}


async def eventually(condition: Callable[[], bool]) -> None:
    """Return once it holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - the bridge knows of no test that waits
            await asyncio.sleep(0.001)


class MonotonicClock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


class Watch:
    """A watch's side of a connection. key: it signs its frames with."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, device: str) -> None:
        self._reader = reader
        self._writer = writer
        self._device = device
        self.key: str | None = None

    @classmethod
    async def connected(cls, port: int, device: str, address: str = "127.0.0.1") -> "Watch":
        """Return a connection from a loopback address, which has not spoken yet."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0)), device)

    async def sends(self, *contents: str) -> None:
        """Send frames, all in one segment."""
        await self.sends_bytes(b"".join(self._frame(content) for content in contents))

    def _frame(self, content: str) -> bytes:
        frame = raw(content, self._device)
        return frame if self.key is None else signed(frame, self.key)

    async def sends_bytes(self, data: bytes) -> None:
        self._writer.write(data)
        async with asyncio.timeout(PATIENCE_S):
            await self._writer.drain()

    async def hears_bytes(self) -> bytes:
        """Return the next answer, up to its first `]`."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.readuntil(b"]")

    async def hears(self) -> str:
        """Return the content of the next answer."""
        frame = await self.hears_bytes()
        head, device, length, content = frame[1:-1].split(b"*", 3)
        assert (head, device, int(length, 16)) == (b"3G", self._device.encode(), len(content))
        return content.decode()

    async def hears_until_closed(self) -> bytes:
        """Return all that comes until the bridge ends the connection."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                return await self._reader.read()
            except ConnectionResetError:
                return b""

    async def is_known(self) -> None:
        """Speak and be answered."""
        await self.sends("LK")
        assert await self.hears() == "LK"

    def has_heard_nothing(self) -> bool:
        """Tell whether nothing has come since the last answer."""
        return not self._reader._buffer  # type: ignore[attr-defined]  # there is no other way not to wait

    def stops_reading(self) -> None:
        self._writer.transport.pause_reading()  # type: ignore[attr-defined]  # a reader of sockets can

    async def hangs_up(self) -> None:
        self._writer.close()


OWNER = AccountId(new_id())
TRUSTING = Prover(trusts_unproven=True)


def signed(frame: bytes, key: str) -> bytes:
    """Return the frame as a watch with this key signs it."""
    return b"[" + md5(frame[1:-1] + key.encode()).hexdigest().encode() + frame[1:]  # noqa: S324 - as watches do


@dataclass
class World:
    """A bridge and all around it. standings: what it may ask of; `asked` lists whom it looked up.

    beside: another task's world, whose stores it shares.
    """

    limits: Limits = field(default_factory=Limits)
    prover: Prover = TRUSTING
    devices: InMemoryDevices = field(default_factory=InMemoryDevices)
    beside: "World | None" = None

    def __post_init__(self) -> None:
        self.clock = MonotonicClock()
        self.utc = FrozenClock()
        self.stores = in_memory_stores(self, self.devices.memberships, self.utc)
        if self.beside is not None:
            self.devices, self.utc = self.beside.devices, self.beside.utc
            self.stores = replace(self.beside.stores, standings=self)
        self.stream = RecordingFrameStream()
        self.alerts = RecordingAlertQueue()
        self.metrics: list[str] = []
        self.asked: list[str] = []
        self.bridge = Bridge(
            stores=self.stores,
            stream=self.stream,
            alerts=self.alerts,
            prover=self.prover,
            limits=self.limits,
            counters=Counters("test"),
            clock=self.clock,
            emit=self.metrics.append,
        )
        self._watches: list[Watch] = []
        self.tls_port = 0

    def identity(self, device_id: str) -> Identity:
        if current_thread().name.startswith("standings"):  # the way down looks at the binding from threads of its own
            self.asked.append(device_id)
        return self.devices.identity(device_id)

    def stocks(self, device: str, *, address: str | None = None, key: str | None = None) -> None:
        self.devices.stock(replace(stocked(device), address=address, signing_key=key))

    def binds(
        self, device: str, *, address: str | None = None, key: str | None = None, is_set_up: bool = True
    ) -> WatchId:
        self.stocks(device, address=address, key=key)
        watch_id = WatchId(new_id())
        self.devices.bind(device, watch_id, OWNER, datetime(2026, 1, 1, tzinfo=UTC))
        if is_set_up:
            self.sets_up(watch_id)
        return watch_id

    def sets_up(self, watch_id: WatchId) -> None:
        """Let the watch have acknowledged what every watch is set to first."""
        for first in first_settings(watch_id, (), self.utc.now()):
            offset = utc_offset_minutes(DEFAULT_TIME_ZONE, self.utc.now())
            shown = first.desired | ({UTC_OFFSET: offset} if first.name is SettingName.LANGUAGE else {})
            self.stores.settings.replace(
                replace(first, state=SettingState.ACKNOWLEDGED, acknowledged=shown, acknowledged_version=first.version)
            )

    async def connects(self, device: str = DEVICE, *, address: str = "127.0.0.1") -> Watch:
        """Return a connection of a device from a loopback address, which has not spoken yet."""
        watch = await Watch.connected(self.port, device, address)
        self._watches.append(watch)
        return watch

    async def bound_watch(self, device: str = DEVICE) -> Watch:
        """Return a connection of a bound device that the bridge has come to know."""
        self.binds(device)
        watch = await self.connects(device)
        await watch.is_known()
        return watch

    def is_taken_for_bound(self, device: str) -> bool:
        identity = self.bridge._online[device].identity
        return identity is not None and identity.standing is Standing.BOUND

    def passes(self, seconds: float) -> None:
        """Let time pass, and the bridge notice."""
        self.clock.seconds += seconds
        self.utc.advance(timedelta(seconds=seconds))
        self.bridge.tick()

    async def turns(self, number: int) -> None:
        """Let the event loop go round, so that what can happen happens."""
        for _ in range(number):
            await asyncio.sleep(0)

    def stop_ticking(self) -> None:
        """From now on only the test ticks."""
        assert self.bridge._timer is not None
        self.bridge._timer.cancel()

    async def counts(self, name: str, at_least: int = 1) -> None:
        """Return once the bridge has counted so many."""
        await self.until(lambda: self.bridge.counters.counts[name] >= at_least)

    async def until(self, condition: Callable[[], bool]) -> None:
        await eventually(condition)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["World"]:
        self.port = await self.bridge.serve("127.0.0.1", 0)
        try:
            yield self
        finally:
            self.stream.refuses = False
            self.stream.release()
            self.clock.seconds += 60  # past every pause between retries
            for watch in self._watches:
                await watch.hangs_up()
            await self.bridge.drain()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World().running() as running:
        yield running
