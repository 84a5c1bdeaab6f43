"""All that the bridge's way down needs, in memory."""

from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import Final

from core.kernel.clock import Clock
from core.live.model import News
from device_bridge.line import Stores
from device_bridge.ports import Standings
from tests.fakes.commands import InMemoryCommands, InMemoryKnownCapabilities, InMemoryPresences, InMemorySettings
from tests.fakes.messages import InMemoryMediaStore, InMemoryMessages
from tests.fakes.watches import InMemoryClaimCodes, InMemoryMemberships, InMemoryWatchProfiles

_WAIT_S: Final = 0.02  # for a nudge: a test ends at once


def in_memory_stores(standings: Standings, memberships: InMemoryMemberships, clock: Clock) -> Stores:
    return Stores(
        clock=clock,
        standings=standings,
        presences=InMemoryPresences(),
        commands=InMemoryCommands(clock),
        settings=InMemorySettings(),
        capabilities=InMemoryKnownCapabilities(),
        profiles=InMemoryWatchProfiles(),
        memberships=memberships,
        messages=InMemoryMessages(clock),
        media=InMemoryMediaStore(clock),
        claim_codes=InMemoryClaimCodes(),
        live_feed=RecordingLiveFeed(),
    )


class RecordingLiveFeed:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[News] = []

    def tell(self, news: News) -> None:
        self.told.append(news)


class InMemoryNudgeQueues:
    """NudgeQueues, and Nudges to put into them."""

    def __init__(self, count: int) -> None:
        self._queues: Sequence[SimpleQueue[str]] = [SimpleQueue() for _ in range(count)]

    @property
    def count(self) -> int:
        return len(self._queues)

    def nudge(self, queue: int, addressee: str) -> None:
        self._queues[queue].put(addressee)

    def receive(self, queue: int) -> Sequence[str]:
        try:
            return [self._queues[queue].get(timeout=_WAIT_S)]
        except Empty:
            return []
