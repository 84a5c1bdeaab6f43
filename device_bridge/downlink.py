"""The way down: who is connected, what came up for whom, and the threads that see to it, a bounded number at once."""

import asyncio
import logging
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from core.commands.delivery import Item
from device_bridge.counters import Counters
from device_bridge.line import BindingEnded, Line, Peer, Stores, Told
from device_bridge.telling import Telling
from device_bridge.token_bucket import TokenBucket
from wire.framing import Frame

if TYPE_CHECKING:
    from device_bridge.connection import Connection

LINES_AT_ONCE: Final = 8
"""Threads: each waits for DynamoDB most of the time, and all share one core with the loop."""
ARRIVALS_PER_S: Final = 60.0
"""Watches whose presence is written and outbox read, in five calls and some 6 ms of processor time each. When thousands
come back at once the loop keeps most of its core, and whoever is nudged passes them by."""
FRAMES_HELD: Final = 32  # of one watch that wait for a thread; what it asks for more often is told once
STRAYS_HELD: Final = 1_000  # waiting lines from which on a nudge for somebody who is not here is passed over
LOOK_S: Final = 1.0  # between two looks at what is under way
SWEEP_S: Final = 60.0  # between two looks at all lines: a change of the clocks concerns whoever rests
RETRY_S: Final = 15.0  # after storage failed

_LOG = logging.getLogger(__name__)


class _Slot:
    """A line as the loop sees it: its connection, what came up since it was served, and when to look again."""

    __slots__ = ("connection", "frames", "is_ended", "is_moved", "is_nudged", "is_served", "line", "look_at", "peer")

    def __init__(self, line: Line) -> None:
        self.line = line
        self.connection: Connection | None = None
        self.is_served = False
        self.look_at = math.inf
        self.peer: Peer | None = None
        self.frames: list[Frame] = []
        self.is_moved = self.is_nudged = self.is_ended = False

    @property
    def is_told(self) -> bool:
        """Whether something came up."""
        return self.peer is not None or self.is_moved or self.is_nudged or self.is_ended or bool(self.frames)

    def take(self) -> Told:
        """Return what came up, once."""
        told = Told(self.peer, self.is_moved, self.is_nudged, self.frames, self.is_ended)
        self.peer, self.frames = None, []
        self.is_moved = self.is_nudged = self.is_ended = False
        return told

    def put_back(self, told: Told) -> None:
        """Take back what could not be served, but for frames, which the watch sends again."""
        if self.peer is None and not self.is_ended:
            self.peer, self.is_ended = told.peer, told.ended
            self.is_moved |= told.moved
            self.is_nudged = True


class Downlink:
    """Lines by addressee. All but their serving happens on the loop.

    clock: monotonic seconds. on_binding_ended: told of a connection whose device is another's, or nobody's, by now.
    """

    def __init__(
        self,
        stores: Stores,
        *,
        counters: Counters,
        clock: Callable[[], float],
        on_binding_ended: Callable[["Connection"], None],
    ) -> None:
        self._stores = stores
        self._counters = counters
        self._clock = clock
        self._on_binding_ended = on_binding_ended
        self._slots: dict[str, _Slot] = {}
        self._urgent: dict[_Slot, None] = {}  # somebody waits for these; both in order of arrival
        self._patient: dict[_Slot, None] = {}
        self._under_way: set[_Slot] = set()
        self._arrivals = TokenBucket(ARRIVALS_PER_S, ARRIVALS_PER_S, clock())
        self._telling = Telling(stores.live_feed, counters)
        self._threads = ThreadPoolExecutor(LINES_AT_ONCE, thread_name_prefix="downlink")
        self._serving: set[asyncio.Task[None]] = set()
        self._is_draining = False
        self._next_look_at = self._next_sweep_at = clock()
        self.queue: int | None = None
        """Number of this task's nudge queue."""
        self.is_held = False
        """Whether no socket is read: nobody is asked anything then, nor asked again, as no answer would be heard."""

    def began(self, connection: "Connection") -> None:
        """Take note of a proven connection, which takes the place of any earlier of its addressee."""
        addressee = connection.addressee
        if addressee is None:
            return
        slot = self._slot_of(addressee)
        if slot.connection is not connection:
            assert connection.identity is not None, "who is proven has an identity"
            slot.connection, slot.is_ended = connection, False
            slot.peer = Peer(
                number=connection.number,
                device=connection.device,
                identity=connection.identity,
                address=connection.way_back,
                since=self._stores.clock.now(),
            )
            slot.frames.clear()
            self._want(slot, is_urgent=False)

    def ended(self, connection: "Connection", addressee: str | None) -> None:
        """Take note that a connection is over, or is another addressee's from now on."""
        slot = self._slots.get(addressee or "")
        if slot is not None and slot.connection is connection:
            slot.connection, slot.is_ended = None, True
            self._want(slot, is_urgent=not slot.line.is_resting)

    def heard(self, connection: "Connection", frames: list[Frame]) -> None:
        """Take what a watch says about what it was sent, or asks for."""
        slot = self._slots.get(connection.addressee or "")
        if slot is None or slot.connection is not connection:
            return
        room = FRAMES_HELD - len(slot.frames)
        slot.frames += frames[:room]
        if room < len(frames):
            self._counters.counts["RequestsDropped"] += len(frames) - room
        self._want(slot, is_urgent=slot.peer is None)  # a storm of returning watches that ask is one all the same

    def nudged(self, addressee: str) -> None:
        """Look what waits for an addressee."""
        self._counters.counts["Nudges"] += 1
        if addressee not in self._slots and len(self._patient) >= STRAYS_HELD:
            return
        slot = self._slot_of(addressee)
        slot.is_nudged = True
        self._want(slot, is_urgent=slot.connection is not None)

    def moved(self, queue: int | None) -> None:
        """Tell everywhere that this task reads another queue now; None: it reads none."""
        self.queue = queue
        for slot in self._slots.values() if queue is not None else ():
            slot.is_moved = True
            self._want(slot, is_urgent=False)

    def tick(self, now: float) -> None:
        """Look again at what it is time for."""
        if now >= self._next_sweep_at:
            self._next_sweep_at = now + SWEEP_S
            self._look_at(list(self._slots.values()), now)
        elif now >= self._next_look_at:
            self._next_look_at = now + LOOK_S
            self._look_at(list(self._under_way), now)
        self._serve_next()

    async def drained(self) -> None:
        """Return once everybody who has left is seen to, and what has changed is told."""
        self._is_draining = True
        self._serve_next()
        while self._serving:
            await asyncio.wait(self._serving)
        await self._telling.drained()

    def _slot_of(self, addressee: str) -> _Slot:
        slot = self._slots.get(addressee)
        if slot is None:
            self._loop = asyncio.get_running_loop()
            slot = self._slots[addressee] = _Slot(Line(addressee, self._stores, self._send, self._changed))
        return slot

    def _send(self, addressee: str, number: str, frames: bytes) -> None:
        """Bring frames from a line's thread to the loop."""
        self._loop.call_soon_threadsafe(self._give, addressee, number, frames)

    def _changed(self, item: Item) -> None:
        """Bring a change from a line's thread to the loop."""
        self._loop.call_soon_threadsafe(self._telling.changed, item)

    def _give(self, addressee: str, number: str, frames: bytes) -> None:
        slot = self._slots.get(addressee)
        if slot is not None and slot.connection is not None and slot.connection.number == number:
            self._counters.counts["SentDown"] += 1
            slot.connection.answer(frames)

    def _want(self, slot: _Slot, *, is_urgent: bool) -> None:
        """Have a line served, at the latest when it is not served any more."""
        if slot.is_served:
            return
        if is_urgent:
            self._patient.pop(slot, None)
            self._urgent[slot] = None
        elif slot not in self._urgent:
            self._patient[slot] = None
        self._serve_next()

    def _serve_next(self) -> None:
        while len(self._serving) < LINES_AT_ONCE and (slot := self._next()) is not None:
            slot.is_served = True
            task = asyncio.get_running_loop().create_task(self._serve(slot))
            self._serving.add(task)
            task.add_done_callback(self._served)

    def _next(self) -> _Slot | None:
        waiting = self._urgent or self._patient
        if not waiting or (self.is_held and not self._is_draining):
            return None
        if waiting is self._patient and not self._is_draining:
            if not self._arrivals.has_tokens(self._clock()):
                return None
            self._arrivals.take()
        slot = next(iter(waiting))
        del waiting[slot]
        return slot

    async def _serve(self, slot: _Slot) -> None:
        told = slot.take()
        slot.look_at = math.inf
        try:
            look_at = await self._loop.run_in_executor(self._threads, slot.line.serve, told, self.queue)
        except BindingEnded:
            look_at = None
            self._counters.counts["BindingsEnded"] += 1
            if slot.connection is not None:
                self._on_binding_ended(slot.connection)
        except Exception as error:  # noqa: BLE001 - whatever storage fails with: it is tried again
            _LOG.warning("the way down failed: %s", type(error).__name__)
            self._counters.counts["DownlinkFailed"] += 1
            slot.is_served = False
            slot.put_back(told)
            slot.look_at = self._clock() + RETRY_S
            self._under_way.add(slot)
            return
        slot.is_served = False
        if look_at is not None:
            slot.look_at = self._clock() + (look_at - self._stores.clock.now()).total_seconds()
        self._settle(slot)

    def _settle(self, slot: _Slot) -> None:
        """See to what came up meanwhile, and forget who is gone."""
        if slot.line.is_resting:
            self._under_way.discard(slot)
        else:
            self._under_way.add(slot)
        if slot.is_told:
            self._want(slot, is_urgent=slot.peer is None)
        elif slot.connection is None:
            del self._slots[slot.line.addressee]

    def _served(self, task: asyncio.Task[None]) -> None:
        self._serving.discard(task)
        self._serve_next()

    def _look_at(self, slots: list[_Slot], now: float) -> None:
        for slot in slots:
            if slot.look_at <= now:
                slot.look_at = math.inf
                slot.is_nudged |= slot.line.is_resting
                self._want(slot, is_urgent=not slot.line.is_resting)
