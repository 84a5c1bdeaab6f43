"""What is remembered of a watch ends with its binding."""

from core.alerts.model import Due, DueKind
from core.alerts.ports import DueTimes, WatchStates
from core.kernel.clock import Clock
from core.kernel.ids import WatchId


class Forgetting:
    """Forgets a watch that was unbound, so that nobody is told that it is silent."""

    def __init__(self, states: WatchStates, due: DueTimes, clock: Clock) -> None:
        self._states = states
        self._due = due
        self._clock = clock

    def forget(self, watch_id: WatchId) -> None:
        """Remove the row of its silence, and its state; it is no error when there is neither."""
        state, _ = self._states.get(watch_id, self._clock.now())
        if state is not None and state.silence_due_at is not None:
            self._due.remove(Due(kind=DueKind.SILENCE, at=state.silence_due_at, watch_id=watch_id))
        self._states.remove(watch_id)
