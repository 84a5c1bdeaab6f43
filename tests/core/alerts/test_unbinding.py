"""Nobody waits for a watch that was unbound."""

from datetime import timedelta

from core.alerts.model import Due, DueKind, WatchState
from core.alerts.unbinding import Forgetting
from core.kernel.ids import WatchId, new_id
from tests.clocks import NOON, FrozenClock
from tests.fakes.alerts import InMemoryDueTimes, InMemoryWatchStates

LATER = NOON + timedelta(hours=1)


def test_the_silence_of_a_watch_that_was_unbound_is_awaited_no_more() -> None:
    clock = FrozenClock()
    states, due_times = InMemoryWatchStates(clock), InMemoryDueTimes(clock)
    watches = WatchId(new_id()), WatchId(new_id())
    rows = [Due(kind=DueKind.SILENCE, at=LATER, watch_id=each) for each in watches]
    for watch_id, row in zip(watches, rows, strict=True):
        states.put(watch_id, WatchState(newest_at=NOON, silence_due_at=LATER), 0)
        due_times.add(row)
    forgetting = Forgetting(states, due_times, clock)
    for _ in range(2):
        forgetting.forget(watches[0])
        assert list(due_times.over(LATER)) == rows[1:]
        assert states.get(watches[0], NOON) == (None, 0)
    assert states.get(watches[1], NOON)[0] is not None
