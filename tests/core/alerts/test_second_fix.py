"""After a first point outside a zone the watch is asked where it is."""

from datetime import timedelta

import pytest

from core.accounts.attempts import WINDOW
from core.commands.model import CommandKind, CommandState
from core.commands.orders import Orders
from core.commands.rousing import Rousing
from core.commands.second_fix import SecondFix
from core.kernel.geo import Point
from core.kernel.ids import WatchId
from core.tracking.ports import NotAsked
from core.zones.model import Circle
from tests.builders import HOME, any_zone
from tests.clocks import NOON
from tests.core.alerts.family import MINUTE, Family
from tests.core.alerts.test_watchkeeping import PARK, walk
from tests.fakes.accounts import InMemoryAttempts
from tests.fakes.commands import InMemoryCommands, InMemoryPresences, RecordingNudges


@pytest.fixture
def at_home(family: Family) -> Family:
    """A family whose watch has been at home for six minutes."""
    family.world.zones.put(any_zone(family.watch_id, shape=Circle(HOME, 200.0)))
    for sighting in walk(family, *[HOME] * 6):
        family.clock.set(sighting.received_at)
        family.saw(sighting)
    assert family.locator.located == []
    return family


def see(family: Family, *places: Point, minutes: int = 6) -> None:
    for sighting in walk(family, *places, start=NOON + minutes * MINUTE):
        family.clock.set(sighting.received_at)
        family.saw(sighting)


def test_the_first_point_outside_asks_and_the_next_ones_do_not(at_home: Family) -> None:
    see(at_home, PARK)
    assert at_home.locator.located == [at_home.watch_id]
    see(at_home, PARK, PARK, minutes=7)
    assert len(at_home.locator.located) == 1


def test_whatever_keeps_it_from_being_asked_is_no_outage_and_no_point_is_lost(
    at_home: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_out(_: WatchId) -> None:
        raise ConnectionError

    with monkeypatch.context() as outage:
        outage.setattr(at_home.locator, "locate", is_out)
        with pytest.raises(NotAsked):
            see(at_home, PARK)
    see(at_home, PARK, minutes=7)
    assert at_home.locator.located == [], "the first point is known"


def test_coming_home_asks_nothing(at_home: Family) -> None:
    see(at_home, *[PARK] * 12)
    before = len(at_home.locator.located)
    see(at_home, HOME, minutes=18)
    assert len(at_home.locator.located) == before


def test_a_point_that_came_late_asks_nothing(at_home: Family) -> None:
    (late,) = walk(at_home, PARK, start=NOON + 6 * MINUTE)
    at_home.clock.set(NOON + 10 * MINUTE)
    at_home.saw(late)
    assert at_home.locator.located == []


def test_who_stays_at_home_is_not_asked(at_home: Family) -> None:
    see(at_home, *[HOME] * 5)
    assert at_home.locator.located == []


def test_a_watch_is_asked_once_in_ten_minutes_in_nobodys_name(family: Family) -> None:
    commands, presences, nudges = InMemoryCommands(family.clock), InMemoryPresences(), RecordingNudges()
    attempts = InMemoryAttempts()
    orders = Orders(commands, Rousing(presences, nudges, family.clock), attempts, family.world.lookup)
    locator = SecondFix(orders, attempts, family.clock)
    locator.locate(family.watch_id)
    locator.locate(family.watch_id)
    (command,) = commands.waiting(family.watch_id, family.clock.now())
    assert (command.kind, command.ordered_by, command.state) == (CommandKind.LOCATE, None, CommandState.QUEUED)
    family.clock.advance(WINDOW + timedelta(seconds=1))
    locator.locate(family.watch_id)
    assert len(commands.waiting(family.watch_id, family.clock.now())) == 2
    assert [addressee for _, addressee in nudges.sent] == [family.watch_id] * 2
