"""What zones need of the world."""

from collections.abc import Sequence
from typing import Protocol

from core.kernel.ids import WatchId, ZoneId
from core.zones.model import Zone


class Zones(Protocol):
    """The zones of all watches, sealed under the watch's key."""

    def of_watch(self, watch_id: WatchId) -> Sequence[Zone]:
        """Return the watch's zones by zone_id; what was stored an instant ago is among them."""
        ...

    def get(self, watch_id: WatchId, zone_id: ZoneId) -> Zone | None:
        """Return a zone of this watch."""
        ...

    def put(self, zone: Zone) -> None:
        """Store a new zone. Raise TooManyZones, or Unreadable as Sealer does."""
        ...

    def replace(self, zone: Zone) -> Zone | None:
        """Store it in the place of the version that it names, and return it with the next one.

        None: that version is not there any more. Raise Unreadable as Sealer does.
        """
        ...

    def remove(self, watch_id: WatchId, zone_id: ZoneId) -> bool:
        """Remove it; tell whether it was there."""
        ...
