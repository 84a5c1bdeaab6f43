"""The days of a watch, over the API."""

from datetime import timedelta
from typing import Any

import pytest

from core.kernel.ids import WatchId
from core.watches.profile import Profile
from tests.clocks import NOON
from tests.lambdas.api.platform import Platform

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Home(Platform):
    """Marieke's watch, which she may ask of."""

    def __init__(self) -> None:
        super().__init__()
        self.watch_id = self.watch(self.account())
        self.marieke = self.token()

    def days(self, **query: Any) -> Any:
        return self.ask("GET", f"/v1/watches/{self.watch_id}/activity", token=self.marieke, query=query).json


@pytest.fixture
def home() -> Home:
    return Home()


def test_each_day_tells_its_steps_its_hours_and_its_battery(home: Home) -> None:
    for hours, steps in ((4, 0), (3, 900), (1, 2_400)):
        home.reading(home.watch_id, NOON - hours * HOUR, steps=steps, battery_percent=90 - steps // 100)
    page = home.days()
    assert [day["day"] for day in page["items"]] == [f"2026-11-{number}" for number in range(16, 23)]
    assert page["items"][-1] == {
        "day": "2026-11-22",
        "steps": 2_400,
        "first_reading_at": "2026-11-22T08:00:00Z",
        "last_reading_at": "2026-11-22T11:00:00Z",
        "lowest_battery_percent": 66,
        "last_battery_percent": 66,
    }
    assert set(list(page["items"][0].values())[1:]) == {None}, "a day without a reading tells nothing, which is not 0"
    assert page["next"] is None


def test_days_are_those_of_the_watchs_zone(home: Home) -> None:
    home.reading(home.watch_id, NOON.replace(hour=1), steps=0)
    home.profiles.replace(Profile(watch_id=WatchId(home.watch_id), time_zone="America/New_York"))
    days = {day["day"]: day["steps"] for day in home.days()["items"]}
    assert (days["2026-11-21"], days["2026-11-22"]) == (0, None)


def test_a_range_is_read_page_by_page_and_ends_where_nothing_is_kept(home: Home) -> None:
    seen, query = [], {"from": "2001-01-01", "to": "9999-12-31", "limit": 14}
    while True:
        page = home.days(**query)
        seen += [day["day"] for day in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    oldest = NOON.date() - 88 * DAY
    assert seen == [(oldest + number * DAY).isoformat() for number in range(89)]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"from": "2026-11-21", "to": "2026-11-20"}, "invalid_range"),
        ({"from": "1700000000"}, "invalid_request"),
        ({"from": "2026-11-21T00:00:00Z"}, "invalid_request"),
        ({"to": "2026-02-30"}, "invalid_request"),
        ({"limit": 15}, "invalid_request"),
        ({"cursor": "AAAA"}, "invalid_cursor"),
    ],
)
def test_what_is_no_range_of_days_is_refused(home: Home, query: dict[str, Any], code: str) -> None:
    assert home.days(**query)["code"] == code


def test_days_before_all_that_is_kept_are_none(home: Home) -> None:
    assert home.days(**{"from": "2020-01-01", "to": "2020-01-31"})["items"] == []
    assert home.days(to="0001-01-01")["items"] == []


def test_days_that_are_still_to_come_are_none(home: Home) -> None:
    for first in ("2027-12-31", "9999-12-31"):
        assert home.days(**{"from": first}) == {"items": [], "next": None}
