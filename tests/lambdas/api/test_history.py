"""Where a watch is, was, and how it fared, over HTTP."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.cursors import LIFETIME
from core.kernel.geo import Point
from core.kernel.ids import AccountId, WatchId
from core.retention.policy import POLICY
from core.tracking.admission import CLOCK_TOLERANCE
from core.tracking.model import Doubt, Source
from lambdas.api.parameters import LARGEST_PAGE
from lambdas.api.ranges import AHEAD
from lambdas.api.routes import positions
from tests.clocks import NOON
from tests.lambdas.api.platform import Answer, Platform

HOUR = timedelta(hours=1)
EVERYTHING = {"from": "2000-01-01T00:00:00Z"}


class Home(Platform):
    """One guardian with one watch."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.account_id: AccountId = self.account()
        self.watch_id: WatchId = self.watch(self.account_id)

    def get(self, what: str, query: Any = "", **rest: Any) -> Answer:
        return self.ask("GET", f"/v1/watches/{self.watch_id}/{what}", token=self.token(), query=query, **rest)

    def times(self, query: Any = "", what: str = "positions") -> list[str]:
        answer = self.get(what, query)
        assert answer.status == 200, answer.body
        assert answer.json["next"] is None
        return [each["at"] for each in answer.json["items"]]


@pytest.fixture
def home() -> Home:
    return Home()


def text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


class TestLatestPosition:
    def test_it_comes_with_its_age_source_accuracy_and_doubts(self, home: Home) -> None:
        home.position(home.watch_id, NOON - HOUR)
        home.position(
            home.watch_id,
            NOON - timedelta(seconds=90),
            point=Point(-33.5, -70.25),
            source=Source.WIFI,
            accuracy_m=35.0,
            altitude_m=12.5,
            speed_kmh=None,
            course_deg=92.0,
            satellites=None,
            doubts=frozenset({Doubt.IMPOSSIBLE_SPEED, Doubt.CLOCK_CORRECTED}),
            backlog=True,
        )
        answer = home.get("position")
        assert answer.status == 200
        assert answer.json == {
            "state": "known",
            "position": {
                "at": "2026-11-22T11:58:30Z",
                "age_s": 90,
                "received_at": "2026-11-22T11:58:30Z",
                "latitude": -33.5,
                "longitude": -70.25,
                "source": "wifi",
                "accuracy_m": 35.0,
                "altitude_m": 12.5,
                "speed_kmh": None,
                "course_deg": 92.0,
                "satellites": None,
                "doubtful": True,
                "doubts": ["clock_corrected", "impossible_speed"],
                "backlog": True,
            },
        }

    def test_a_watch_that_never_told_a_place_is_unknown(self, home: Home) -> None:
        assert home.get("position").json == {"state": "unknown", "position": None}

    @pytest.mark.promise("P-17", guard="core.retention.policy:is_over", part="API reads")
    @pytest.mark.promise("P-27", guard="core.retention.policy:is_over", part="latest position")
    @pytest.mark.parametrize("into_the_day", [timedelta(0), timedelta(days=1, milliseconds=-1)])
    def test_it_is_unknown_from_the_instant_at_which_its_day_is_over(self, home: Home, into_the_day: timedelta) -> None:
        day = NOON.replace(hour=0)
        home.position(home.watch_id, day + into_the_day)
        over = POLICY["position"].expires_at(day)
        assert over is not None
        home.clock.set(over - timedelta(seconds=1))
        assert home.get("position").json["state"] == "known"
        home.clock.set(over)
        answer = home.get("position")
        assert answer.json == {"state": "unknown", "position": None}

    def test_a_fix_a_little_ahead_of_us_is_not_younger_than_now(self, home: Home) -> None:
        home.position(home.watch_id, NOON + timedelta(minutes=4))
        assert home.get("position").json["position"]["age_s"] == 0

    def test_who_has_it_already_is_told_so(self, home: Home) -> None:
        home.position(home.watch_id, NOON)
        etag = home.get("position").headers["ETag"]
        home.clock.advance(timedelta(minutes=2))
        unchanged = home.get("position", headers={"if-none-match": f'"other", {etag}'})
        assert (unchanged.status, unchanged.body, unchanged.headers["ETag"]) == (304, "", etag)
        assert unchanged.headers["Cache-Control"] == "no-store"
        home.position(home.watch_id, home.clock.now())
        moved = home.get("position", headers={"if-none-match": etag})
        assert moved.status == 200
        assert moved.headers["ETag"] != etag

    def test_it_changes_when_the_last_known_place_is_over(self, home: Home) -> None:
        home.position(home.watch_id, NOON)
        etag = home.get("position").headers["ETag"]
        home.clock.advance(timedelta(days=90))
        assert home.get("position", headers={"if-none-match": etag}).json["state"] == "unknown"


class TestHistory:
    def test_by_default_it_is_that_of_the_last_day_oldest_first(self, home: Home) -> None:
        for hours in (0, 30, 23, 24, 1):
            home.position(home.watch_id, NOON - hours * HOUR)
        assert home.times() == [text(NOON - hours * HOUR) for hours in (24, 23, 1, 0)]

    def test_a_fix_a_little_ahead_of_us_is_in_it(self, home: Home) -> None:
        home.position(home.watch_id, NOON + AHEAD - timedelta(seconds=1))
        assert len(home.times()) == 1

    def test_no_fix_that_is_taken_lies_beyond_the_end_of_every_range(self) -> None:
        assert AHEAD == CLOCK_TOLERANCE

    def test_a_range_holds_its_start_and_not_its_end(self, home: Home) -> None:
        for hours in range(5):
            home.position(home.watch_id, NOON - hours * HOUR)
        query = {"from": text(NOON - 3 * HOUR), "to": text(NOON - HOUR)}
        assert home.times(query) == [text(NOON - 3 * HOUR), text(NOON - 2 * HOUR)]

    def test_an_end_alone_gives_the_day_before_it(self, home: Home) -> None:
        for hours in (49, 48, 25, 24):
            home.position(home.watch_id, NOON - hours * HOUR)
        assert home.times({"to": text(NOON - 24 * HOUR)}) == [text(NOON - 48 * HOUR), text(NOON - 25 * HOUR)]

    def test_the_same_instant_in_any_zone_asks_for_the_same(self, home: Home) -> None:
        home.position(home.watch_id, NOON - HOUR)
        for zone in (UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=9, minutes=30))):
            query = {"from": (NOON - HOUR).astimezone(zone).isoformat(), "to": NOON.astimezone(zone).isoformat()}
            assert len(home.times(query)) == 1

    def test_the_hour_that_comes_twice_in_autumn_is_told_apart_by_its_offset(self, home: Home) -> None:
        home.clock.set(datetime(2026, 10, 25, 12, tzinfo=UTC))
        first, second = (
            datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=ZoneInfo("Europe/Amsterdam")) for fold in (0, 1)
        )
        home.position(home.watch_id, first.astimezone(UTC))
        home.position(home.watch_id, second.astimezone(UTC))
        assert home.times({"from": first.isoformat(), "to": second.isoformat()}) == [text(first)]

    @pytest.mark.promise("P-17", guard="core.retention.policy:is_over", part="API reads")
    @pytest.mark.parametrize("what", ["positions", "telemetry"])
    @pytest.mark.parametrize("into_the_day", [timedelta(0), timedelta(days=1, milliseconds=-1)])
    def test_nothing_is_in_it_from_the_instant_at_which_its_day_is_over(
        self, home: Home, what: str, into_the_day: timedelta
    ) -> None:
        day = NOON.replace(hour=0)
        home.position(home.watch_id, day + into_the_day)
        home.reading(home.watch_id, day + into_the_day)
        over = POLICY["position"].expires_at(day)
        assert over is not None
        home.clock.set(over - timedelta(seconds=1))
        assert len(home.times(EVERYTHING, what)) == 1
        home.clock.set(over)
        assert home.times(EVERYTHING, what) == []

    @pytest.mark.attack("Z-13", guard="lambdas.api.ranges:clamped")
    @pytest.mark.parametrize(
        "query",
        [
            {"from": "0001-01-01T00:00:00+14:00", "to": "9999-12-31T23:59:59-12:00"},
            {"from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59.999999Z"},
            {"to": "9999-12-31T23:59:59-12:00"},
            {"to": "0001-01-01T00:00:00+14:00"},
            {"from": "0001-01-01T00:00:00+14:00"},
            {"from": "9999-12-31T23:59:59-12:00"},
        ],
    )
    def test_any_range_is_cut_to_what_is_kept(self, home: Home, query: dict[str, str]) -> None:
        asked: list[tuple[datetime, datetime]] = []
        between = home.positions.between

        def recorded(owner: str, start: datetime, end: datetime, **rest: Any) -> Any:
            asked.append((start, end))
            return between(owner, start, end, **rest)

        home.positions.between = recorded  # type: ignore[method-assign] # the fake, with an ear
        answer = home.get("positions", query)
        assert answer.status == 200, answer.body
        [(start, end)] = asked
        assert POLICY["position"].oldest_readable(NOON) <= start <= end <= NOON + AHEAD
        assert start.tzinfo == end.tzinfo == UTC

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"from": text(NOON), "to": text(NOON - HOUR)}, "invalid_range"),
            ({"from": "9999-12-31T23:59:59-12:00", "to": "0001-01-01T00:00:00+14:00"}, "invalid_range"),
            ({"from": "2026-11-22T11:00:00"}, "invalid_request"),
            ({"to": "2026-11-22"}, "invalid_request"),
            ({"from": "0"}, "invalid_request"),
            ({"to": "9999"}, "invalid_request"),
            ({"from": "1795348800"}, "invalid_request"),
            ({"from": "2026-11-31T00:00:00Z"}, "invalid_request"),
            ({"from": "2026-11-22T25:00:00Z"}, "invalid_request"),
            ({"from": "yesterday"}, "invalid_request"),
            ({"from": ""}, "invalid_request"),
            ("from=2026-11-22T11:00:00Z&from=2026-11-22T10:00:00Z", "invalid_request"),
            ("from=2026-11-22T11:00:00+01:00", "invalid_request"),  # an unescaped plus is a space
            ({"limit": "0"}, "invalid_request"),
            ({"limit": "-1"}, "invalid_request"),
            ({"limit": str(LARGEST_PAGE + 1)}, "invalid_request"),
            ({"limit": str(10**9)}, "invalid_request"),
            ({"limit": "many"}, "invalid_request"),
            ({"since": text(NOON)}, "invalid_request"),
            ({"from": text(NOON - HOUR), "watch_id": "x"}, "invalid_request"),
            ({"cursor": "AAAA"}, "invalid_cursor"),
            ({"cursor": "!"}, "invalid_cursor"),
            ({"cursor": ""}, "invalid_cursor"),
            ({"cursor": "A" * 2_000}, "invalid_request"),
        ],
    )
    @pytest.mark.parametrize("what", ["positions", "telemetry"])
    def test_what_cannot_be_asked_is_refused(self, home: Home, what: str, query: Any, code: str) -> None:
        answer = home.get(what, query)
        assert (answer.status, answer.json["code"]) == (400, code), answer.body
        assert answer.headers["Content-Type"] == "application/problem+json"

    def test_a_refusal_names_the_wrong_parameter(self, home: Home) -> None:
        assert home.get("positions", {"from": "2026-11-22T11:00:00"}).json["errors"] == [
            {"place": "query.from", "reason": "timezone_aware"}
        ]
        assert home.get("positions", {"since": "x"}).json["errors"] == [
            {"place": "query.since", "reason": "extra_forbidden"}
        ]


class TestPages:
    def pages(self, home: Home, what: str = "positions", **query: Any) -> list[list[str]]:
        """Return the times of each page, at most ten of them."""
        found: list[list[str]] = []
        cursor: dict[str, str] = {}
        for _ in range(10):
            answer = home.get(what, {**query, **cursor})
            assert answer.status == 200, answer.body
            found.append([each["at"] for each in answer.json["items"]])
            if answer.json["next"] is None:
                break
            cursor = {"cursor": answer.json["next"]}
        return found

    @pytest.mark.promise("P-16", guard="lambdas.api.paging:_place", part="API pages")
    @pytest.mark.parametrize("what", ["positions", "telemetry"])
    @pytest.mark.parametrize("limit", [1, 2, 3, 6])
    def test_they_are_complete_and_in_order(self, home: Home, what: str, limit: int) -> None:
        times = [NOON - minutes * timedelta(minutes=7) for minutes in range(7)]
        for at in times:
            home.position(home.watch_id, at)
            home.reading(home.watch_id, at)
        pages = self.pages(home, what, limit=limit)
        assert [at for page in pages for at in page] == [text(at) for at in sorted(times)]
        assert all(len(page) == limit for page in pages[:-1])

    @pytest.mark.parametrize("limit", [3, 4])
    def test_there_is_one_where_all_fits(self, home: Home, limit: int) -> None:
        for minutes in range(3):
            home.position(home.watch_id, NOON - timedelta(minutes=minutes))
        assert [len(page) for page in self.pages(home, limit=limit)] == [3]

    def test_they_keep_the_range_with_which_they_began(self, home: Home) -> None:
        for minutes in range(3):
            home.position(home.watch_id, NOON - 24 * HOUR + timedelta(minutes=minutes))
        cursor = home.get("positions", {"limit": 1}).json["next"]
        home.clock.advance(timedelta(minutes=30))
        home.position(home.watch_id, home.clock.now())
        answer = home.get("positions", {"limit": 5, "cursor": cursor})
        assert len(answer.json["items"]) == 2

    def test_a_cursor_never_brings_back_what_is_over(self, home: Home) -> None:
        end_of_day = NOON.replace(hour=23, minute=30)
        home.clock.set(end_of_day)
        for minutes in range(3):
            home.position(home.watch_id, end_of_day - timedelta(minutes=minutes))
        home.clock.set(NOON.replace(hour=0) + timedelta(days=89) - timedelta(minutes=10))
        cursor = home.get("positions", {**EVERYTHING, "limit": 1}).json["next"]
        assert len(home.get("positions", {**EVERYTHING, "limit": 1, "cursor": cursor}).json["items"]) == 1
        home.clock.advance(timedelta(minutes=10))
        assert home.get("positions", {**EVERYTHING, "limit": 1, "cursor": cursor}).json == {"items": [], "next": None}

    def test_a_cursor_holds_for_its_own_query_and_list_only(self, home: Home) -> None:
        for minutes in range(3):
            home.position(home.watch_id, NOON - timedelta(minutes=minutes))
            home.reading(home.watch_id, NOON - timedelta(minutes=minutes))
        asked = {"from": text(NOON - HOUR), "limit": 1}
        cursor = home.get("positions", asked).json["next"]
        other_watch = home.watch(home.account_id)
        assert home.get("positions", {**asked, "cursor": cursor}).status == 200
        assert home.get("positions", {**asked, "limit": 2, "cursor": cursor}).status == 200, "a page may grow"
        for what, query in (
            ("positions", {**asked, "from": text(NOON - 2 * HOUR)}),
            ("positions", {**asked, "to": text(NOON)}),
            ("positions", {"limit": 1}),
            ("telemetry", asked),
        ):
            answer = home.get(what, {**query, "cursor": cursor})
            assert (answer.status, answer.json["code"]) == (400, "invalid_cursor"), query
        home.watch_id = other_watch
        assert home.get("positions", {**asked, "cursor": cursor}).status == 400

    def test_a_cursor_is_too_old_after_an_hour(self, home: Home) -> None:
        for minutes in range(3):
            home.position(home.watch_id, NOON - timedelta(minutes=minutes))
        cursor = home.get("positions", {"limit": 1}).json["next"]
        home.clock.advance(LIFETIME - timedelta(seconds=1))
        assert home.get("positions", {"limit": 1, "cursor": cursor}).status == 200
        home.clock.advance(timedelta(seconds=1))
        assert home.get("positions", {"limit": 1, "cursor": cursor}).json["code"] == "invalid_cursor"

    @pytest.mark.parametrize("limit", [1, 2, 3, 4])
    def test_watches_come_in_pages_too(self, home: Home, limit: int) -> None:
        watch_ids = {home.watch_id, *(home.watch(home.account_id) for _ in range(2))}
        found: list[str] = []
        query: dict[str, Any] = {"limit": limit}
        for _ in range(4):
            answer = home.ask("GET", "/v1/watches", token=home.token(), query=query)
            assert len(answer.json["items"]) <= limit
            found += [each["id"] for each in answer.json["items"]]
            if answer.json["next"] is None:
                break
            query["cursor"] = answer.json["next"]
        assert len(found) == 3
        assert set(found) == watch_ids


class TestTelemetry:
    def test_what_the_watch_did_not_tell_is_null(self, home: Home) -> None:
        home.reading(home.watch_id, NOON, steps=None, battery_percent=0, alarms=("sos", "low_battery"))
        assert home.get("telemetry").json["items"] == [
            {
                "at": "2026-11-22T12:00:00Z",
                "received_at": "2026-11-22T12:00:00Z",
                "battery_percent": 0,
                "signal_percent": 88,
                "steps": None,
                "rolls": None,
                "alarms": ["sos", "low_battery"],
            }
        ]


class TestClearing:
    def test_the_owner_forgets_a_range_or_all_of_it(self, home: Home) -> None:
        for hours in range(4):
            home.position(home.watch_id, NOON - hours * HOUR)
        token = home.token()
        path = f"/v1/watches/{home.watch_id}/positions"
        some = {"from": text(NOON - 2 * HOUR), "to": text(NOON)}
        assert home.ask("DELETE", path, token=token, query=some).json == {"removed": 2, "complete": True}
        assert home.times(EVERYTHING) == [text(NOON - 3 * HOUR), text(NOON)]
        assert home.ask("DELETE", path, token=token).json == {"removed": 2, "complete": True}
        assert home.times(EVERYTHING) == []

    def test_what_is_too_much_for_one_call_is_said_to_go_on(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(positions, "CLEARED_AT_ONCE", 2)
        for hours in range(3):
            home.position(home.watch_id, NOON - hours * HOUR)
        path, token = f"/v1/watches/{home.watch_id}/positions", home.token()
        answers = [home.ask("DELETE", path, token=token).json for _ in range(2)]
        assert answers == [{"removed": 2, "complete": False}, {"removed": 1, "complete": True}]

    def test_it_needs_the_password_of_a_moment_ago(self, home: Home) -> None:
        home.position(home.watch_id, NOON)
        token = home.token()
        home.clock.advance(timedelta(minutes=6))
        answer = home.ask("DELETE", f"/v1/watches/{home.watch_id}/positions", token=token)
        assert (answer.status, answer.json["code"]) == (403, "password_needed")
        assert home.times(EVERYTHING) == [text(NOON)]
