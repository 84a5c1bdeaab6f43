"""The numbers: no false event of a watch that stands still, and every crossing that points show, once and in time."""

import pytest

from tests.core.zones.simulation import Noise, false_crossings, journeys

HOURS = 5_000
JOURNEYS = 2_000


@pytest.mark.promise("P-19", guard="core.zones.stance:Excursion.is_true", part="no false alarms")
@pytest.mark.parametrize("noise", [Noise.BOUNDED, Noise.HONEST])
def test_a_watch_that_stands_still_gives_no_alarm(noise: Noise) -> None:
    """10,000 hours in all; what is left of noise that no watch tells of stands in bench/zones.py."""
    assert false_crossings(20, noise, HOURS, hours_each=10) == 0


@pytest.mark.promise("P-19", guard="core.zones.stance:Stance.settle", part="every crossing")
def test_every_crossing_that_points_show_is_found_once_and_in_time() -> None:
    for journey, expected, found in journeys(20, JOURNEYS):
        assert [(each.into, each.at) for each in found] == [(each.into, each.at) for each in expected], journey
        assert all(each.known_at <= one.known_by for each, one in zip(found, expected, strict=True)), journey
