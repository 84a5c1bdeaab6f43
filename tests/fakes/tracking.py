"""Tracking's ports in memory."""

from bisect import insort
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from core.kernel.clock import Clock
from core.kernel.ids import WatchId
from core.kernel.page import Page
from core.retention.policy import POLICY, DataClass, is_over
from core.tracking.alarms import Alarm
from core.tracking.model import Cell, CellPlace, Doubt, LearnedPlace, Position, Sighting, Source, TelemetryReading
from core.tracking.ports import FrameName, PlaceName
from core.vault.model import EpochOver


class _OfAWatch(Protocol):
    @property
    def watch_id(self) -> WatchId: ...


Kept = TypeVar("Kept")
Timed = TypeVar("Timed", bound=_OfAWatch)


class Moments(Generic[Kept]):
    """What is kept by owner and time, as SealedMoments keeps it."""

    def __init__(self, data_class: DataClass, clock: Clock) -> None:
        self.data_class = data_class
        self._clock = clock
        self.items: dict[str, list[Kept]] = {}

    def owner_of(self, item: Kept) -> str:
        """Return the watch or account whose it is."""
        raise NotImplementedError

    def name_of(self, item: Kept) -> tuple[datetime, str]:
        """Return the instant and the fingerprint that name an item."""
        raise NotImplementedError

    def add(self, item: Kept) -> bool:
        if is_over(self._expires_at(item), self._clock.now()):
            raise EpochOver("over")
        held = self.items.setdefault(self.owner_of(item), [])
        if any(self._key(each) == self._key(item) for each in held):
            return False
        insort(held, item, key=self._key)
        return True

    def readable(self, owner: str, now: datetime) -> list[Kept]:
        held: Sequence[Kept] = self.items.get(owner, ())
        return [each for each in held if not is_over(self._expires_at(each), now)]

    def latest(self, owner: str, now: datetime) -> Kept | None:
        return next(reversed(self.readable(owner, now)), None)

    def between(
        self, owner: str, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Kept]:
        def is_wanted(each: Kept) -> bool:
            return start <= self.name_of(each)[0] < end and (after is None or self._key(each) > after)

        found = [each for each in self.readable(owner, now) if is_wanted(each)]
        return Page(found[:limit], self._key(found[limit - 1]) if len(found) > limit else None)

    def _expires_at(self, item: Kept) -> datetime | None:
        return self.data_class.expires_at(self.name_of(item)[0])

    def _key(self, item: Kept) -> str:
        at, fingerprint = self.name_of(item)
        return f"{at.isoformat(timespec='milliseconds')} {fingerprint}"


class Timeline(Moments[Timed]):
    """What is kept by watch and time."""

    def owner_of(self, item: Timed) -> str:
        return item.watch_id


class InMemoryPositions(Timeline[Position]):
    def __init__(self, clock: Clock) -> None:
        super().__init__(POLICY["position"], clock)

    def name_of(self, item: Position) -> tuple[datetime, str]:
        return item.at, item.fingerprint

    def latest_before(self, watch_id: WatchId, at: datetime, now: datetime) -> Position | None:
        earlier = [each for each in self.readable(watch_id, now) if each.at < at]
        sure = (each for each in reversed(earlier[-10:]) if each.source is Source.GPS and not each.doubts)
        return next(sure, None)

    def clear(self, watch_id: WatchId, start: datetime, end: datetime, most: int) -> int:
        held = self.items.get(watch_id, [])
        removed = sorted((each for each in held if start <= each.at < end), key=self._key)[:most]
        held[:] = [each for each in held if each not in removed]
        return len(removed)

    def doubt(self, watch_id: WatchId, at: datetime, doubt: Doubt, now: datetime) -> Sequence[Position]:
        found = [each for each in self.readable(watch_id, now) if each.at == at]
        held = self.items.get(watch_id, [])
        for each in found:
            held[held.index(each)] = replace(each, doubts=each.doubts | {doubt})
        return found


class InMemoryTelemetryReadings(Timeline[TelemetryReading]):
    def __init__(self, clock: Clock) -> None:
        super().__init__(POLICY["telemetry"], clock)

    def name_of(self, item: TelemetryReading) -> tuple[datetime, str]:
        return item.at, item.fingerprint


class InMemorySeenFrames:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.items: dict[FrameName, datetime] = {}

    def note(self, frame: FrameName, received_at: datetime) -> datetime:
        return self.items.setdefault(frame, received_at)

    def first_received(self, frames: Collection[FrameName]) -> Mapping[FrameName, datetime]:
        period = POLICY["seen_frame"]
        known = {frame: self.items[frame] for frame in frames if frame in self.items}
        return {frame: at for frame, at in known.items() if not is_over(period.expires_at(at), self._clock.now())}


class InMemoryQuarantine:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.items: dict[tuple[WatchId, datetime, str], bytes] = {}

    def add(self, watch_id: WatchId, received_at: datetime, fingerprint: str, raw: bytes) -> None:
        if is_over(POLICY["quarantine"].expires_at(received_at), self._clock.now()):
            raise EpochOver("over")
        self.items[watch_id, received_at, fingerprint] = raw


class InMemorySweepMarks:
    def __init__(self) -> None:
        self.items: set[tuple[str | None, WatchId]] = set()

    def mark(self, watch_id: WatchId, at: datetime) -> None:
        self.items.add((POLICY["sweep_mark"].epoch_id(at), watch_id))


class InMemoryLearnedPlaces:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.items: dict[tuple[WatchId, str], LearnedPlace] = {}

    def named(self, names: Collection[PlaceName], now: datetime) -> Mapping[PlaceName, LearnedPlace]:
        known = {name: self.items[name] for name in names if name in self.items}
        expires_at = POLICY["learned_place"].expires_at
        return {name: place for name, place in known.items() if not is_over(expires_at(place.learned_at), now)}

    def of_watch(self, watch_id: WatchId, now: datetime) -> Sequence[LearnedPlace]:
        held = (place for (of, _), place in sorted(self.items.items()) if of == watch_id)
        return [each for each in held if not is_over(POLICY["learned_place"].expires_at(each.learned_at), now)]

    def put(self, watch_id: WatchId, place: LearnedPlace) -> None:
        if is_over(POLICY["learned_place"].expires_at(place.learned_at), self._clock.now()):
            raise EpochOver("over")
        self.items[watch_id, place.access_point] = place

    def forget(self, watch_id: WatchId, access_points: Collection[str]) -> None:
        for each in access_points:
            self.items.pop((watch_id, each), None)


class InMemoryCells:
    def __init__(self) -> None:
        self.items: dict[Cell, CellPlace] = {}

    def places(self, cells: Collection[Cell]) -> Mapping[Cell, CellPlace]:
        return {each: self.items[each] for each in cells if each in self.items}

    def put(self, places: Iterable[CellPlace]) -> None:
        self.items.update((each.cell, each) for each in places)


@dataclass
class RecordingAlarms:
    """Keeps what is raised, repetitions included. outage: raised in the place of taking anything."""

    raised: list[Alarm] = field(default_factory=list)
    outage: Exception | None = None

    def raise_all(self, alarms: Sequence[Alarm]) -> None:
        if self.outage is not None:
            raise self.outage
        self.raised += alarms


@dataclass
class RecordingWatchkeeper:
    """Keeps each batch of sightings as it came."""

    seen: list[tuple[WatchId, Sequence[Sighting]]] = field(default_factory=list)

    def saw(self, watch_id: WatchId, sightings: Sequence[Sighting]) -> None:
        self.seen.append((watch_id, sightings))


@dataclass
class RecordingLiveFeed:
    """Keeps what it was told."""

    told: list[tuple[WatchId, Sequence[Position]]] = field(default_factory=list)

    def stored(self, watch_id: WatchId, positions: Sequence[Position]) -> None:
        self.told.append((watch_id, positions))
