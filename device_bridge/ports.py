"""What the bridge needs of the world."""

from collections.abc import Mapping
from typing import Protocol

from core.watches.model import Standing


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

    def standing(self, device_id: str) -> Standing:
        """Tell what is known of a device id; called from several threads."""
        ...
