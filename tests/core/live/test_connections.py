"""Connections: mute until a token is shown in time, and ended with it."""

from datetime import timedelta

import pytest

from core.alerts.model import DueKind
from core.kernel.ids import AccountId, WatchId, new_id
from core.live.model import CHECKED_EACH, TOKEN_WITHIN
from tests.builders import any_position
from tests.core.live.theatre import Theatre

IN_TIME = "core.live.connections:in_time"
CALLER_OF = "core.accounts.sign_in:Access.caller_of"


@pytest.fixture
def theatre() -> Theatre:
    return Theatre()


@pytest.fixture
def watch_id() -> WatchId:
    return WatchId(new_id())


def is_shown(theatre: Theatre, watch_id: WatchId, connection_id: str = "one=") -> bool:
    """Let the watch move and tell whether the connection sees it."""
    before = len(theatre.screens.shown[connection_id])
    position = any_position(watch_id, theatre.now(), fingerprint=new_id())
    theatre.positions.add(position)
    theatre.live_positions.show(watch_id, [(position.at, position.fingerprint)], theatre.now())
    return len(theatre.screens.shown[connection_id]) > before


def test_a_token_opens_the_view_of_ones_own_watches(theatre: Theatre, watch_id: WatchId) -> None:
    other = WatchId(new_id())
    account_id = theatre.member(watch_id)
    theatre.member(other, account_id)
    theatre.connections.open("one=", theatre.now())
    theatre.connections.show_token("one=", theatre.now(), theatre.token(account_id), theatre.now())
    [answer] = theatre.screens.shown["one="]
    assert answer == {"type": "watching", "watch_ids": sorted([watch_id, other]), "until": "2026-11-22T12:10:00Z"}
    assert is_shown(theatre, watch_id)
    assert is_shown(theatre, other)


def test_a_connection_without_a_token_sees_nothing_and_is_closed_by_the_sweep(
    theatre: Theatre, watch_id: WatchId
) -> None:
    theatre.connections.open("one=", theatre.now())
    assert not is_shown(theatre, watch_id)
    [due] = theatre.waiting()
    assert (due.kind, due.at) == (DueKind.CONNECTION, theatre.now() + TOKEN_WITHIN)
    theatre.sweep(after=TOKEN_WITHIN)
    assert theatre.screens.closed == ["one="]
    assert theatre.waiting() == []


@pytest.mark.attack("Z-16", guard=IN_TIME, part="no token in time")
def test_a_first_token_that_comes_too_late_closes_the_connection(theatre: Theatre, watch_id: WatchId) -> None:
    account_id, connected_at = theatre.member(watch_id), theatre.now()
    theatre.connections.open("one=", connected_at)
    theatre.clock.advance(TOKEN_WITHIN + timedelta(milliseconds=1))
    theatre.connections.show_token("one=", connected_at, theatre.token(account_id), theatre.now())
    assert theatre.screens.closed == ["one="]
    assert not is_shown(theatre, watch_id)


def test_a_first_token_may_come_at_the_last_instant(theatre: Theatre, watch_id: WatchId) -> None:
    account_id, connected_at = theatre.member(watch_id), theatre.now()
    theatre.clock.advance(TOKEN_WITHIN)
    theatre.connections.show_token("one=", connected_at, theatre.token(account_id), theatre.now())
    assert is_shown(theatre, watch_id)


@pytest.mark.promise("P-43", guard=CALLER_OF, part="live view")
@pytest.mark.attack("Z-16", guard=CALLER_OF, part="no token that holds")
@pytest.mark.parametrize("state", ["garbage", "expired", "signed out"])
def test_a_token_that_does_not_hold_closes_the_connection(theatre: Theatre, watch_id: WatchId, state: str) -> None:
    token = theatre.token(theatre.member(watch_id))
    if state == "expired":
        theatre.clock.advance(theatre.tokens.LIFETIME)
    elif state == "signed out":
        theatre.families.families.clear()
    else:
        token = "garbage"
    theatre.connections.show_token("one=", theatre.now(), token, theatre.now())
    assert theatre.screens.closed == ["one="]
    assert not theatre.screens.shown
    assert not is_shown(theatre, watch_id)


def test_a_wrong_token_ends_a_view_that_is_open(theatre: Theatre, watch_id: WatchId) -> None:
    theatre.open(theatre.member(watch_id))
    theatre.connections.show_token("one=", theatre.now(), "garbage", theatre.now())
    assert theatre.screens.closed == ["one="]
    assert not is_shown(theatre, watch_id)


def test_a_later_token_of_the_same_account_prolongs_the_view(theatre: Theatre, watch_id: WatchId) -> None:
    connected_at, account_id = theatre.now(), theatre.member(watch_id)
    theatre.open(account_id)
    theatre.clock.advance(timedelta(minutes=9))
    theatre.connections.show_token("one=", connected_at, theatre.token(account_id), theatre.now())
    theatre.clock.advance(timedelta(minutes=9))
    assert is_shown(theatre, watch_id)


def test_a_later_token_brings_the_watches_that_were_added_since(theatre: Theatre, watch_id: WatchId) -> None:
    account_id, later = theatre.member(watch_id), WatchId(new_id())
    theatre.open(account_id)
    theatre.member(later, account_id)
    assert not is_shown(theatre, later)
    theatre.connections.show_token("one=", theatre.now(), theatre.token(account_id), theatre.now())
    assert is_shown(theatre, later)


def test_a_token_of_another_account_closes_the_connection(theatre: Theatre, watch_id: WatchId) -> None:
    theatre.open(theatre.member(watch_id))
    stranger = theatre.token(theatre.member(WatchId(new_id())))
    theatre.connections.show_token("one=", theatre.now(), stranger, theatre.now())
    assert theatre.screens.closed == ["one="]
    assert not is_shown(theatre, watch_id)


@pytest.mark.promise("P-45", guard="core.retention.policy:is_over", part="live view")
@pytest.mark.attack("Z-16", guard="core.retention.policy:is_over", part="token over")
def test_a_view_ends_with_its_token(theatre: Theatre, watch_id: WatchId) -> None:
    theatre.open(theatre.member(watch_id))
    theatre.clock.advance(theatre.tokens.LIFETIME - timedelta(seconds=1))
    assert is_shown(theatre, watch_id)
    theatre.sweep(after=timedelta(seconds=1))
    assert theatre.screens.closed == ["one="]
    assert not is_shown(theatre, watch_id)
    assert theatre.waiting() == []


def test_a_view_whose_token_is_over_is_not_prolonged_any_more(theatre: Theatre, watch_id: WatchId) -> None:
    connected_at, account_id = theatre.now(), theatre.member(watch_id)
    theatre.open(account_id)
    theatre.clock.advance(theatre.tokens.LIFETIME)
    theatre.connections.show_token("one=", connected_at, theatre.token(account_id), theatre.now())
    assert theatre.screens.closed == ["one="]


def test_an_open_view_is_looked_at_again_each_minute(theatre: Theatre, watch_id: WatchId) -> None:
    theatre.open(theatre.member(watch_id))
    theatre.sweep(after=TOKEN_WITHIN)
    for _ in range(3):
        [due] = theatre.waiting()
        assert due.at == theatre.now() + CHECKED_EACH
        theatre.sweep(after=CHECKED_EACH)
    assert theatre.screens.closed == []
    assert is_shown(theatre, watch_id)


def test_a_connection_that_ended_is_forgotten(theatre: Theatre, watch_id: WatchId) -> None:
    theatre.open(theatre.member(watch_id))
    theatre.connections.closed("one=")
    assert not is_shown(theatre, watch_id)
    theatre.sweep(after=TOKEN_WITHIN)
    assert theatre.waiting() == []


def test_a_connection_that_is_gone_before_its_token_is_answered_is_forgotten(
    theatre: Theatre, watch_id: WatchId
) -> None:
    theatre.screens.gone.add("one=")
    theatre.connections.show_token("one=", theatre.now(), theatre.token(theatre.member(watch_id)), theatre.now())
    assert theatre.views.get("one=", theatre.now()) is None


def test_an_account_without_watches_is_told_so_and_closed_by_the_sweep(theatre: Theatre) -> None:
    theatre.connections.open("one=", theatre.now())
    theatre.connections.show_token("one=", theatre.now(), theatre.token(AccountId(new_id())), theatre.now())
    assert theatre.screens.shown["one="][0]["watch_ids"] == []
    theatre.sweep(after=TOKEN_WITHIN)
    assert theatre.screens.closed == ["one="]
