"""New positions, from the store to those who are looking."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.alerts.courier import Failures
from core.kernel.ids import WatchId
from core.live.audience import Audience
from core.live.messages import position_message
from core.live.model import PositionName
from core.tracking.ports import Positions

_INSTANT = timedelta(milliseconds=1)  # positions stand at whole milliseconds
_AT_ONE_INSTANT = 10  # more frames of one watch and millisecond than there ever are


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePositions:
    """Shows positions that were stored a moment ago. The way here carries their names only, never a place."""

    positions: Positions
    audience: Audience

    def show(self, watch_id: WatchId, names: Iterable[PositionName], now: datetime) -> None:
        """Show the positions of these instants and fingerprints, in this order; raise as Audience.show."""
        failures = Failures()
        for at, fingerprint in names:
            page = self.positions.between(watch_id, at, at + _INSTANT, now=now, limit=_AT_ONE_INSTANT, after=None)
            for position in page.items:
                if position.fingerprint == fingerprint:
                    with failures.kept():
                        self.audience.show(watch_id, position_message(position), now)
        failures.tell()
