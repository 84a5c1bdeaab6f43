"""That nothing is heard of a watch."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from core.alerts.memory import WatchMemory
from core.alerts.model import Due, DueKind, WatchState
from core.alerts.own_alarms import own_alarm
from core.alerts.ports import DueTimes
from core.alerts.watchkeeping import SILENT_AFTER
from core.kernel.clock import Clock
from core.tracking.alarms import AlarmKind
from core.tracking.ports import TelemetryReadings
from core.vault.ports import Lookup

ASKED = 20
"""Watches that tell whether anybody is heard: in half an hour few are switched off, and an outage of ours hits all."""
FEWEST = 5
"""Of fewer nobody can tell chance from an outage."""
HEARD_WITHIN = SILENT_AFTER / 2
"""More than one heartbeat of the longest interval, and over long before an outage makes anybody silent."""
JUDGED_FOR = timedelta(minutes=1)
"""How long the answer serves: one sweep."""


class Silence:
    """Looks at a watch when it should have been heard again.

    A frame that leaves a reading writes nothing here: the newest reading tells, and the watch's row moves on with it.
    While most watches are not heard, it is we who do not hear: each wait is put off, and nobody is told.
    """

    def __init__(
        self,
        telemetry: TelemetryReadings,
        memory: WatchMemory,
        due: DueTimes,
        lookup: Lookup,
        clock: Clock,
    ) -> None:
        self._telemetry = telemetry
        self._memory = memory
        self._due = due
        self._lookup = lookup
        self._clock = clock
        self._judged: tuple[datetime, bool] | None = None

    def look(self, due: Due) -> None:
        """Tell of a silence once, or look again when the watch should next be heard; raise as WatchMemory.change."""
        watch_id, now = due.watch_id, self._clock.now()
        assert watch_id is not None, "a silence is of a watch"

        def looked(state: WatchState | None) -> tuple[WatchState | None, None]:
            # comes before any reading is looked for: of an erased watch there are many, and none opens
            if state is None or not is_awaited(state, due):
                return state, None
            silent_at = self._heard_at(due, now) + SILENT_AFTER
            following = self._next_look(due, silent_at, now)
            if following is not None:
                self._due.add(following)
                return replace(state, silence_due_at=following.at), None
            alarm = own_alarm(watch_id, AlarmKind.SILENT, silent_at, now, self._lookup)
            return replace(state, is_silent=True, silence_due_at=silent_at, owed=(*state.owed, alarm)), None

        self._memory.change(watch_id, looked)

    def _next_look(self, due: Due, silent_at: datetime, now: datetime) -> Due | None:
        """Return when to look again; None for a silence that is to be told. step counts what fell into an outage."""
        if silent_at > now:
            return replace(due, at=silent_at, step=0)
        if self._are_others_heard(now):
            return None
        return replace(due, at=now + SILENT_AFTER, step=due.step + 1)

    def _heard_at(self, due: Due, now: datetime) -> datetime:
        """Return when the watch was heard last: by its newest reading, or by its row, unless that was put off."""
        assert due.watch_id is not None, "a silence is of a watch"
        newest = self._telemetry.latest(due.watch_id, now)
        waits_since = due.at - SILENT_AFTER
        if newest is None:
            return waits_since
        return newest.received_at if due.step else max(waits_since, newest.received_at)

    def _are_others_heard(self, now: datetime) -> bool:
        """Ask some of the watches that are awaited; one that was told silent is not among them."""
        if self._judged is None or now - self._judged[0] >= JUDGED_FOR:
            awaited = (due for due in self._due.over(now + SILENT_AFTER) if due.at > now and self._is_of_use(due))
            heard = [now - self._heard_at(due, now) <= HEARD_WITHIN for due in islice(awaited, ASKED)]
            self._judged = now, is_listening(heard)
        return self._judged[1]

    def _is_of_use(self, due: Due) -> bool:
        """Tell whether it is a watch's one row that is awaited: those that bare heartbeats left behind tell nothing."""
        if due.kind is not DueKind.SILENCE or due.watch_id is None:
            return False
        state = self._memory.of(due.watch_id)
        return state is not None and is_awaited(state, due)


def is_listening(heard: Sequence[bool]) -> bool:
    """Tell by which of some awaited watches were heard lately whether frames reach us at all."""
    return len(heard) < FEWEST or 2 * sum(heard) >= len(heard)


def is_awaited(state: WatchState, due: Due) -> bool:
    """Tell whether this row is the one that the state waits for: each one fires once."""
    assert due.kind is DueKind.SILENCE, "a row of a silence"
    return not state.is_silent and state.silence_due_at == due.at
