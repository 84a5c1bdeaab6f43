"""KeyRows."""

from datetime import timedelta

from tests.clocks import NOON
from tests.worlds import World


def test_a_key_is_stored_once_and_found_until_it_is_removed(world: World) -> None:
    rows = world.key_rows
    assert rows.find("binding#a") is None
    assert rows.add("binding#a", b"first", None)
    assert not rows.add("binding#a", b"second", None)
    assert rows.find("binding#a") == b"first"
    rows.remove("binding#a")
    rows.remove("binding#a")
    assert rows.find("binding#a") is None


def test_an_epochs_key_is_gone_when_its_time_has_ended_though_its_row_stays(world: World) -> None:
    ends = NOON + timedelta(days=89)
    assert world.key_rows.add("day#a", b"wrapped", ends)
    world.clock.set(ends - timedelta(seconds=1))
    assert world.key_rows.find("day#a") == b"wrapped"
    world.clock.set(ends)
    assert world.key_rows.find("day#a") is None
