"""Access points have names that only their watch's key gives."""

import re

import pytest

from core.kernel.ids import WatchId, new_id
from core.retention.policy import Subject
from core.vault.model import Unreadable
from tests.clocks import FrozenClock
from tests.frames import OTHER_DEVICE
from tests.worlds import in_memory

ADDRESS = "aa:bb:cc:dd:ee:ff"


def test_an_access_point_has_one_name_in_a_watch_and_no_other_has_it() -> None:
    world = in_memory(FrozenClock())
    watch_id = world.watch()
    name = world.access_point_names.of(watch_id, ADDRESS)
    assert re.fullmatch("[0-9a-f]{32}", name)
    assert world.access_point_names.of(watch_id, ADDRESS) == name
    assert world.access_point_names.of(watch_id, "aa:bb:cc:dd:ee:fe") != name


def test_one_access_point_cannot_be_found_again_in_another_watchs_places() -> None:
    world = in_memory(FrozenClock())
    watches = world.watch(), world.watch(OTHER_DEVICE)
    assert len({world.access_point_names.of(watch_id, ADDRESS) for watch_id in watches}) == 2


def test_the_names_die_with_the_binding() -> None:
    world = in_memory(FrozenClock())
    watch_id = world.watch()
    world.access_point_names.of(watch_id, ADDRESS)
    world.sealer.destroy(Subject.BINDING, watch_id)
    for erased in (watch_id, WatchId(new_id())):
        with pytest.raises(Unreadable):
            world.access_point_names.of(erased, ADDRESS)
