"""Nudges: this task leases one of the stage's queues, and looks into the outbox of whomever a nudge names."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final, TypeVar

from core.commands.ports import Leases
from core.kernel.clock import Clock
from device_bridge.ports import NudgeQueues

LEASE: Final = timedelta(seconds=30)
"""How long the queue of a task that died stays taken, and watches that were there seem to be connected."""
RENEWAL_S: Final = 10.0  # two renewals may fail
_RELEASE_S: Final = 5.0  # part of the 110 s that a drain has
_PAUSE_S: Final = 1.0  # after the queue was not reached
_THREADS: Final = 2  # one waits for nudges, one renews

T = TypeVar("T")

_LOG = logging.getLogger(__name__)


class Nudges:
    """One task's queue. task: its name, random.

    on_queue: told the number of the queue, when it becomes another one; None: there is none. on_nudge: told whom.
    """

    def __init__(
        self,
        leases: Leases,
        queues: NudgeQueues,
        *,
        task: str,
        clock: Clock,
        on_queue: Callable[[int | None], object],
        on_nudge: Callable[[str], object],
    ) -> None:
        self._leases = leases
        self._queues = queues
        self._task = task
        self._clock = clock
        self._on_queue = on_queue
        self._on_nudge = on_nudge
        self._until = clock.now()
        self._is_held = asyncio.Event()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="nudges")
        self._running: Sequence[asyncio.Task[None]] = ()
        self.queue: int | None = None

    def start(self) -> None:
        """Lease and listen from now on."""
        loop = asyncio.get_running_loop()
        self._running = [loop.create_task(each) for each in (self._keep(), self._listen())]

    async def stop(self) -> None:
        """Listen no more and give the queue back; what else is sent there finds nobody, and waits in the outbox."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        queue = self.queue
        self._hold(None)
        if queue is not None:
            try:
                await asyncio.wait_for(self._in_thread(self._leases.release, queue, self._task), _RELEASE_S)
            except Exception as error:  # noqa: BLE001 - it ends by itself
                _LOG.warning("a lease was not given back: %s", type(error).__name__)

    async def renew(self) -> None:
        """Prolong the lease; where that is refused take another, and where it cannot be asked keep it for its time."""
        try:
            queue = await self._in_thread(self._leased)
        except Exception as error:  # noqa: BLE001 - whatever storage fails with: it is asked again soon
            _LOG.warning("a lease was not renewed: %s", type(error).__name__)
            queue = self.queue if self._clock.now() < self._until else None
        self._hold(queue)

    async def _keep(self) -> None:
        while True:
            await self.renew()
            await asyncio.sleep(RENEWAL_S)

    async def _listen(self) -> None:
        while True:
            await self._is_held.wait()
            assert self.queue is not None, "a queue is held"
            try:
                addressees = await self._in_thread(self._queues.receive, self.queue)
            except Exception as error:  # noqa: BLE001 - whatever the queue fails with: it is asked again
                _LOG.warning("nudges were not received: %s", type(error).__name__)
                await asyncio.sleep(_PAUSE_S)
                continue
            for addressee in addressees:
                self._on_nudge(addressee)

    def _leased(self) -> int | None:
        """Return the queue that is this task's from now on: the one it has, or any that is free."""
        now = self._clock.now()
        until = now + LEASE
        others = [queue for queue in range(self._queues.count) if queue != self.queue]
        random.shuffle(others)  # tasks that start together seldom want the same one
        for queue in [*([] if self.queue is None else [self.queue]), *others]:
            if self._leases.take(queue, self._task, now, until):
                self._until = until
                return queue
        return None

    def _hold(self, queue: int | None) -> None:
        if queue is None:
            self._is_held.clear()
        else:
            self._is_held.set()
        if queue != self.queue:
            self.queue = queue
            self._on_queue(queue)

    async def _in_thread(self, call: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)
