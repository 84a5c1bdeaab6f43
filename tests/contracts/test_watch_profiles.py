"""WatchProfiles."""

from dataclasses import replace

from core.kernel.ids import MediaId, WatchId, new_id
from core.watches.profile import Profile
from tests.worlds import World


def test_a_watch_that_nobody_named_has_a_profile_all_the_same(world: World) -> None:
    watch_id = WatchId(new_id())
    assert world.profiles.get(watch_id) == Profile(watch_id=watch_id, time_zone="Europe/Amsterdam", revision=0)


def test_a_profile_is_kept_as_it_was_stored(world: World) -> None:
    watch_id = world.watch()
    named = Profile(watch_id=watch_id, name="Noor", time_zone="America/Paramaribo", picture=MediaId(new_id()))
    assert world.profiles.replace(named) == replace(named, revision=1)
    assert world.profiles.get(watch_id) == replace(named, revision=1)
    assert world.profiles.get(world.watch("8800000016")).name is None


def test_of_two_who_read_the_same_profile_one_replaces_it(world: World) -> None:
    read = world.profiles.get(world.watch())
    first = world.profiles.replace(replace(read, name="Noor"))
    assert first is not None
    assert world.profiles.replace(replace(read, time_zone="Asia/Tokyo")) is None
    assert world.profiles.get(read.watch_id) == first
    second = world.profiles.replace(replace(first, time_zone="Asia/Tokyo"))
    assert second == replace(first, time_zone="Asia/Tokyo", revision=2)
    assert world.profiles.replace(replace(first, name=None)) is None
