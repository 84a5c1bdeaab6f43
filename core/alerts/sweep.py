"""What fires without a frame, looked at each minute."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from core.alerts.model import Due, DueKind
from core.alerts.ports import DueTimes
from core.kernel.clock import Clock
from core.vault.model import EpochOver, Unreadable

FAILED = "failed"
"""Counter of rows that could not be looked at; they are there again at the next sweep."""

_FIRST = (DueKind.SOS_REPEAT, DueKind.RETRY, DueKind.DWELL, DueKind.SILENCE)
"""Of what is due of watches: who calls for help waits for nobody; a silence, of which there are the most, for all."""

Fire = Callable[[Due], Due | None]
"""Does what is due where the state still asks for it, so that twice is once; returns what comes next."""


class Sweep:
    """Fires what is due: the next row stands before the old one goes, so that a crash in between loses nothing."""

    def __init__(self, due: DueTimes, fire: Mapping[DueKind, Fire], clock: Clock) -> None:
        self._due = due
        self._fire = fire
        self._clock = clock

    def run(self) -> Counter[str]:
        """Look at everything whose instant has come, the urgent first; return counts by kind.

        A row that fails stops no other.
        """
        counts: Counter[str] = Counter()
        for due in self._in_turn():
            try:
                self._take(due)
            except Exception:  # noqa: BLE001 - counted, and taken again at the next sweep
                counts[FAILED] += 1
            else:
                counts[due.kind] += 1
        return counts

    def _in_turn(self) -> Iterator[Due]:
        """Yield the rows of watches in order, then connections as they are read: strangers may open any number."""
        over = self._due.over(self._clock.now())
        for are_connections, rows in groupby(over, key=lambda due: due.kind is DueKind.CONNECTION):
            if are_connections:
                yield from rows
            else:
                yield from sorted(rows, key=lambda due: (_FIRST.index(due.kind), due.at))

    def _take(self, due: Due) -> None:
        try:
            following = self._fire[due.kind](due)
        except (EpochOver, Unreadable):  # the watch was erased
            following = None
        if following is not None:
            self._due.add(following)
        self._due.remove(due)
