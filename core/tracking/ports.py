"""What tracking needs of the world. Every read filters on expiry: nothing that is over is ever returned."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.kernel.ids import WatchId
from core.kernel.page import Page
from core.tracking.alarms import Alarm
from core.tracking.model import (
    Addressed,
    Cell,
    CellPlace,
    Doubt,
    Heard,
    LearnedPlace,
    NothingKept,
    Position,
    Recording,
    Report,
    Sighting,
    TelemetryReading,
    Undecodable,
)

FrameName = tuple[WatchId, str]
"""A watch and the fingerprint of a frame of it."""
PlaceName = tuple[WatchId, str]
"""A watch and the name that an access point has with it."""


class Decoder(Protocol):
    """Reads frames."""

    def address(self, raw: bytes) -> Addressed | NothingKept | None:
        """Return whose frame it is, NothingKept for a kind that is dropped unread, None when it is no frame."""
        ...

    def decode(self, addressed: Addressed, received_at: datetime) -> Report | Recording | NothingKept | Undecodable:
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
        """Return the newest undoubted GPS position before `at`, among the few next to it, that is not over."""
        ...

    def doubt(self, watch_id: WatchId, at: datetime, doubt: Doubt, now: datetime) -> Sequence[Position]:
        """Add a doubt to the positions of exactly this instant; return them as they were, none when there is none."""
        ...

    def between(
        self, watch_id: WatchId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Position]:
        """Return positions with start <= at < end, oldest first, at most `limit`; `after` is a page's `next`."""
        ...

    def clear(self, watch_id: WatchId, start: datetime, end: datetime, most: int) -> int:
        """Remove positions with start <= at < end, the oldest first, at most so many; return how many there were."""
        ...


class TelemetryReadings(Protocol):
    """The telemetry of all watches."""

    def latest(self, watch_id: WatchId, now: datetime) -> TelemetryReading | None:
        """Return the newest reading that is not over."""
        ...

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
    """Frames that could not be understood or stored, for as long as an operator may mend that and replay them."""

    def add(self, watch_id: WatchId, received_at: datetime, fingerprint: str, raw: bytes) -> None:
        """Keep the frame sealed. Raise EpochOver or Unreadable as Sealer does."""
        ...


class SweepMarks(Protocol):
    """Which watch has anything of which day."""

    def mark(self, watch_id: WatchId, at: datetime) -> None:
        """Tell the sweeper that the watch has something of this instant's day."""
        ...


class AlarmQueue(Protocol):
    """The way of alarms to the guardians."""

    def raise_all(self, alarms: Sequence[Alarm]) -> None:
        """Return when all are durable; what is raised twice becomes one alert."""
        ...


class AccessPointNames(Protocol):
    """Names access points so that nobody can turn the name back, or find one access point in two watches' places."""

    def of(self, watch_id: WatchId, access_point: str) -> str:
        """Return 32 hex digits: an HMAC under the binding's key. Raise Unreadable when that key is gone."""
        ...


class LearnedPlaces(Protocol):
    """What each watch learned of the access points around it."""

    def named(self, names: Collection[PlaceName], now: datetime) -> Mapping[PlaceName, LearnedPlace]:
        """Return those that are known and not over."""
        ...

    def of_watch(self, watch_id: WatchId, now: datetime) -> Sequence[LearnedPlace]:
        """Return all that is not over, by name."""
        ...

    def put(self, watch_id: WatchId, place: LearnedPlace) -> None:
        """Store it sealed in the place of what was known. Raise EpochOver or Unreadable as Sealer does."""
        ...

    def forget(self, watch_id: WatchId, access_points: Collection[str]) -> None:
        """Remove these; it is no error when one is not there."""
        ...


class Cells(Protocol):
    """Where the cells of the networks are: public knowledge, imported."""

    def places(self, cells: Collection[Cell]) -> Mapping[Cell, CellPlace]:
        """Return those that are known."""
        ...

    def put(self, places: Iterable[CellPlace]) -> None:
        """Store or replace them."""
        ...


class NotAsked(Exception):  # noqa: N818 - an error is named after the fact
    """A watch could not be asked for another point; all else that its sightings are for is done."""


class Watchkeeper(Protocol):
    """Watches over what the frames of a watch tell: zones, battery, silence."""

    def saw(self, watch_id: WatchId, sightings: Sequence[Sighting]) -> None:
        """Take in the sightings of a batch, in order of time; again changes nothing. Alarms are durable afterwards.

        Raise NotAsked.
        """
        ...


class Inbox(Protocol):
    """Takes what watches say to their guardians."""

    def received(self, watch_id: WatchId, recording: Recording, received_at: datetime) -> Heard:
        """Return when it is durable and guardians are being told. Again, it is known.

        Raise EpochOver or Unreadable as Sealer does.
        """
        ...


class LiveFeed(Protocol):
    """Tells those who are looking."""

    def stored(self, watch_id: WatchId, positions: Sequence[Position]) -> None:
        """Tell of new positions; nothing happens where nobody looks, and a failure loses only this."""
        ...
