"""Notices."""

from datetime import timedelta

import pytest

from adapters.dynamo.notices import NoticeRecord
from core.accounts.notices import NoticeKind
from core.kernel.ids import AccountId, WatchId, new_id
from core.notices.model import Notice, notice_of
from core.retention.policy import Subject
from core.vault.model import EpochOver, Unreadable
from tests.builders import any_announcement, any_notice
from tests.clocks import NOON, FrozenClock
from tests.worlds import FAR_AHEAD, LONG_AGO, World, on_dynamo

MINUTE = timedelta(minutes=1)


def listed(world: World, account_id: AccountId) -> list[Notice]:
    page = world.notices.between(account_id, LONG_AGO, FAR_AHEAD, now=world.clock.now(), limit=100, after=None)
    return list(page.items)


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_comes_back_whole(world: World, kind: NoticeKind) -> None:
    account_id = world.account()
    by, about = AccountId(new_id()), AccountId(new_id())
    notices = [
        any_notice(account_id, NOON - MINUTE, kind=kind, watch_id=None),
        any_notice(account_id, NOON, kind=kind, by=by, about=about, watch_id=WatchId(new_id())),
    ]
    for notice in reversed(notices):
        assert world.notices.add(notice)
    assert listed(world, account_id) == notices


def test_a_repetition_of_an_announcement_is_one_notice_and_any_other_is_another(world: World) -> None:
    first, second = world.account(), world.account()
    announcement = any_announcement(first, second, at=NOON + timedelta(microseconds=1))
    assert world.notices.add(notice_of(announcement, first))
    assert not world.notices.add(notice_of(announcement, first))
    assert world.notices.add(notice_of(announcement, second))
    for other in (
        any_announcement(first, at=NOON, watch_id=announcement.watch_id, by=second),
        any_announcement(first, at=NOON, watch_id=announcement.watch_id, about=second),
        any_announcement(first, at=NOON, watch_id=None),
        any_announcement(first, at=NOON, watch_id=announcement.watch_id, kind=NoticeKind.MEMBER_REMOVED),
        any_announcement(first, at=NOON + timedelta(milliseconds=1), watch_id=announcement.watch_id),
    ):
        assert world.notices.add(notice_of(other, first))
    assert len(listed(world, first)) == 6
    assert len(listed(world, second)) == 1


def test_notices_are_listed_page_by_page(world: World) -> None:
    account_id = world.account()
    notices = [any_notice(account_id, NOON - minutes * MINUTE) for minutes in range(5, 0, -1)]
    for notice in notices:
        world.notices.add(notice)
    found: list[Notice] = []
    after = None
    while True:
        page = world.notices.between(account_id, NOON - 4 * MINUTE, NOON, now=NOON, limit=2, after=after)
        found += page.items
        after = page.next
        if after is None:
            break
    assert found == notices[1:]


def test_what_comes_after_its_day_is_over_is_refused(world: World) -> None:
    account_id = world.account()
    with pytest.raises(EpochOver):
        world.notices.add(any_notice(account_id, NOON - timedelta(days=90)))


def test_a_notice_says_nothing_in_the_open_and_is_gone_with_the_accounts_key() -> None:
    with on_dynamo(FrozenClock()) as world:
        account_id = world.account()
        notice = any_notice(account_id, NOON)
        world.notices.add(notice)
        (record,) = NoticeRecord.query(account_id)
        assert record.serialize().keys() == {"account_id", "moment", "payload", "expires_at"}
        assert not any(each.encode() in record.payload for each in (notice.kind, notice.watch_id or ""))
        world.sealer.destroy(Subject.ACCOUNT, account_id)
        assert listed(world, account_id) == []
        with pytest.raises(Unreadable):
            world.notices.add(any_notice(account_id, NOON))
