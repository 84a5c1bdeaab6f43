"""What is remembered of a watch, changed step by step; each alarm that a step brings about is raised."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from core.alerts.model import WatchState
from core.alerts.ports import WatchStates
from core.kernel.clock import Clock
from core.kernel.ids import WatchId
from core.tracking.ports import AlarmQueue

TRIES = 10
"""A watch has one lane of frames, one sweep and a few alarms at a time: whoever loses so often meets an outage."""

Result = TypeVar("Result")
Step = Callable[[WatchState | None], tuple[WatchState | None, Result]]
"""Makes of what is remembered what is to be remembered, the same object for no change; and tells something of it."""


class WatchContended(Exception):  # noqa: N818 - an error is named after the fact
    """Others keep changing what is remembered of a watch; the same succeeds later."""


class WatchMemory:
    """Changes states of watches, each conditionally on the one that it was made of.

    What a state owes is stored with it, raised, and only then struck out: a crash in between loses nothing, and what is
    raised again becomes the same alert.
    """

    def __init__(self, states: WatchStates, alarms: AlarmQueue, clock: Clock) -> None:
        self._states = states
        self._alarms = alarms
        self._clock = clock

    def of(self, watch_id: WatchId) -> WatchState | None:
        """Return what is remembered."""
        return self._states.get(watch_id, self._clock.now())[0]

    def change(self, watch_id: WatchId, step: Step[Result]) -> Result:
        """Take one step and return what it tells; another's change meanwhile makes it start over.

        Raise WatchContended, or EpochOver and Unreadable as Sealer does.
        """
        for _ in range(TRIES):
            state, revision = self._settled(watch_id)
            stepped, result = step(state)
            if stepped is None or stepped is state:
                return result
            if self._states.put(watch_id, stepped, revision):
                if stepped.owed:
                    self._settled(watch_id)
                return result
        raise WatchContended("a watch's state keeps changing")

    def _settled(self, watch_id: WatchId) -> tuple[WatchState | None, int]:
        """Return state and revision after raising what is owed; what another adds meanwhile goes on being owed."""
        state, revision = self._states.get(watch_id, self._clock.now())
        if state is None or not state.owed:
            return state, revision
        self._alarms.raise_all(state.owed)
        self._states.put(watch_id, replace(state, owed=()), revision)
        return self._states.get(watch_id, self._clock.now())
