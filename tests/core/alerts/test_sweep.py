"""What is due is looked at once, and nothing that fails keeps the rest waiting."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from core.alerts.model import Due, DueKind
from core.alerts.sweep import FAILED, Fire, Sweep
from core.kernel.ids import WatchId
from core.vault.model import EpochOver, Unreadable
from tests.clocks import NOON, FrozenClock
from tests.core.alerts.family import MINUTE
from tests.fakes.alerts import InMemoryDueTimes

CLOCK = FrozenClock(NOON)


def due_at(minutes: int, kind: DueKind = DueKind.SILENCE, **known: object) -> Due:
    return Due(kind=kind, at=NOON + minutes * MINUTE, watch_id=WatchId("a" * 26), **known)  # type: ignore[arg-type]  # a test's


@pytest.fixture
def due_times() -> InMemoryDueTimes:
    return InMemoryDueTimes(CLOCK)


def sweep(due_times: InMemoryDueTimes, **fire: Fire) -> Counter[str]:
    def done(_due: Due) -> None:
        return None

    fires = {kind: fire.get(kind.value, done) for kind in DueKind}
    return Sweep(due_times, fires, CLOCK).run()


def test_only_what_has_come_is_looked_at_and_then_gone(due_times: InMemoryDueTimes) -> None:
    seen: list[Due] = []
    for each in (due_at(-5), due_at(0), due_at(1)):
        due_times.add(each)
    assert sweep(due_times, silence=seen.append) == {DueKind.SILENCE: 2}
    assert seen == [due_at(-5), due_at(0)]
    assert due_times.waiting() == [due_at(1)]


def test_what_is_urgent_is_looked_at_first_and_then_what_waits_longest(due_times: InMemoryDueTimes) -> None:
    seen: list[tuple[DueKind, int]] = []

    def look(due: Due) -> None:
        seen.append((due.kind, due.step))

    for step, kind in enumerate(
        (DueKind.SILENCE, DueKind.CONNECTION, DueKind.DWELL, DueKind.RETRY, DueKind.SOS_REPEAT)
    ):
        due_times.add(due_at(-2, kind, step=step))
        due_times.add(due_at(-1, kind, step=10 + step))
    sweep(due_times, **{kind.value: look for kind in DueKind})
    assert [kind for kind, _ in seen[::2]] == [
        DueKind.SOS_REPEAT,
        DueKind.RETRY,
        DueKind.DWELL,
        DueKind.SILENCE,
        DueKind.CONNECTION,
    ]
    assert [step for _, step in seen] == [4, 14, 3, 13, 2, 12, 0, 10, 1, 11]


def test_nothing_of_a_watch_waits_until_the_connections_that_strangers_opened_are_read() -> None:
    class Flooded(InMemoryDueTimes):
        def over(self, now: datetime) -> Iterator[Due]:
            yield from super().over(now)
            raise TimeoutError("more connections than a sweep can read")

    flooded, seen = Flooded(CLOCK), list[Due]()
    flooded.add(due_at(-2, DueKind.CONNECTION))
    flooded.add(due_at(-1, DueKind.SOS_REPEAT))
    flooded.add(due_at(-3))
    with pytest.raises(TimeoutError):
        sweep(flooded, sos_repeat=seen.append, silence=seen.append)
    assert [due.kind for due in seen] == [DueKind.SOS_REPEAT, DueKind.SILENCE]


def test_what_comes_next_stands_before_the_old_row_goes() -> None:
    order: list[str] = []

    class Recording(InMemoryDueTimes):
        def add(self, due: Due) -> None:
            order.append(f"add {due.step}")
            super().add(due)

        def remove(self, due: Due) -> None:
            order.append(f"remove {due.step}")
            super().remove(due)

    recording = Recording(CLOCK)
    recording.add(due_at(-1))
    sweep(recording, silence=lambda due: due_at(1, step=due.step + 1))
    assert order == ["add 0", "add 1", "remove 0"]
    assert recording.waiting() == [due_at(1, step=1)]


def test_a_row_that_fails_stays_and_stops_no_other(due_times: InMemoryDueTimes) -> None:
    def fail(_due: Due) -> None:
        raise RuntimeError("a bug")

    for each in (due_at(-3), due_at(-2, DueKind.DWELL), due_at(-1, DueKind.RETRY)):
        due_times.add(each)
    assert sweep(due_times, dwell=fail) == {DueKind.SILENCE: 1, DueKind.RETRY: 1, FAILED: 1}
    assert due_times.waiting() == [due_at(-2, DueKind.DWELL)]


@pytest.mark.parametrize("gone", [EpochOver("over"), Unreadable("erased")])
def test_the_rows_of_an_erased_watch_end(due_times: InMemoryDueTimes, gone: Exception) -> None:
    def erased(_due: Due) -> None:
        raise gone

    due_times.add(due_at(-1))
    assert sweep(due_times, silence=erased) == {DueKind.SILENCE: 1}
    assert due_times.waiting() == []


def test_a_row_lives_through_an_outage_of_days(due_times: InMemoryDueTimes) -> None:
    due_times.add(due_at(0))
    clock = FrozenClock(NOON + timedelta(days=6))
    assert [*due_times.over(clock.now())] == [due_at(0)]
