"""Positions, sealed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from adapters.dynamo.moments import Moment, MomentRecord, SealedMoments, sealed_moments_of
from adapters.dynamo.record import instant, instant_of
from adapters.dynamo.tables import TABLES
from core.kernel.clock import Clock
from core.kernel.geo import Point
from core.kernel.ids import WatchId
from core.kernel.page import Page
from core.tracking.model import Doubt, Position, Source
from core.vault.ports import Sealer

NEIGHBOURS = 10
"""How many positions before an instant are looked at for an undoubted one: a page that one read unit covers."""
_MS = timedelta(milliseconds=1)  # the resolution of moments


class PositionRecord(MomentRecord):
    """One position; all that tells a place stands in the payload."""

    table = TABLES["positions"]
    attribute_classes = sealed_moments_of("position")


class DynamoPositions:
    """Positions in the positions table."""

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._moments = SealedMoments(PositionRecord, sealer, clock, _position)

    def add(self, position: Position) -> bool:
        """Store it sealed unless this very position is there."""
        return self._moments.add(position.watch_id, moment_of(position))

    def latest(self, watch_id: WatchId, now: datetime) -> Position | None:
        """Return the newest position that is not over."""
        return self._moments.latest(watch_id, now)

    def latest_before(self, watch_id: WatchId, at: datetime, now: datetime) -> Position | None:
        """Return the newest undoubted GPS position before `at` among NEIGHBOURS."""
        earlier = self._moments.read(watch_id, now=now, end=at, newest_first=True, page_size=NEIGHBOURS)
        return next((position for _, position in islice(earlier, NEIGHBOURS) if _is_sure(position)), None)

    def doubt(self, watch_id: WatchId, at: datetime, doubt: Doubt, now: datetime) -> Sequence[Position]:
        """Add a doubt to the positions of exactly this instant; what is gone meanwhile stays gone."""
        found = [position for _, position in self._moments.read(watch_id, now=now, start=at, end=at + _MS)]
        for position in found:
            self._moments.replace(watch_id, moment_of(replace(position, doubts=position.doubts | {doubt})))
        return found

    def between(
        self, watch_id: WatchId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Position]:
        """Return positions with start <= at < end, oldest first."""
        return self._moments.page(watch_id, start, end, now=now, limit=limit, after=after)

    def clear(self, watch_id: WatchId, start: datetime, end: datetime, most: int) -> int:
        """Remove positions with start <= at < end, the oldest first."""
        return self._moments.remove(watch_id, start, end, most)


def moment_of(position: Position) -> Moment:
    """Return what is sealed of a position."""
    content = {
        "received_at": instant(position.received_at),
        "latitude": position.point.latitude,
        "longitude": position.point.longitude,
        "source": position.source,
        "accuracy_m": position.accuracy_m,
        "altitude_m": position.altitude_m,
        "speed_kmh": position.speed_kmh,
        "course_deg": position.course_deg,
        "satellites": position.satellites,
        "doubts": sorted(position.doubts),
        "backlog": position.backlog,
    }
    return Moment(position.at, position.fingerprint, content)


def _is_sure(position: Position) -> bool:
    return position.source is Source.GPS and not position.doubts


def _position(watch_id: WatchId, moment: Moment) -> Position:
    content: dict[str, Any] = dict(moment.content)
    return Position(
        watch_id=watch_id,
        at=moment.at,
        fingerprint=moment.fingerprint,
        received_at=instant_of(content.pop("received_at")),
        point=Point(content.pop("latitude"), content.pop("longitude")),
        source=Source(content.pop("source")),
        doubts=frozenset(map(Doubt, content.pop("doubts"))),
        **content,
    )
