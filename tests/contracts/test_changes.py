"""The change log."""

from datetime import timedelta

from core.changes.model import Change
from core.kernel.ids import new_id
from tests.builders import any_change
from tests.clocks import NOON
from tests.worlds import FAR_AHEAD, LONG_AGO, World

MINUTE = timedelta(minutes=1)


def listed(world: World, subject_id: str) -> list[Change]:
    page = world.changes.between(subject_id, LONG_AGO, FAR_AHEAD, now=NOON, limit=100, after=None)
    return list(page.items)


def test_a_change_comes_back_whole_under_its_subject(world: World) -> None:
    watch_id, other = new_id(), new_id()
    changes = [
        any_change(watch_id, NOON - MINUTE),
        any_change(watch_id, NOON, actor=None, act="resetPassword", fields=()),
    ]
    for change in reversed(changes):
        world.changes.add(change)
    world.changes.add(any_change(other, NOON))
    assert listed(world, watch_id) == changes
    assert len(listed(world, other)) == 1


def test_two_changes_of_one_instant_are_two(world: World) -> None:
    watch_id = new_id()
    for _ in range(2):
        world.changes.add(any_change(watch_id, NOON))
    assert len(listed(world, watch_id)) == 2


def test_changes_are_listed_page_by_page(world: World) -> None:
    watch_id = new_id()
    changes = [any_change(watch_id, NOON - minutes * MINUTE) for minutes in range(5, 0, -1)]
    for change in changes:
        world.changes.add(change)
    found: list[Change] = []
    after = None
    while True:
        page = world.changes.between(watch_id, NOON - 4 * MINUTE, NOON, now=NOON, limit=2, after=after)
        found += page.items
        after = page.next
        if after is None:
            break
    assert found == changes[1:]
