"""What tracking needs of the world. Every read filters on expiry: nothing that is over is ever returned."""

from datetime import datetime
from typing import Protocol

from core.kernel.ids import WatchId
from core.kernel.page import Page
from core.tracking.model import Position, TelemetryReading


class Positions(Protocol):
    """The positions of all watches."""

    def add(self, position: Position) -> bool:
        """Store it sealed; return False when this very position was there already.

        Raise EpochOver or Unreadable as Sealer does.
        """
        ...

    def latest(self, watch_id: WatchId, now: datetime) -> Position | None:
        """Return the newest position that is not over."""
        ...

    def latest_before(self, watch_id: WatchId, at: datetime, now: datetime) -> Position | None:
        """Return the newest undoubted position before `at`, among the few next to it, that is not over."""
        ...

    def between(
        self, watch_id: WatchId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Position]:
        """Return positions with start <= at < end, oldest first, at most `limit`; `after` is a page's `next`."""
        ...


class TelemetryReadings(Protocol):
    """The telemetry of all watches."""

    def add(self, reading: TelemetryReading) -> bool:
        """Store it sealed; return False when this very reading was there already. Raise as Positions.add."""
        ...

    def between(
        self, watch_id: WatchId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[TelemetryReading]:
        """As Positions.between."""
        ...
