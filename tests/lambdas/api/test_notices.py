"""What an account is told of changes around it, over HTTP."""

from datetime import timedelta

import pytest

from core.kernel.ids import AccountId, new_id
from tests.builders import any_notice
from tests.clocks import NOON
from tests.lambdas.api.home import Home

MINUTE = timedelta(minutes=1)


@pytest.fixture
def home() -> Home:
    return Home()


def test_an_account_reads_its_own_notices_oldest_first_and_page_by_page(home: Home) -> None:
    by = AccountId(new_id())
    notices = [any_notice(home.account_id, NOON - minutes * MINUTE, by=by) for minutes in (3, 2, 1)]
    for notice in [*notices, any_notice(by, NOON)]:
        home.notices.add(notice)
    first = home.ask("GET", "/v1/notices", token=home.bearer, query={"limit": 2}).json
    query = {"limit": 2, "cursor": first["next"]}
    second = home.ask("GET", "/v1/notices", token=home.bearer, query=query).json
    assert [each["id"] for each in (*first["items"], *second["items"])] == [each.notice_id for each in notices]
    assert second["next"] is None
    assert first["items"][0] == {
        "id": notices[0].notice_id,
        "kind": "member_joined",
        "at": "2026-11-22T11:57:00Z",
        "watch_id": notices[0].watch_id,
        "by": by,
        "about": None,
    }


def test_a_cursor_of_another_account_opens_nothing(home: Home) -> None:
    for minutes in (1, 2):
        home.notices.add(any_notice(home.account_id, NOON - minutes * MINUTE))
    cursor = home.ask("GET", "/v1/notices", token=home.bearer, query={"limit": 1}).json["next"]
    home.account("bram@example.nl")
    query = {"limit": 1, "cursor": cursor}
    answer = home.ask("GET", "/v1/notices", token=home.token("bram@example.nl"), query=query)
    assert (answer.status, answer.json["code"]) == (400, "invalid_cursor")
