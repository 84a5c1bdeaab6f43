"""What tracking needs of the world. Every read filters on expiry: nothing that is over is ever returned."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from core.kernel.ids import WatchId
from core.kernel.page import Page
from core.tracking.model import Addressed, NothingKept, Position, Report, TelemetryReading, Undecodable

FrameName = tuple[WatchId, str]
"""A watch and the fingerprint of a frame of it."""


class Decoder(Protocol):
    """Reads frames."""

    def address(self, raw: bytes) -> Addressed | NothingKept | None:
        """Return whose frame it is, NothingKept for a kind that is dropped unread, None when it is no frame."""
        ...

    def decode(self, addressed: Addressed, received_at: datetime) -> Report | NothingKept | Undecodable:
        """Return what the frame says."""
        ...


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


class SeenFrames(Protocol):
    """Frames that were stored by their receive time, because their own was no use: the only way to know them again."""

    def note(self, frame: FrameName, received_at: datetime) -> datetime:
        """Remember the frame; return when it was first received, to the millisecond."""
        ...

    def first_received(self, frames: Collection[FrameName]) -> Mapping[FrameName, datetime]:
        """Return when those of the frames that are remembered were first received."""
        ...


class Quarantine(Protocol):
    """Frames that could not be understood, for as long as an operator may mend the decoder and replay them."""

    def add(self, watch_id: WatchId, received_at: datetime, fingerprint: str, raw: bytes) -> None:
        """Keep the frame sealed. Raise EpochOver or Unreadable as Sealer does."""
        ...


class SweepMarks(Protocol):
    """Which watch has anything of which day."""

    def mark(self, watch_id: WatchId, at: datetime) -> None:
        """Tell the sweeper that the watch has something of this instant's day."""
        ...
