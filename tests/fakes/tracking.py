"""Tracking's ports in memory."""

from bisect import insort
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from core.kernel.clock import Clock
from core.kernel.ids import WatchId
from core.kernel.page import Page
from core.retention.policy import POLICY, DataClass, is_over
from core.tracking.model import Position, TelemetryReading
from core.tracking.ports import FrameName
from core.vault.model import EpochOver

Timed = TypeVar("Timed", Position, TelemetryReading)


def _key(item: Position | TelemetryReading) -> str:
    return f"{item.at.isoformat(timespec='milliseconds')} {item.fingerprint}"


class _Timeline(Generic[Timed]):
    def __init__(self, data_class: DataClass, clock: Clock) -> None:
        self.data_class = data_class
        self._clock = clock
        self.items: dict[WatchId, list[Timed]] = {}

    def add(self, item: Timed) -> bool:
        if is_over(self.data_class.expires_at(item.at), self._clock.now()):
            raise EpochOver("over")
        held = self.items.setdefault(item.watch_id, [])
        if any(_key(each) == _key(item) for each in held):
            return False
        insort(held, item, key=_key)
        return True

    def readable(self, watch_id: WatchId, now: datetime) -> list[Timed]:
        held: Sequence[Timed] = self.items.get(watch_id, ())
        return [each for each in held if not is_over(self.data_class.expires_at(each.at), now)]

    def between(
        self, watch_id: WatchId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Timed]:
        def is_wanted(each: Timed) -> bool:
            return start <= each.at < end and (after is None or _key(each) > after)

        found = [each for each in self.readable(watch_id, now) if is_wanted(each)]
        return Page(found[:limit], _key(found[limit - 1]) if len(found) > limit else None)


class InMemoryPositions(_Timeline[Position]):
    def __init__(self, clock: Clock) -> None:
        super().__init__(POLICY["position"], clock)

    def latest(self, watch_id: WatchId, now: datetime) -> Position | None:
        return next(reversed(self.readable(watch_id, now)), None)

    def latest_before(self, watch_id: WatchId, at: datetime, now: datetime) -> Position | None:
        earlier = [each for each in self.readable(watch_id, now) if each.at < at]
        return next((each for each in reversed(earlier[-10:]) if not each.doubts), None)


class InMemoryTelemetryReadings(_Timeline[TelemetryReading]):
    def __init__(self, clock: Clock) -> None:
        super().__init__(POLICY["telemetry"], clock)


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
