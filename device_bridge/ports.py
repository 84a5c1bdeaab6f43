"""What the bridge needs of the world."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from core.live.model import News
from core.watches.model import Identity


class FrameStream(Protocol):
    """Where frames become durable."""

    async def put(self, records: Mapping[int, bytes | bytearray]) -> frozenset[int]:
        """Put one record for each lane; return the lanes whose record is durable."""
        ...


class AlertQueue(Protocol):
    """The second way of an alarm."""

    async def send(self, record: bytes) -> bool:
        """Send a record of alarm frames; return whether it is durable."""
        ...


class Standings(Protocol):
    """All devices that exist."""

    def identity(self, device_id: str) -> Identity:
        """Tell what a device id stands for; called from several threads."""
        ...


class NudgeQueues(Protocol):
    """The stage's nudge queues, by number."""

    @property
    def count(self) -> int:
        """How many there are."""
        ...

    def receive(self, queue: int) -> Sequence[str]:
        """Wait some seconds for nudges; return whom they name, once."""
        ...


class LiveFeed(Protocol):
    """Tells those who are looking."""

    def tell(self, news: News) -> None:
        """Tell what is new of a watch, by name; nothing happens where nobody looks. Called from one thread."""
        ...
