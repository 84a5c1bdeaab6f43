"""That nothing is heard of a watch."""

from dataclasses import replace

from core.alerts.memory import WatchMemory
from core.alerts.model import Due, DueKind, WatchState
from core.alerts.own_alarms import own_alarm
from core.alerts.ports import DueTimes, WatchStates
from core.alerts.watchkeeping import SILENT_AFTER
from core.kernel.clock import Clock
from core.tracking.alarms import AlarmKind
from core.tracking.ports import AlarmQueue, TelemetryReadings
from core.vault.ports import Lookup


class Silence:
    """Looks at a watch when it should have been heard again.

    A frame that leaves a reading writes nothing here: the newest reading tells, and the watch's row moves on with it.
    """

    def __init__(
        self,
        telemetry: TelemetryReadings,
        states: WatchStates,
        due: DueTimes,
        alarms: AlarmQueue,
        lookup: Lookup,
        clock: Clock,
    ) -> None:
        self._telemetry = telemetry
        self._memory = WatchMemory(states, alarms, clock)
        self._due = due
        self._lookup = lookup
        self._clock = clock

    def look(self, due: Due) -> None:
        """Tell of a silence once, or look again when the watch should next be heard; raise as WatchMemory.change."""
        watch_id, now = due.watch_id, self._clock.now()
        assert watch_id is not None, "a silence is of a watch"
        newest = self._telemetry.latest(watch_id, now)
        heard_at = due.at - SILENT_AFTER
        if newest is not None:
            heard_at = max(heard_at, newest.received_at)
        silent_at = heard_at + SILENT_AFTER

        def looked(state: WatchState | None) -> tuple[WatchState | None, None]:
            if state is None or not is_awaited(state, due):
                return state, None
            if silent_at > now:
                self._due.add(replace(due, at=silent_at))
                return replace(state, silence_due_at=silent_at), None
            alarm = own_alarm(watch_id, AlarmKind.SILENT, silent_at, now, self._lookup)
            return replace(state, is_silent=True, silence_due_at=silent_at, owed=(*state.owed, alarm)), None

        self._memory.change(watch_id, looked)


def is_awaited(state: WatchState, due: Due) -> bool:
    """Tell whether this row is the one that the state waits for: each one fires once."""
    assert due.kind is DueKind.SILENCE, "a row of a silence"
    return not state.is_silent and state.silence_due_at == due.at
