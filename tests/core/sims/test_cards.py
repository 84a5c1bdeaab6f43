"""What a card still has: asked now and then, told in any order, and guardians told once of each want of credit."""

from datetime import timedelta

import pytest

from core.accounts.model import TooManyAttempts
from core.kernel.ids import WatchId, new_id
from core.sims.callbacks import CALLBACKS_PER_ADDRESS
from core.sims.cards import ASK_APART
from core.sims.model import AMPLE_FROM_CENTS, LOW_BELOW_CENTS, Sim
from core.tracking.alarms import AlarmKind
from local.sim_provider import FIRST_CENTS
from tests.clocks import NOON
from tests.core.sims.household import Household

MINUTE = timedelta(minutes=1)


@pytest.fixture
def home() -> Household:
    return Household()


def card(home: Household) -> Sim:
    sim = home.sims.get(home.watch_id)
    assert sim is not None
    return sim


def balance(home: Household) -> int | None:
    standing = card(home).standing
    return None if standing is None else standing.balance_cents


def test_the_operator_is_asked_again_after_some_minutes_and_not_before(home: Household) -> None:
    for after in (timedelta(), MINUTE, ASK_APART - MINUTE, ASK_APART):
        home.service.cards.look(home.watch_id, NOON + after)
    assert len(home.operator.asked) == 2
    assert balance(home) == FIRST_CENTS


def test_an_operator_who_does_not_answer_leaves_what_is_known(home: Household) -> None:
    home.service.cards.look(home.watch_id, NOON)
    home.operator.is_down = True
    seen = home.service.cards.look(home.watch_id, NOON + ASK_APART)
    assert seen is not None
    assert seen.standing is not None
    assert seen.standing.at == NOON
    home.service.cards.look(home.watch_id, NOON + ASK_APART + MINUTE)
    assert len(home.operator.asked) == 2, "and is not asked by each who looks"


def test_a_watch_whose_card_is_not_known_has_none(home: Household) -> None:
    other = WatchId(new_id())
    home.service.watch_claimed(other, None)
    assert home.service.cards.look(other, NOON) is None
    assert not home.operator.asked


def test_what_is_told_late_or_twice_changes_nothing(home: Household) -> None:
    home.tell_balance(900)
    home.clock.set(NOON - MINUTE)
    home.tell_balance(100)
    assert balance(home) == 900
    assert card(home).revision == 1
    assert not home.alarms.raised


def test_an_operator_whose_clock_is_ahead_is_believed_again_at_once(home: Household) -> None:
    home.tell(kind="standing", standing={"balance_cents": 900, "currency": "EUR", "at": "2099-01-01T00:00:00Z"})
    home.clock.advance(MINUTE)
    home.tell_balance(800)
    assert balance(home) == 800


@pytest.mark.promise("P-12", guard="core.sims.cards:SimCards._settled", part="low credit once")
def test_guardians_hear_once_of_each_want_of_credit(home: Household) -> None:
    told = []
    for cents in (900, LOW_BELOW_CENTS, LOW_BELOW_CENTS - 1, 100, None, AMPLE_FROM_CENTS - 1, 50, AMPLE_FROM_CENTS, 10):
        home.clock.advance(MINUTE)
        home.tell_balance(cents)
        told.append(len(home.alarms.raised))
    assert told == [0, 0, 1, 1, 1, 1, 1, 1, 2]
    assert {alarm.kind for alarm in home.alarms.raised} == {AlarmKind.LOW_CREDIT}
    assert [alarm.at for alarm in home.alarms.raised] == [NOON + 3 * MINUTE, NOON + 9 * MINUTE]


def test_a_look_that_finds_little_credit_tells_as_well(home: Household) -> None:
    home.service.cards.look(home.watch_id, NOON)
    home.books.spend(900)
    home.service.cards.look(home.watch_id, NOON + ASK_APART)
    assert len(home.alarms.raised) == 0, "the operator's clock stands still"
    home.clock.advance(MINUTE)
    home.service.cards.look(home.watch_id, NOON + 2 * ASK_APART)
    assert len(home.alarms.raised) == 1


def test_a_want_that_could_not_be_told_is_told_at_the_next_look(home: Household) -> None:
    home.alarms.outage = ConnectionError("the queue is down")
    with pytest.raises(ConnectionError):
        home.tell_balance(100)
    assert card(home).low_since == NOON
    home.alarms.outage = None
    home.clock.advance(MINUTE)
    home.tell_balance(90)
    [alarm] = home.alarms.raised
    assert alarm.at == NOON
    home.clock.advance(MINUTE)
    home.tell_balance(80)
    assert len(home.alarms.raised) == 1


def test_who_had_the_watch_has_its_card_no_more(home: Household) -> None:
    home.service.watch_unbound(home.watch_id, home.owner)
    assert home.service.cards.look(home.watch_id, NOON) is None
    home.tell_balance(100)
    assert not home.alarms.raised


def test_callbacks_of_one_address_are_limited() -> None:
    home = Household()
    for _ in range(CALLBACKS_PER_ADDRESS):
        home.service.callbacks.attempts.count("sim-callbacks:192.0.2.7:2026-11-22T12:00:00+00:00", NOON)
    with pytest.raises(TooManyAttempts):
        home.tell_balance(100)
