"""LiveViews."""

from dataclasses import replace
from datetime import timedelta

from core.kernel.ids import WatchId, new_id
from tests.builders import any_live_view
from tests.clocks import NOON
from tests.frames import minutes
from tests.worlds import FAR_AHEAD, World

SECOND = timedelta(seconds=1)


def _watches(count: int) -> list[WatchId]:
    return [WatchId(new_id()) for _ in range(count)]


def test_a_view_is_found_by_its_connection_and_by_each_of_its_watches(world: World) -> None:
    mine, shared, other = _watches(3)
    view = any_live_view(NOON + minutes(10), mine, shared)
    second = any_live_view(NOON + minutes(5), shared)
    for each in (view, second):
        world.live_views.put(each, NOON)
        assert world.live_views.get(each.connection_id, NOON) == each
    assert world.live_views.of_watch(mine, NOON) == [view]
    found = world.live_views.of_watch(shared, NOON)
    assert sorted(found, key=lambda each: each.until) == [second, view]
    assert not world.live_views.of_watch(other, NOON)
    assert world.live_views.get("unknown=", NOON) is None


def test_a_view_of_many_watches_or_of_none_is_one_too(world: World) -> None:
    for watches in (_watches(60), []):
        view = any_live_view(NOON + minutes(10), *watches)
        world.live_views.put(view, NOON)
        assert world.live_views.get(view.connection_id, NOON) == view
        assert all(world.live_views.of_watch(watch_id, NOON) == [view] for watch_id in watches)


def test_a_view_ends_with_its_token_and_a_newer_token_prolongs_it(world: World) -> None:
    (watch_id,) = _watches(1)
    view = any_live_view(NOON + minutes(10), watch_id)
    world.live_views.put(view, NOON)
    assert world.live_views.of_watch(watch_id, view.until - SECOND) == [view]
    assert not world.live_views.of_watch(watch_id, view.until)
    assert world.live_views.get(view.connection_id, view.until) is None
    longer = replace(view, until=NOON + minutes(18))
    world.live_views.put(longer, NOON + minutes(8))
    assert world.live_views.of_watch(watch_id, view.until) == [longer]
    assert world.live_views.get(view.connection_id, view.until) == longer


def test_a_watch_that_is_no_longer_shown_is_told_nothing_more(world: World) -> None:
    kept, lost = _watches(2)
    view = any_live_view(FAR_AHEAD, kept, lost)
    world.live_views.put(view, NOON)
    less = replace(view, watch_ids=(kept,))
    world.live_views.put(less, NOON)
    assert world.live_views.of_watch(kept, NOON) == [less]
    assert not world.live_views.of_watch(lost, NOON)


def test_a_connection_that_is_gone_is_forgotten(world: World) -> None:
    (watch_id,) = _watches(1)
    view, other = any_live_view(FAR_AHEAD, watch_id), any_live_view(FAR_AHEAD, watch_id)
    for each in (view, other):
        world.live_views.put(each, NOON)
    for _ in range(2):
        world.live_views.remove(view.connection_id)
        assert world.live_views.get(view.connection_id, NOON) is None
        assert world.live_views.of_watch(watch_id, NOON) == [other]
