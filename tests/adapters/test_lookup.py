"""Look-ups tell equal from unequal, and nothing else."""

from tests.clocks import FrozenClock
from tests.frames import DEVICE
from tests.worlds import in_memory


def test_equal_values_of_one_kind_meet_and_no_others_do() -> None:
    lookup = in_memory(FrozenClock()).lookup
    assert lookup.of("device", DEVICE) == lookup.of("device", DEVICE)
    texts = [lookup.of("device", DEVICE), lookup.of("device", DEVICE[:-1]), lookup.of("login", DEVICE)]
    assert len(set(texts)) == 3
    assert all(len(text) == 32 and int(text, 16) >= 0 for text in texts)


def test_without_our_pepper_nobody_finds_the_value_by_trying() -> None:
    one, other = (in_memory(FrozenClock()).lookup for _ in range(2))
    assert one.of("device", DEVICE) != other.of("device", DEVICE)
