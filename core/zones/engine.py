"""Which crossings a watch's points show beyond doubt, and what is remembered between two of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from struct import pack
from typing import Any
from zlib import crc32

from core.kernel.clock import at_ms, ms_of
from core.kernel.ids import ZoneId
from core.tracking.model import Position, Source
from core.zones.model import Circle, Crossing, Shape, Side, Zone
from core.zones.stance import SIGHT_M, Crossed, Sight, Stance

USUAL_ACCURACY_M = 10.0
"""Of a GPS point that tells none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What became of a watch's presence, and the crossings that are new. look_again_at: when `settle` tells more.

    presence: as JSON holds it, without coordinates; {} at first.
    """

    presence: Mapping[str, Any] = field(repr=False)
    crossings: tuple[Crossing, ...]
    look_again_at: datetime | None


def follow(presence: Mapping[str, Any], zones: Sequence[Zone], positions: Iterable[Position]) -> Followed:
    """Take in positions; what is doubtful, sent later or not newer than the newest changes nothing.

    What silence proves until a position is received is found before it, whether `settle` came in time or not. A zone
    that is new or has another shape starts in silence; one that is gone is forgotten.
    """
    watching = _Watching(presence, zones)
    for position in sorted(positions, key=time_of):
        if may_prove(position) and is_news(time_of(position), watching.newest_at):
            watching.settle(position.received_at)
            watching.see(position)
    return watching.followed()


def settle(presence: Mapping[str, Any], zones: Sequence[Zone], now: datetime) -> Followed:
    """Take in that nothing more was heard until now."""
    watching = _Watching(presence, zones)
    watching.settle(now)
    return watching.followed()


def first_outside_at(presence: Mapping[str, Any]) -> datetime | None:
    """Return the time of the newest position if GPS tells by it, and by it alone, that the watch is outside a zone.

    Of a zone that it was in: another point soon tells whether it has left.
    """
    newest: int | None = presence.get("newest")
    held = (each for each in presence.get("zones", {}).values() if isinstance(each, Mapping))
    excursions = (stance.excursion for stance in map(Stance.of, held) if stance.side == Side.INSIDE)
    is_first = any(each is not None and each.points == 1 and each.since == newest for each in excursions)
    return at_ms(newest) if newest is not None and is_first else None


def time_of(position: Position) -> datetime:
    """Return the fix time, never after receipt: a clock that is ahead would make true points old."""
    return min(position.at, position.received_at)


def may_prove(position: Position) -> bool:
    """Tell whether a position may change anything; cells are hundreds of metres off and flap."""
    return not position.doubts and not position.backlog and position.source is not Source.CELL


def is_news(at: datetime, newest_at: datetime | None) -> bool:
    """Tell whether a point is newer than all that were seen."""
    return newest_at is None or at > newest_at


def within_sight(distance_m: float) -> float:
    """Return a signed distance to a border, as far as it may be remembered."""
    return max(-SIGHT_M, min(SIGHT_M, distance_m))


def mark_of(shape: Shape) -> int:
    """Return what changes with the shape, too short to find its place by."""
    if isinstance(shape, Circle):
        numbers = [shape.centre.latitude, shape.centre.longitude, shape.radius_m]
    else:
        numbers = [number for each in shape.vertices for number in (each.latitude, each.longitude)]
    return crc32(pack(f"<{len(numbers)}d", *numbers))


class _Watching:
    """A presence in use. A zone that is out of sight has no stance here, and nothing but its shape's mark in JSON."""

    def __init__(self, presence: Mapping[str, Any], zones: Sequence[Zone]) -> None:
        self._newest = presence.get("newest")
        self._zones = {zone.zone_id: (zone, mark_of(zone.shape)) for zone in zones}
        self._stances: dict[ZoneId, Stance] = {}
        self._crossings: list[Crossing] = []
        held_by_zone = presence.get("zones", {})
        for zone_id, (_, mark) in self._zones.items():
            held = held_by_zone.get(zone_id)
            if held != mark:
                is_known = isinstance(held, Mapping) and held["mark"] == mark
                self._stances[zone_id] = Stance.of(held) if is_known else Stance(mark)

    @property
    def newest_at(self) -> datetime | None:
        """Time of the newest position that was seen."""
        return None if self._newest is None else at_ms(self._newest)

    def see(self, position: Position) -> None:
        """Take in a position."""
        at, heard = ms_of(time_of(position)), ms_of(position.received_at)
        accuracy_m = position.accuracy_m or USUAL_ACCURACY_M
        self._newest = at
        for zone_id, (zone, mark) in self._zones.items():
            distance_m = within_sight(zone.shape.signed_distance_m(position.point, SIGHT_M))
            stance = self._stances.get(zone_id)
            if stance is None:
                if distance_m == -SIGHT_M:
                    continue
                stance = self._stances[zone_id] = Stance.out_of_sight(mark)
            see = stance.see_wifi if position.source is Source.WIFI else stance.see
            self._note(zone_id, see(Sight(at, heard, distance_m, accuracy_m)))
            if stance.is_out_of_sight():
                del self._stances[zone_id]

    def settle(self, now: datetime) -> None:
        """Find what silence has proven by now."""
        now_ms = ms_of(now)
        for zone_id, stance in self._stances.items():
            self._note(zone_id, stance.settle(now_ms))

    def _note(self, zone_id: ZoneId, crossed: Crossed | None) -> None:
        if crossed:
            into, at, known_at = crossed
            self._crossings.append(Crossing(zone_id=zone_id, into=into, at=at_ms(at), known_at=at_ms(known_at)))

    def followed(self) -> Followed:
        """Return what came of it."""
        excursions = (stance.excursion for stance in self._stances.values())
        due = [at for each in excursions if each and (at := each.true_from()) is not None]
        zones = {
            zone_id: self._stances[zone_id].held() if zone_id in self._stances else mark
            for zone_id, (_, mark) in self._zones.items()
        }
        return Followed(
            presence={"newest": self._newest, "zones": zones},
            crossings=tuple(self._crossings),
            look_again_at=at_ms(min(due)) if due else None,
        )
