"""Where a watch is: by GPS, else by access points whose places it learned itself, else by the cells that it hears.

Nobody is asked. An access point's address is a neighbour's: it comes in with a report, and only its HMAC leaves here.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.kernel.geo import Point, distance_m
from core.kernel.ids import WatchId
from core.retention.policy import POLICY
from core.tracking.model import Cell, CellPlace, LearnedPlace, Report, Source
from core.tracking.ports import AccessPointNames, Cells, LearnedPlaces, PlaceName
from core.vault.model import Unreadable

NULL_ISLAND = Point(0.0, 0.0)
"""What a watch without a fix sends."""
ENOUGH_SATELLITES = 4
"""A fix needs four; a `V` frame with so many has good coordinates all the same."""

AGREEMENT_M = 150.0
"""Access points that a watch sees at one time are within twice their usual reach of each other."""
ONE_ACCESS_POINT_M = 75.0
"""How far one access point is heard through walls and across a street."""
SEVERAL_ACCESS_POINTS_M = 40.0
"""Where several agree: a house and its garden; less would promise more than signal strengths tell."""
LEAST_CELL_M = 500.0
"""The radius of the smallest cells of a town; tables that were gathered from cars claim less."""

GOOD_SATELLITES = 5
"""One more than a fix needs, so that one bad signal shows."""
GOOD_ACCURACY_M = 25.0
"""A third of an access point's reach: what a fix teaches is then no worse than what is made of it."""
SLOW_KMH = 20.0
"""Up to a cyclist's speed: on wheels that are faster, the scan for access points and the fix are a street apart."""
USUAL_FIX_M = 15.0
"""Error of a watch's fix that tells none."""
ROAMING_M = 300.0
"""An access point that is met so far from its place moves, as one in a bus does: no reach explains it."""
_CLASS = POLICY["learned_place"]
_DECIMALS = 6  # a tenth of a metre


@dataclass(frozen=True, slots=True)
class Fix:
    """A place and how it was found. accuracy_m: as the watch tells (GPS), or as found here."""

    point: Point = field(repr=False)
    source: Source
    accuracy_m: float | None


class Surroundings:
    """What is known of the access points and cells that the reports of a batch name; asked for once."""

    def __init__(self, learned: LearnedPlaces, names: AccessPointNames, cells: Cells, now: datetime) -> None:
        self._learned = learned
        self._names = names
        self._cells = cells
        self._now = now
        self._named: dict[tuple[WatchId, str], str] = {}
        self._known: dict[PlaceName, LearnedPlace] = {}
        self._heard: Mapping[Cell, CellPlace] = {}

    def look_ahead(self, reports: Mapping[WatchId, Sequence[Report]]) -> None:
        """Ask for all that `locate` and `learn` need for these reports."""
        names = {
            (watch_id, name)
            for watch_id, of_watch in reports.items()
            for report in of_watch
            for name in self._names_in(watch_id, report)
        }
        self._known = dict(self._learned.named(names, self._now)) if names else {}
        unsure = (report for of_watch in reports.values() for report in of_watch if not _is_surely_by_gps(report))
        heard = {cell for report in unsure for cell in report.cells}
        self._heard = self._cells.places(heard) if heard else {}

    def locate(self, watch_id: WatchId, report: Report, at: datetime) -> Fix | None:
        """Return the best fix that there is; a fix of which the watch itself is unsure comes after its Wi-Fi.

        A place is known after the instant at which it was learned: a frame that comes again is where it was at first.
        """
        if _is_surely_by_gps(report):
            return gps_fix(report)
        in_sight = (self._known.get((watch_id, name)) for name in self._names_in(watch_id, report))
        by_access_points = fix_by_access_points([place for place in in_sight if place and place.learned_at < at])
        return by_access_points or gps_fix(report) or self._by_cells(report)

    def learn(self, watch_id: WatchId, report: Report, at: datetime) -> None:
        """Keep where the access points in sight are. Raise EpochOver or Unreadable as Sealer does.

        Only what is newer than what is known teaches: the same reports again, in order of time, change nothing.
        """
        fix = gps_fix(report)
        assert fix is not None, "a good fix has a place"
        for name in self._names_in(watch_id, report):
            place = lesson(name, self._known.get((watch_id, name)), fix, at)
            if place is not None:
                self._learned.put(watch_id, place)
                self._known[watch_id, name] = place

    def _names_in(self, watch_id: WatchId, report: Report) -> list[str]:
        """Return the names of the access points in sight, strongest first, where they could be of use."""
        if _is_surely_by_gps(report) and not is_good_fix(report):
            return []
        try:
            return [self._name_of(watch_id, access_point) for access_point in report.access_points]
        except Unreadable:  # the watch was erased: storing what else the frame tells finds that out
            return []

    def _name_of(self, watch_id: WatchId, access_point: str) -> str:
        named = watch_id, access_point
        if named not in self._named:
            self._named[named] = self._names.of(watch_id, access_point)
        return self._named[named]

    def _by_cells(self, report: Report) -> Fix | None:
        return fix_by_cells([self._heard[cell] for cell in report.cells if cell in self._heard])


def is_no_fix(report: Report) -> bool:
    """Tell whether the frame's coordinates are none: out of range, 0,0, or a `V` frame's of too few satellites."""
    if report.point is None or report.coordinates_refused or report.point == NULL_ISLAND:
        return True
    return not report.fix_is_valid and (report.satellites or 0) < ENOUGH_SATELLITES


def gps_fix(report: Report) -> Fix | None:
    """Return the watch's own fix, sure or not."""
    if report.point is None or is_no_fix(report):
        return None
    return Fix(report.point, Source.GPS, report.accuracy_m)


def _is_surely_by_gps(report: Report) -> bool:
    return report.fix_is_valid and not is_no_fix(report)


def is_good_fix(report: Report) -> bool:
    """Tell whether the watch's own fix is good enough to learn from, as far as the report tells."""
    is_sharp = (report.satellites or 0) >= GOOD_SATELLITES or (report.accuracy_m or math.inf) <= GOOD_ACCURACY_M
    return _is_surely_by_gps(report) and is_sharp and (report.speed_kmh or 0.0) < SLOW_KMH


def lesson(access_point: str, known: LearnedPlace | None, fix: Fix, at: datetime) -> LearnedPlace | None:
    """Return what is to be kept of an access point that was in sight of a good fix; None where nothing is new.

    It is renewed once a day, as of the day's start: what was known when the day began stays known in all of it. What
    roams stays so until it is forgotten.
    """
    met = LearnedPlace(
        access_point=access_point, point=fix.point, accuracy_m=fix.accuracy_m or USUAL_FIX_M, learned_at=at
    )
    if known is None:
        return met
    if known.roams or at <= known.learned_at:
        return None
    moved_m = distance_m(known.point, fix.point)
    if moved_m > AGREEMENT_M:
        return replace(met, roams=moved_m > ROAMING_M)
    today = _CLASS.epoch_start(at)
    return replace(met, learned_at=today) if known.learned_at < today else None


def fix_by_access_points(places: Sequence[LearnedPlace]) -> Fix | None:
    """Return where the access points in sight, strongest first, agree that the watch is; more than half must agree."""
    settled = [place for place in places if not place.roams]
    circles = [[other for other in settled if distance_m(place.point, other.point) <= AGREEMENT_M] for place in settled]
    agreeing = max(circles, key=len, default=[])
    if 2 * len(agreeing) <= len(settled):
        return None
    point = _mean([place.point for place in agreeing], [1 / rank for rank, _ in enumerate(agreeing, 1)])
    spread_m = max(distance_m(point, place.point) + place.accuracy_m for place in agreeing)
    least_m = SEVERAL_ACCESS_POINTS_M if len(agreeing) > 1 else ONE_ACCESS_POINT_M
    return Fix(point, Source.WIFI, round(max(least_m, spread_m), 1))


def fix_by_cells(places: Sequence[CellPlace]) -> Fix | None:
    """Return where the cells, the serving one first, are heard; one that cannot be heard beside it does not count."""
    if not places:
        return None
    serving = places[0]
    together = [
        place for place in places if distance_m(place.point, serving.point) <= _reach_m(place) + _reach_m(serving)
    ]
    point = _mean([place.point for place in together], [1 / _reach_m(place) ** 2 for place in together])
    return Fix(point, Source.CELL, round(distance_m(point, serving.point) + _reach_m(serving), 1))


def _reach_m(place: CellPlace) -> float:
    return max(place.range_m, LEAST_CELL_M)


def _mean(points: Iterable[Point], weights: Iterable[float]) -> Point:
    """Return the weighted middle of places near each other, wherever on the globe."""
    x = y = z = 0.0
    for point, weight in zip(points, weights, strict=True):
        latitude, longitude = math.radians(point.latitude), math.radians(point.longitude)
        x += weight * math.cos(latitude) * math.cos(longitude)
        y += weight * math.cos(latitude) * math.sin(longitude)
        z += weight * math.sin(latitude)
    latitude, longitude = math.atan2(z, math.hypot(x, y)), math.atan2(y, x)
    return Point(round(math.degrees(latitude), _DECIMALS), round(math.degrees(longitude), _DECIMALS))
