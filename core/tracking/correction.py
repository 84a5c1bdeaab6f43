"""What happens when a guardian says that the watch was not there."""

from dataclasses import dataclass
from datetime import datetime

from core.kernel.errors import NotFound
from core.kernel.geo import distance_m
from core.kernel.ids import WatchId
from core.tracking.model import Doubt, Position, Source
from core.tracking.ports import LearnedPlaces, Positions

LEAST_FORGOTTEN_M = 200.0
"""Around a wrong place, however exact it was said to be: what put it there lies within the reach of Wi-Fi."""


class PositionNotFound(NotFound):
    """The watch has no position of this instant, or it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Marks positions as wrong and forgets the learned places that gave them."""

    positions: Positions
    places: LearnedPlaces

    def report_wrong(self, watch_id: WatchId, at: datetime, now: datetime) -> None:
        """Doubt the positions of exactly this instant; raise PositionNotFound."""
        wrong = self.positions.doubt(watch_id, at, Doubt.REPORTED_WRONG, now)
        if not wrong:
            raise PositionNotFound("no position of this instant")
        for position in wrong:
            if position.source is Source.WIFI:
                self._forget_around(position, now)

    def _forget_around(self, position: Position, now: datetime) -> None:
        reach_m = max(position.accuracy_m or 0.0, LEAST_FORGOTTEN_M)
        known = self.places.of_watch(position.watch_id, now)
        near = [each.access_point for each in known if distance_m(each.point, position.point) <= reach_m]
        self.places.forget(position.watch_id, near)
