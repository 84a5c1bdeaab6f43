"""When a border was truly crossed."""

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.kernel.ids import ZoneId
from core.tracking.model import Doubt, Position, Source
from core.zones.engine import Followed, follow, settle
from core.zones.model import Circle, Crossing, Side, Zone
from tests.clocks import NOON
from tests.core.zones.simulation import DWELL, Journey, Metres, circle, crossings, position

CENTRE = Metres(0, 0)
AWAY = Metres(400, 0)
FAR = Metres(2500, 0)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
ZONE = circle(CENTRE, 100)


def stay(where: Metres, start: float, points: int = 3, **told: Any) -> list[Position]:
    """Return points a minute apart, the first `start` minutes after NOON."""
    return [position(NOON + (start + number) * MINUTE, where, **told) for number in range(points)]


def told(found: Followed | Sequence[Crossing]) -> list[tuple[str, float]]:
    """Return sides and minutes after NOON."""
    seen = found.crossings if isinstance(found, Followed) else found
    return [(each.into.value, (each.at - NOON) / MINUTE) for each in seen]


def doubted(positions: Iterable[Position], *doubts: Doubt) -> list[Position]:
    return [replace(each, doubts=frozenset(doubts)) for each in positions]


def at_once(*groups: Sequence[Position], zones: Sequence[Zone] = (ZONE,)) -> Followed:
    return follow({}, zones, [each for group in groups for each in group])


class TestCrossings:
    def test_a_crossing_is_told_once_with_the_time_of_the_first_point_beyond(self) -> None:
        found = at_once(stay(AWAY, 0), stay(CENTRE, 3), stay(AWAY, 10))
        assert told(found) == [("inside", 3), ("outside", 10)]
        assert [each.known_at - each.at for each in found.crossings] == [MINUTE, MINUTE]

    def test_where_a_watch_is_first_is_told_to_nobody(self) -> None:
        assert told(at_once(stay(CENTRE, 0, 30))) == []
        assert told(at_once(stay(AWAY, 0, 30))) == []

    def test_a_zone_drawn_around_a_watch_is_not_entered(self) -> None:
        before = at_once(stay(CENTRE, 0), zones=())
        after = follow(before.presence, [ZONE], stay(CENTRE, 3))
        assert told(after) == []
        assert told(follow(after.presence, [ZONE], stay(AWAY, 6))) == [("outside", 6)]

    def test_a_first_side_near_the_border_is_not_believed(self) -> None:
        near = [position(NOON, Metres(115, 0)), position(NOON + MINUTE, Metres(120, 0))]
        assert told(at_once(near, stay(CENTRE, 2), stay(AWAY, 6))) == [("outside", 6)]

    def test_a_zone_whose_shape_changes_starts_anew_in_silence(self) -> None:
        inside = at_once(stay(CENTRE, 0))
        moved = replace(ZONE, shape=Circle(AWAY.point(), 100))
        after = follow(inside.presence, [moved], stay(CENTRE, 3))
        assert told(after) == []
        assert told(follow(after.presence, [moved], stay(AWAY, 6))) == [("inside", 6)]

    def test_a_zone_that_is_renamed_goes_on(self) -> None:
        inside = at_once(stay(CENTRE, 0))
        assert told(follow(inside.presence, [replace(ZONE, name="home")], stay(AWAY, 3))) == [("outside", 3)]

    def test_a_zone_that_is_gone_is_forgotten(self) -> None:
        other = circle(AWAY, 100)
        both = at_once(stay(CENTRE, 0), zones=(ZONE, other))
        assert set(both.presence["zones"]) == {ZONE.zone_id, other.zone_id}
        assert set(follow(both.presence, [other], []).presence["zones"]) == {other.zone_id}
        assert set(settle(both.presence, [], NOON).presence["zones"]) == set()

    def test_each_zone_is_crossed_by_itself(self) -> None:
        other = circle(AWAY, 100)
        found = at_once(stay(CENTRE, 0), stay(AWAY, 3), zones=(ZONE, other))
        assert {(each.zone_id, each.into) for each in found.crossings} == {
            (ZONE.zone_id, Side.OUTSIDE),
            (other.zone_id, Side.INSIDE),
        }

    def test_a_fast_pass_is_no_noise(self) -> None:
        """Entered, and left a minute later: the cool-down asks for depth, it swallows nothing."""
        ride = [position(NOON + 10 * number * SECOND, Metres(-450 + 50 * number, 0)) for number in range(19)]
        assert [side for side, _ in told(at_once(ride))] == ["inside", "outside"]

    def test_a_child_that_plays_on_the_border_gives_one_alarm(self) -> None:
        steps = (Metres(100 + 22 * (-1) ** (number // 2), 0) for number in range(60))
        play = [position(NOON + (12 + number) * MINUTE, step) for number, step in enumerate(steps)]
        assert told(at_once(stay(AWAY, 0, 10), stay(CENTRE, 10, 2), play)) == [("inside", 10)]

    def test_a_night_without_points_hides_no_crossing(self) -> None:
        assert told(at_once(stay(CENTRE, 0), stay(AWAY, 600, 2))) == [("outside", 600)]


class TestDoubt:
    @pytest.mark.promise("P-19", guard="core.zones.stance:Excursion.is_true", part="no false alarms")
    def test_one_point_that_the_next_contradicts_proves_nothing(self) -> None:
        found = at_once(stay(CENTRE, 0), stay(FAR, 3, 1), stay(CENTRE, 4))
        assert told(found) == []
        assert found.look_again_at is None

    @pytest.mark.promise("P-19", guard="core.zones.stance:Excursion.is_true", part="no false alarms")
    def test_no_accuracy_circle_across_the_border_proves_anything(self) -> None:
        """An exit fired by a fix of 17 km accuracy is a bug of others."""
        assert told(crossings(ZONE, stay(CENTRE, 0) + stay(AWAY, 3, 120, accuracy_m=310.0))) == []

    def test_an_accurate_point_beyond_the_border_counts_at_less_depth(self) -> None:
        near = Metres(118, 0)
        assert told(at_once(stay(CENTRE, 0), stay(near, 3, 2, accuracy_m=5.0))) == [("outside", 3)]
        assert told(at_once(stay(CENTRE, 0), stay(near, 3, 2, accuracy_m=15.0))) == []

    @pytest.mark.attack("W-03", guard="core.zones.engine:may_prove", part="doubtful points alone move nobody")
    @pytest.mark.parametrize("doubt", Doubt)
    def test_doubtful_points_alone_move_nobody(self, doubt: Doubt) -> None:
        settled = at_once(stay(CENTRE, 0))
        spoofed = follow(settled.presence, [ZONE], doubted(stay(AWAY, 3, 60), doubt))
        assert spoofed == replace(settled, look_again_at=None)
        assert told(follow(spoofed.presence, [ZONE], stay(AWAY, 70))) == [("outside", 70)]

    @pytest.mark.promise("P-19", guard="core.zones.engine:may_prove", part="no late alarms")
    def test_what_is_sent_later_is_history(self) -> None:
        settled = at_once(stay(CENTRE, 0))
        later = [replace(each, backlog=True) for each in stay(AWAY, 3, 60)]
        assert told(follow(settled.presence, [ZONE], later)) == []

    def test_cells_move_nobody(self) -> None:
        assert told(crossings(ZONE, stay(CENTRE, 0) + stay(AWAY, 3, 200, source=Source.CELL))) == []


class TestTime:
    @pytest.mark.promise("P-19", guard="core.zones.engine:is_news", part="no late alarms")
    def test_points_that_are_not_newer_than_the_newest_change_nothing(self) -> None:
        settled = at_once(stay(CENTRE, 0, 1), stay(CENTRE, 10))
        assert follow(settled.presence, [ZONE], stay(AWAY, 1, 12)) == settled

    @pytest.mark.attack("W-19", guard="core.zones.engine:is_news", part="replayed points hide no crossing")
    def test_a_flood_of_replayed_and_older_points_hides_no_crossing(self) -> None:
        before = stay(CENTRE, 0, 5)
        flood = [*before, *(position(NOON + number * SECOND, CENTRE) for number in range(241))]
        received = [replace(each, received_at=NOON + 10 * MINUTE) for each in flood]
        followed = at_once(before)
        found: list[Crossing] = []
        for each in stay(AWAY, 5, 2):
            followed = follow(followed.presence, [ZONE], received)
            followed = follow(followed.presence, [ZONE], [each])
            found += followed.crossings
        assert told(found) == [("outside", 5)]

    @pytest.mark.attack("W-19", guard="core.zones.engine:time_of", part="a clock that is ahead hides no crossing")
    def test_a_clock_that_is_ahead_hides_no_crossing(self) -> None:
        ahead = [replace(each, at=each.at + timedelta(minutes=5)) for each in stay(CENTRE, 0)]
        assert told(at_once(ahead, stay(AWAY, 3, 2))) == [("outside", 3)]

    def test_how_points_come_in_batches_does_not_matter(self) -> None:
        draw = random.Random(3)  # noqa: S311 - journeys to be drawn again, no secret
        for _ in range(60):  # some of them out of sight
            journey = Journey.drawn(draw)
            zone, positions = journey.zone(), list(journey.positions(draw))
            whole = follow({}, [zone], draw.sample(positions, len(positions)))
            presence: Any = {}
            found: list[Crossing] = []
            for each in positions:
                one = follow(presence, [zone], [each])
                presence, found = json.loads(json.dumps(one.presence)), [*found, *one.crossings]
            assert (presence, tuple(found)) == (whole.presence, whole.crossings)


class TestDwell:
    @pytest.mark.promise("P-19", guard="core.zones.stance:Stance.settle", part="dwell")
    def test_one_deep_point_is_enough_when_nothing_contradicts_it(self) -> None:
        left = at_once(stay(CENTRE, 0), stay(AWAY, 3, 1))
        assert told(left) == []
        assert left.look_again_at == NOON + 3 * MINUTE + DWELL
        early = settle(left.presence, [ZONE], left.look_again_at - SECOND)
        assert (told(early), early.look_again_at) == ([], left.look_again_at)
        settled = settle(early.presence, [ZONE], left.look_again_at)
        assert (told(settled), settled.look_again_at) == ([("outside", 3)], None)
        assert told(settle(settled.presence, [ZONE], NOON + timedelta(hours=2))) == []
        assert told(follow(settled.presence, [ZONE], stay(AWAY, 7))) == []

    def test_a_sweep_that_comes_late_changes_nothing(self) -> None:
        """What silence had proven when the next point came is true, whoever looked."""
        returned = stay(CENTRE, 13)
        left = at_once(stay(CENTRE, 0), stay(AWAY, 3, 1))
        swept = settle(left.presence, [ZONE], NOON + 8 * MINUTE)
        unswept = follow(left.presence, [ZONE], returned)
        assert told(unswept) == told(swept) + told(follow(swept.presence, [ZONE], returned))
        assert swept.crossings[0] == unswept.crossings[0]

    def test_silence_counts_from_receipt(self) -> None:
        slow = [replace(each, received_at=each.at + 10 * MINUTE) for each in stay(AWAY, 3, 1)]
        assert at_once(stay(CENTRE, 0), slow).look_again_at == NOON + 13 * MINUTE + DWELL

    def test_one_shallow_point_is_not_enough(self) -> None:
        assert told(crossings(ZONE, stay(CENTRE, 0) + stay(Metres(130, 0), 3, 1))) == []

    def test_a_long_stay_just_beyond_the_border_is_a_crossing(self) -> None:
        """A child that moves to and fro by 80 m at school, and then stands 40 m off for an hour."""
        moving = [position(NOON + number * MINUTE, Metres(80 * (number // 2 % 2), 0)) for number in range(60)]
        found = crossings(ZONE, moving + stay(Metres(140, 0), 60, 61))
        assert told(found) == [("outside", 60)]
        assert found[0].known_at > NOON + 75 * MINUTE


class TestWiFi:
    def test_wifi_confirms_what_gps_began(self) -> None:
        beside = Metres(145, 0)  # certain, but not deep enough for the dwell
        found = at_once(stay(CENTRE, 0), stay(beside, 3, 1), stay(Metres(180, 0), 4, 1, source=Source.WIFI))
        assert told(found) == [("outside", 3)]

    def test_wifi_takes_back_what_a_single_point_began(self) -> None:
        found = at_once(stay(CENTRE, 0), stay(AWAY, 3, 1), stay(CENTRE, 4, 1, source=Source.WIFI))
        assert found.look_again_at is None

    def test_a_few_points_of_wifi_move_nobody(self) -> None:
        assert told(crossings(ZONE, stay(CENTRE, 0) + stay(AWAY, 3, 45, source=Source.WIFI))) == []

    def test_wifi_that_agrees_for_an_hour_moves_a_child_that_is_indoors_all_day(self) -> None:
        found = crossings(ZONE, stay(CENTRE, 0) + stay(AWAY, 3, 65, source=Source.WIFI))
        assert told(found) == [("outside", 3)]

    def test_wifi_that_contradicts_itself_moves_nobody(self) -> None:
        jumps = [
            stay(Metres(400 + 150 * (number % 3), 0), 3 + number, 1, source=Source.WIFI)[0] for number in range(200)
        ]
        assert told(crossings(ZONE, stay(CENTRE, 0) + jumps)) == []

    def test_gps_that_says_otherwise_outweighs_wifi(self) -> None:
        wifi = [each for each in stay(AWAY, 3, 200, source=Source.WIFI) if each.at.minute % 30]
        gps = [each for each in stay(CENTRE, 3, 200) if not each.at.minute % 30]
        assert told(crossings(ZONE, stay(CENTRE, 0) + sorted(wifi + gps, key=lambda each: each.at))) == []


class TestPresence:
    @pytest.mark.promise("P-27", guard="core.zones.engine:mark_of", part="zone state")
    def test_it_holds_no_coordinates(self) -> None:
        held = json.dumps(at_once(stay(CENTRE, 0), stay(AWAY, 3, 1)).presence)
        for point in (CENTRE.point(), AWAY.point()):
            assert f"{point.latitude:.3f}" not in held
            assert f"{point.longitude:.3f}" not in held

    @pytest.mark.promise("P-27", guard="core.zones.engine:within_sight", part="zone state")
    def test_it_does_not_tell_where_a_watch_is_that_is_far_from_its_zones(self) -> None:
        zones = [ZONE, circle(Metres(500, 0), 100), circle(Metres(0, 500), 100)]
        here, there = (follow({}, zones, stay(where, 0, 5)) for where in (Metres(9000, 4000), Metres(-5000, 7000)))
        assert here == there


class Wandering(RuleBasedStateMachine):
    """A child comes and goes; whatever else is received changes nothing."""

    @initialize(is_inside=st.booleans())
    def begin(self, *, is_inside: bool) -> None:
        self.is_inside = is_inside
        self.now = NOON
        self.presence: Any = {}
        self.found: list[Crossing] = []
        self.expected: list[tuple[Side, datetime]] = []
        self.sent: list[Position] = []
        self.send_true(3)

    def send_true(self, count: int, gap: timedelta = MINUTE) -> None:
        for _ in range(count):
            self.now = self.newest = self.now + gap
            self.take([position(self.now, CENTRE if self.is_inside else AWAY)])

    def take(self, positions: list[Position]) -> None:
        self.sent += positions
        followed = follow(self.presence, [ZONE], positions)
        self.presence = json.loads(json.dumps(followed.presence))
        self.found += followed.crossings

    @rule(count=st.integers(2, 4), gap=st.integers(10, 600))
    def cross(self, count: int, gap: int) -> None:
        self.is_inside = not self.is_inside
        self.expected.append((Side.INSIDE if self.is_inside else Side.OUTSIDE, self.now + gap * SECOND))
        self.send_true(count, gap * SECOND)

    @rule(count=st.integers(1, 3))
    def stay(self, count: int) -> None:
        self.send_true(count)

    @rule(draw=st.randoms(use_true_random=False))
    def send_again(self, draw: random.Random) -> None:
        before = self.presence
        self.take(draw.choices(self.sent, k=5))
        assert self.presence == before

    @rule(ago=st.integers(0, 3600), is_inside=st.booleans())
    def send_what_is_older(self, ago: int, *, is_inside: bool) -> None:
        before = self.presence
        at = self.newest - ago * SECOND
        self.take([replace(position(at, CENTRE if is_inside else AWAY), received_at=self.now)])
        assert self.presence == before

    @rule(kind=st.sampled_from(["doubtful", "backlog", "cell"]))
    def send_what_proves_nothing(self, kind: str) -> None:
        before = self.presence
        self.now += SECOND
        wrong = position(self.now, AWAY if self.is_inside else CENTRE)
        changes: dict[str, dict[str, Any]] = {
            "doubtful": {"doubts": frozenset({Doubt.IMPOSSIBLE_SPEED})},
            "backlog": {"backlog": True},
            "cell": {"source": Source.CELL},
        }
        self.take([replace(wrong, **changes[kind])])
        assert self.presence == before

    @rule()
    def wait_for_silence(self) -> None:
        self.now += timedelta(hours=2)
        self.found += (followed := settle(self.presence, [ZONE], self.now)).crossings
        self.presence = followed.presence

    @invariant()
    def each_crossing_was_told_once(self) -> None:
        assert [(each.into, each.at) for each in self.found] == self.expected


TestWandering = pytest.mark.promise("P-19", guard="core.zones.engine:is_news", part="exactly once")(Wandering.TestCase)


def test_zones_of_other_ids_are_other_zones() -> None:
    inside = at_once(stay(CENTRE, 0))
    twin = replace(ZONE, zone_id=ZoneId("t" * 26))
    assert told(follow(inside.presence, [twin], stay(AWAY, 3))) == []
