"""Where a watch stands, seen from one zone, and when it has crossed: docs/adr/0011-when-a-crossing-is-true.md.

All that is remembered are numbers about signed distances to the border (metres, negative outside) and times
(milliseconds since 1970), as JSON holds them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple, Self

from core.zones.model import Side

SIGHT_M = 2_000.0
"""Farther from a border all places are alike: no noise reaches so far, and what is remembered shall not tell where."""
LEAST_ACCURACY_M = 5.0
"""No GPS point is better, whatever it claims."""
LEAST_WIFI_ACCURACY_M = 50.0
"""How far an access point is heard; what it was learned from may itself have been off."""
HYSTERESIS_M = 10.0
"""How far beyond the border the whole accuracy circle of a point must lie for the point to be clear."""
_MS = timedelta(milliseconds=1)
MEMORY_MS, MEMORY_POINTS = timedelta(hours=1) // _MS, 12
"""The spread is that of the last hour, and of twelve points where these took longer: fewer tell no spread."""
LARGEST_SPREAD_M = 50.0
"""What wanders more is no noise but moves, which is no reason to believe it less."""
TURN, LEAST_TURN_M = 0.5, 20.0
"""Spreads, and metres, by which a distance must turn back to count as a turn: less is no noise that matters."""
TURNS_OF_NOISE = 4
"""Who passes through a zone turns once; who went to and fro less often than this may just have walked."""
CERTAIN, CERTAIN_AT_FIRST = 6.0, 4.0
"""Spreads from the mean at which no noise takes a point in 10,000 hours; fewer from the border where no side is known:
who draws a zone that reaches 60 m around a watch shall hear when it leaves.
"""
DEEP_M = 50.0
"""Depth at which one certain point is enough when nothing contradicts it for DWELL_MS."""
DWELL_MS = timedelta(minutes=3) // _MS
STAYS: tuple[tuple[int, float], ...] = (
    (DWELL_MS, 4.5),
    (timedelta(minutes=20) // _MS, 3.5),
    (timedelta(minutes=60) // _MS, 2.0),
)
"""Two clear points are enough when they stay so long beyond the border, on average so many spreads from the mean."""
SILENCE_MS = timedelta(minutes=20) // _MS
"""How long a last point speaks for the time after it: watches report more often than this."""
COOL_DOWN_MS = timedelta(minutes=10) // _MS
"""So long after a crossing the hysteresis is twice as wide: a child plays on the border."""
WIFI_POINTS, WIFI_STAY_MS = 10, timedelta(minutes=60) // _MS
"""Wi-Fi points that agree, and for how long, where GPS says nothing: a child who is indoors all day."""


class Sight(NamedTuple):
    """One point, seen from a zone. at: when it was there. heard: when it was received."""

    at: int
    heard: int
    distance_m: float
    accuracy_m: float

    @property
    def side(self) -> Side:
        """On which side of the border the point is."""
        return Side.INSIDE if self.distance_m > 0 else Side.OUTSIDE

    @property
    def depth_m(self) -> float:
        """How far it is from the border."""
        return abs(self.distance_m)


@dataclass(slots=True)
class Wander:
    """Mean and spread of the distances on one side; a spread counts as noise as far as the distance turns back.

    last_m: the newest of them. extreme_m: the farthest in the present direction (heading: 1 inwards, -1 outwards).
    turns: how often it turned.
    """

    at: int = 0
    last_m: float = 0.0
    points: int = 0
    mean_m: float = 0.0
    variance: float = 0.0
    extreme_m: float = 0.0
    heading: int = 1
    turns: float = 0.0

    @property
    def noise_m(self) -> float:
        """Return how far chance takes a point from the mean, as a standard deviation."""
        return min(LARGEST_SPREAD_M, math.sqrt(self.variance)) * min(1.0, self.turns / TURNS_OF_NOISE)

    def take(self, sight: Sight) -> None:
        """Take in one more point."""
        age = (sight.at - self.at) / MEMORY_MS
        forgotten = min(age / (1 + age), 1 / MEMORY_POINTS)
        onward_m = (sight.distance_m - self.extreme_m) * self.heading
        if not self.points or onward_m > 0:
            self.extreme_m = sight.distance_m
        elif -onward_m >= max(LEAST_TURN_M, TURN * math.sqrt(self.variance)):
            self.extreme_m, self.heading = sight.distance_m, -self.heading
            self.turns += 1
        self.turns *= 1 - forgotten
        share = max(forgotten, 1 / (self.points + 1))
        off_m = sight.distance_m - self.mean_m
        self.mean_m += share * off_m
        self.variance = (1 - share) * (self.variance + share * off_m * off_m)
        self.points = min(self.points + 1, MEMORY_MS)  # bounded; the share is that of the memory long before
        self.at, self.last_m = sight.at, sight.distance_m


@dataclass(slots=True)
class Excursion:
    """An unbroken run of points beyond the border, which may become a crossing.

    is_first: no side is known yet. since: time of the first point. heard, heard_last: when the first and the last came.
    mean_m, noise_m: of the wander before it. points: clear ones of GPS; certain: how many of these are CERTAIN;
    strength, depth_m: their sums, in spreads from the mean and in metres from the border. wifi: clear points of Wi-Fi;
    wifi_depth_m: of the first.
    """

    into: str
    is_first: bool
    since: int
    heard: int
    heard_last: int
    mean_m: float
    noise_m: float
    points: int = 0
    certain: int = 0
    strength: float = 0.0
    depth_m: float = 0.0
    wifi: int = 0
    wifi_depth_m: float = 0.0

    def take(self, sight: Sight, clear_m: float) -> None:
        """Take in a GPS point beyond the border; it counts when it is at least clear_m deep."""
        self.heard_last = sight.heard
        if sight.depth_m >= clear_m:
            strength = abs(sight.distance_m - self.mean_m) / max(sight.accuracy_m, self.noise_m)
            self.points += 1
            self.certain += strength >= (CERTAIN_AT_FIRST if self.is_first else CERTAIN)
            self.strength += strength
            self.depth_m += sight.depth_m

    def take_wifi(self, sight: Sight) -> None:
        """Take in a clear point of Wi-Fi."""
        self.heard_last = sight.heard
        self.wifi_depth_m = self.wifi_depth_m or sight.depth_m
        self.wifi += 1

    def agrees(self, sight: Sight) -> bool:
        """Tell whether a point of Wi-Fi may be of the same stay: out of sight nobody can tell."""
        if sight.side != self.into:
            return False
        if not self.is_of_wifi():
            return True
        return sight.depth_m < SIGHT_M and abs(sight.depth_m - self.wifi_depth_m) <= sight.accuracy_m

    def is_true(self, lasted_ms: int) -> bool:
        """Tell whether it is a crossing beyond doubt."""
        if not self.points:
            return self.wifi >= WIFI_POINTS and lasted_ms >= WIFI_STAY_MS
        if self.certain:
            return self.points + self.wifi > 1 or (self.depth_m >= DEEP_M and lasted_ms >= DWELL_MS)
        strength = self.strength / self.points
        return self.points > 1 and any(lasted_ms >= stay_ms and strength >= enough for stay_ms, enough in STAYS)

    def true_from(self) -> int | None:
        """Return when it becomes true if nothing more is heard; None when silence alone does not make it so."""
        if not self.points:
            return None
        longest_ms = self.heard_last + SILENCE_MS - self.heard
        lasted = (stay_ms for stay_ms, _ in STAYS if stay_ms <= longest_ms and self.is_true(stay_ms))
        return next((self.heard + stay_ms for stay_ms in lasted), None)

    def is_of_wifi(self) -> bool:
        """Tell whether only Wi-Fi speaks for it."""
        return self.wifi > 0 and not self.points


class Crossed(NamedTuple):
    """That a border was crossed: to which side, when, and when it was beyond doubt."""

    into: Side
    at: int
    known_at: int


@dataclass(slots=True)
class Stance:
    """On which side a watch is: None until that is as sure as a crossing. mark: of the shape. crossed: when last."""

    mark: int
    side: str | None = None
    crossed: int | None = None
    wander: Wander = field(default_factory=Wander)
    excursion: Excursion | None = None

    @classmethod
    def out_of_sight(cls, mark: int) -> Self:
        """Return the stance of every watch that is SIGHT_M or more outside."""
        return cls(mark, Side.OUTSIDE, wander=Wander(points=1, mean_m=-SIGHT_M, extreme_m=-SIGHT_M))

    def is_out_of_sight(self) -> bool:
        """Tell whether this is so since the last point, with no doubt about the side."""
        return self.side == Side.OUTSIDE and self.excursion is None and self.wander.last_m == -SIGHT_M

    @classmethod
    def of(cls, held: Mapping[str, Any]) -> Self:
        """Return what `held` tells."""
        wander, excursion = Wander(*held["wander"]), held["excursion"]
        return cls(held["mark"], held["side"], held["crossed"], wander, Excursion(*excursion) if excursion else None)

    def held(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "mark": self.mark,
            "side": self.side,
            "crossed": self.crossed,
            "wander": _values_of(self.wander),
            "excursion": _values_of(self.excursion) if self.excursion else None,
        }

    def see(self, sight: Sight) -> Crossed | None:
        """Take in a GPS point."""
        accuracy_m = max(sight.accuracy_m, LEAST_ACCURACY_M)
        sight = sight._replace(accuracy_m=accuracy_m)
        excursion = self.excursion
        if excursion and (excursion.into != sight.side or excursion.is_of_wifi()):
            excursion = None
        if sight.side != self.side:
            excursion = excursion or self._excursion(sight)
            excursion.take(sight, self._clear_m(sight))
        self.excursion = excursion
        self.wander.take(sight)
        return self._crossed(sight)

    def see_wifi(self, sight: Sight) -> Crossed | None:
        """Take in a point of Wi-Fi: it takes back, or confirms, what GPS began; alone it needs many that agree."""
        sight = sight._replace(accuracy_m=max(sight.accuracy_m, LEAST_WIFI_ACCURACY_M))
        if sight.depth_m < sight.accuracy_m:
            return None
        if self.excursion and not self.excursion.agrees(sight):
            self.excursion = None
        if sight.side != self.side:
            if self.excursion is None and sight.depth_m < SIGHT_M:
                self.excursion = self._excursion(sight)
            if self.excursion:
                self.excursion.take_wifi(sight)
        return self._crossed(sight)

    def settle(self, now: int) -> Crossed | None:
        """Take in that nothing more was heard until now."""
        true_from = self.excursion.true_from() if self.excursion else None
        return None if true_from is None or true_from > now else self._cross(true_from)

    def _excursion(self, sight: Sight) -> Excursion:
        """Return a new one; where no side is known yet, the watch is taken to stand on the border."""
        is_first = self.side is None
        mean_m, noise_m = (0.0, 0.0) if is_first else (self.wander.mean_m, self.wander.noise_m)
        return Excursion(sight.side, is_first, sight.at, sight.heard, sight.heard, mean_m, noise_m)

    def _clear_m(self, sight: Sight) -> float:
        is_cooling_down = self.crossed is not None and sight.at - self.crossed < COOL_DOWN_MS
        return sight.accuracy_m + HYSTERESIS_M * (2 if is_cooling_down else 1)

    def _crossed(self, sight: Sight) -> Crossed | None:
        if self.excursion and self.excursion.is_true(sight.at - self.excursion.since):
            return self._cross(sight.heard)
        return None

    def _cross(self, known_at: int) -> Crossed | None:
        """Take the other side; tell of it unless it is the first that is known."""
        excursion = self.excursion
        assert excursion, "only an excursion becomes a crossing"
        self.side, self.excursion = excursion.into, None
        if excursion.is_first:
            return None
        depth_m = excursion.depth_m / excursion.points if excursion.points else excursion.wifi_depth_m
        heading = 1 if excursion.into == Side.INSIDE else -1
        mean_m = heading * depth_m
        self.wander = Wander(self.wander.at, self.wander.last_m, 1, mean_m, extreme_m=mean_m, heading=heading)
        self.crossed = excursion.since
        return Crossed(Side(excursion.into), excursion.since, known_at)


def _values_of(held: Wander | Excursion) -> list[Any]:
    return [getattr(held, name) for name in held.__slots__]
