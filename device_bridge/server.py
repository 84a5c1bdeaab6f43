"""The bridge: who may connect, whom it knows, what it does as time passes, and how it goes away."""

import asyncio
import contextlib
import logging
import math
import ssl
from collections.abc import Callable
from time import time
from typing import Final

from core.watches.model import Standing
from device_bridge.connection import Connection, Pause
from device_bridge.counters import Counters
from device_bridge.downlink import Downlink
from device_bridge.limits import Limits
from device_bridge.line import Stores
from device_bridge.ports import AlertQueue, FrameStream
from device_bridge.proof import Prover
from device_bridge.registry import Memory, Registry
from device_bridge.strangers import Strangers
from device_bridge.tls import SecureConnection
from device_bridge.token_bucket import TokenBucket
from device_bridge.uplink import LANE_INTERVAL_S, Uplink

TICK_S: Final = LANE_INTERVAL_S
REPORT_S: Final = 60.0
SWEEP_S: Final = 60.0  # one walk over 40,000 connections takes some milliseconds
RECHECK_S: Final = 60.0  # after a look-up that failed or was refused
FLUSH_S: Final = 95.0
"""For the stream to take what we have: with the two below, and the lease that is given back before, 110 s, before
Fargate's longest stop time-out of 120 s kills."""
FAREWELL_S: Final = 5.0  # for the last answers to leave
PARTING_S: Final = 5.0
"""To put back commands that are under way, and to tell who is gone; of those that it does not suffice for, the lease of
the nudge queue has ended, and that tells it as well."""
_BACKLOG: Final = 4096  # connections that wait to be accepted, when all watches come back at once

_LOG = logging.getLogger(__name__)


class Bridge:
    """Accepts watches, and gives their frames to the uplink.

    clock: monotonic seconds. emit: takes a line of metrics a minute.
    `tick` is called by itself once `serve` has been; a test may call it instead.
    """

    def __init__(
        self,
        *,
        stream: FrameStream,
        alerts: AlertQueue,
        prover: Prover,
        stores: Stores,
        limits: Limits,
        counters: Counters,
        clock: Callable[[], float],
        emit: Callable[[str], object],
    ) -> None:
        self.limits = limits
        self.counters = counters
        self.now = clock()
        """The time of the last tick: exact enough for deadlines, and free to read for every frame."""
        self.uplink = Uplink(
            stream, alerts, limits=limits, counters=counters, clock=clock, on_pressure=self._on_pressure
        )
        self.downlink = Downlink(stores, counters=counters, clock=clock, on_binding_ended=self._look_again)
        self.handshakes = TokenBucket(limits.handshakes_at_once, limits.handshakes_per_s, self.now)
        self._registry = Registry(stores.standings, clock=clock, limits=limits)
        self._prover = prover
        self._clock = clock
        self._emit = emit
        self._online: dict[str, Connection] = {}
        self._strangers = Strangers()
        self._asked: dict[str, list[Connection]] = {}
        self._slowed: set[Connection] = set()
        self.heard: set[Connection] = set()
        """Who has spoken since the last tick."""
        self._heard_before: set[Connection] = set()
        self._look_ups: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        self._next_report_at = self.now + REPORT_S
        self._next_sweep_at = self.now + SWEEP_S
        self._nobody_left = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    async def serve(self, host: str, port: int) -> int:
        """Begin to accept, and to tick; return the port (of 0 the system makes one)."""
        port = await self._listen(lambda: Connection(self), host, port)
        self._tick_and_repeat()
        return port

    async def serve_tls(self, host: str, port: int, context: ssl.SSLContext) -> int:
        """Accept TLS as well, after `serve`; return the port."""
        return await self._listen(lambda: SecureConnection(self, context), host, port)

    async def drain(self) -> None:
        """Accept and read no more, bring what was taken to the stream, answer, close."""
        while self._servers:
            self._servers.pop().close()
        self.downlink.is_held = True
        for connection in self._connections():
            connection.pause(Pause.DRAIN)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.uplink.drained(), FLUSH_S)
        for connection in self._connections():
            connection.close()
        if self._connections():
            self._nobody_left.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._nobody_left.wait(), FAREWELL_S)
        for connection in self._connections():
            connection.abort()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.downlink.drained(), PARTING_S)
        if self._timer is not None:
            self._timer.cancel()
        self.report()
        _LOG.info("drained, %d bytes not taken by the stream", self.uplink.pending_bytes)

    @property
    def is_healthy(self) -> bool:
        """Whether watches should be sent here."""
        return bool(self._servers) and not self.uplink.is_stalled

    def tick(self) -> None:
        """Do what time brings. TICK_S apart."""
        self.now = now = self._clock()
        self.uplink.tick()
        self.downlink.tick(now)
        self._close_overdue_strangers()
        self._note_who_spoke()
        for connection in [each for each in self._slowed if each.refill_allowance(now)]:
            self._slowed.discard(connection)
            connection.resume(Pause.RATE)
        if now >= self._next_sweep_at and not self.uplink.is_under_pressure:
            self._next_sweep_at = now + SWEEP_S
            self._close_silent_devices()
        if now >= self._next_report_at:
            self._next_report_at = now + REPORT_S
            self.report()

    def report(self) -> None:
        """Emit the counters and begin anew."""
        gauges = {
            "Devices": len(self._online),
            "Strangers": len(self._strangers),
            "PendingBytes": self.uplink.pending_bytes,
        }
        self._emit(self.counters.report(int(time() * 1000), gauges))

    def arrived(self, connection: Connection) -> None:
        """Let a stranger in, if there is room and the bridge reads at all."""
        if self.uplink.is_under_pressure or not self._make_room(connection.address):
            self.counters.counts["RefusedFull"] += 1
            connection.close()
        else:
            self._strangers.add(connection)

    def left(self, connection: Connection) -> None:
        """Forget a connection."""
        self.downlink.ended(connection, connection.addressee)
        if connection in self._strangers:
            self._strangers.remove(connection)
        elif self._online.get(connection.device) is connection:
            del self._online[connection.device]
        self._slowed.discard(connection)
        self.heard.discard(connection)
        self._heard_before.discard(connection)
        if not self._online and not self._strangers:
            self._nobody_left.set()

    def introduce(self, connection: Connection) -> None:
        """Find out what the connection's device is to us, and treat it so: now if it is remembered, else later."""
        device, address = connection.device, connection.address
        memory = self._registry.recall(device)
        if memory is not None:
            self._decide(connection, memory)
        elif device in self._asked:
            self._asked[device].append(connection)
        elif self._registry.may_look_up(address):
            self._asked[device] = [connection]
            task = asyncio.get_running_loop().create_task(self._look_up(device, address))
            self._look_ups.add(task)
            task.add_done_callback(self._look_ups.discard)
        else:
            self._leave_undecided(connection, "RefusedLookUp")

    def recheck(self, connection: Connection) -> None:
        """Find out anew, while the connection goes on."""
        connection.recheck_at = math.inf
        self.introduce(connection)

    def _look_again(self, connection: Connection) -> None:
        self._registry.forget(connection.device)
        self.recheck(connection)

    def slow_down(self, connection: Connection) -> None:
        """Leave a connection unread until it has earned what it sent."""
        if not connection.refill_allowance(self._clock()):
            self.counters.counts["SlowedDown"] += 1
            connection.pause(Pause.RATE)
            self._slowed.add(connection)

    async def _listen(self, connection: Callable[[], Connection], host: str, port: int) -> int:
        server = await asyncio.get_running_loop().create_server(connection, host, port, backlog=_BACKLOG)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def _look_up(self, device: str, address: str) -> None:
        memory = None
        try:
            memory = await self._registry.look_up(device, address)
        except Exception as error:  # noqa: BLE001 - whatever storage fails with: the watch comes again
            _LOG.warning("a look-up failed: %s", type(error).__name__)
        for connection in self._asked.pop(device):
            if memory is None:
                self._leave_undecided(connection, "LookUpsFailed")
            else:
                self._decide(connection, memory)

    def _decide(self, connection: Connection, memory: Memory) -> None:
        if connection in self._strangers:
            if not is_known(memory.identity.standing):
                self.counters.counts["UnknownDevices"] += 1
                connection.ignore()
                return
            connection.proof = self._prover.proof_of(connection.address, memory.identity, connection.first_frames)
            if connection.proof is None:
                self._distrust(connection, memory)
            else:
                self._welcome(connection)
                connection.admit(memory)
        elif self._online.get(connection.device) is connection:
            if is_known(memory.identity.standing):
                connection.admit(memory)
            else:
                connection.close()

    def _welcome(self, connection: Connection) -> None:
        """Make it the device's own connection: the newest proven one is, the one before ends."""
        self._strangers.remove(connection)
        displaced = self._online.get(connection.device)
        self._online[connection.device] = connection
        if displaced is not None:
            self.counters.counts["Displaced"] += 1
            displaced.close()

    def _distrust(self, connection: Connection, memory: Memory) -> None:
        """Leave it a stranger, whose deadline ends it; a child's call for help is heard all the same."""
        self.counters.counts["DeviceAuthFailed"] += 1
        if memory.identity.standing is Standing.BOUND:
            connection.distrust()
        else:
            connection.ignore()

    def _leave_undecided(self, connection: Connection, reason: str) -> None:
        """A stranger must come again; whom we know already stays what it is for a while."""
        self.counters.counts[reason] += 1
        if connection in self._strangers:
            connection.close()
        else:
            connection.recheck_at = self.now + RECHECK_S

    def _make_room(self, address: str) -> bool:
        """Let the oldest stranger give way where there are too many; tell whether there is room for one more."""
        if self._strangers.count_of(address) >= self.limits.strangers_per_address:
            self._turn_away(self._strangers.oldest_of(address), "RefusedAddressFull")
        if len(self._online) + len(self._strangers) < self.limits.connections:
            return True
        if not self._strangers:
            return False
        self._turn_away(next(iter(self._strangers)), "RefusedFull")
        return True

    def _turn_away(self, stranger: Connection, reason: str) -> None:
        self.counters.counts[reason] += 1
        self._strangers.remove(stranger)
        stranger.close()

    def _note_who_spoke(self) -> None:
        """Note it here, once a tick, rather than for each segment; who spoke a tick ago and not since, has paused."""
        paused, self._heard_before = self._heard_before - self.heard, self.heard
        self.heard = set()
        for connection in self._heard_before:
            if connection.identity is not None:
                connection.heard(self.now)
        for connection in paused:
            connection.silence()

    def _close_overdue_strangers(self) -> None:
        while self._strangers:
            oldest = next(iter(self._strangers))
            if self.now - oldest.heard_at < self.limits.stranger_s:
                return
            self._turn_away(oldest, "RefusedLate")

    def _close_silent_devices(self) -> None:
        for connection in self._online.values():
            if self.now - connection.heard_at > self.limits.idle_s:
                self.counters.counts["Silent"] += 1
                connection.close()

    def _connections(self) -> list[Connection]:
        return [*self._online.values(), *self._strangers]

    def _on_pressure(self, is_high: bool) -> None:
        is_accepting = bool(self._servers)
        self.downlink.is_held = is_high or not is_accepting
        for connection in self._connections():
            if is_high:
                connection.pause(Pause.PRESSURE)
            else:
                connection.resume(Pause.PRESSURE)
        self._next_sweep_at = self._clock() + SWEEP_S  # whom we did not read was not silent

    def _tick_and_repeat(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick_and_repeat)
        self.tick()


def is_known(standing: Standing) -> bool:
    """Tell whether a device gets an answer at all."""
    return standing is not Standing.UNKNOWN
