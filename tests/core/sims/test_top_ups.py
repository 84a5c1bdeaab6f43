"""An order is booked once or not at all, whatever happens on the way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.dynamo.top_ups import DynamoTopUps
from adapters.sim_provider.http import Credentials, HttpExchange
from core.accounts.model import TooManyAttempts
from core.kernel.errors import IdempotencyKeyReused
from core.kernel.ids import TopUpId, WatchId, new_id
from core.sims.model import NoSim, ProviderUnavailable, TopUpNotFound, TopUpState
from core.sims.top_ups import BOOKED_WITHIN, MOST_A_DAY
from local.sim_provider import API_KEY, CALLBACK_KEY, Books, Fault, LocalSimProvider
from tests.clocks import NOON, FrozenClock
from tests.core.sims.household import KEY, Household
from tests.worlds import on_dynamo

NAME = "core.sims.top_ups:top_up_id_of"
STEP = "core.sims.top_ups:is_step"


@pytest.fixture
def home() -> Household:
    return Household()


@pytest.mark.promise("P-12", guard=NAME, part="a repeated top-up is one booking")
@pytest.mark.attack("Z-24", guard=NAME, part="replay")
def test_an_order_that_is_repeated_is_one_booking(home: Household) -> None:
    orders = [home.order() for _ in range(5)]
    assert len(home.books.booked) == 1
    assert {order.top_up_id for order in orders} == {orders[0].top_up_id}
    assert {order.state for order in orders} == {TopUpState.BOOKED}
    assert home.order(key="a key of another order").top_up_id != orders[0].top_up_id
    assert len(home.books.booked) == 2


@pytest.mark.attack("Z-24", guard=NAME, part="another amount under the key")
def test_a_key_that_comes_with_another_amount_is_refused(home: Household) -> None:
    home.order(cents=500)
    with pytest.raises(IdempotencyKeyReused):
        home.order(cents=3000)
    assert [cents for _, cents in home.books.booked] == [500]


def test_keys_are_those_of_one_account_and_one_watch(home: Household) -> None:
    assert home.order().top_up_id != Household().order().top_up_id


def test_what_the_operator_has_not_answered_is_not_known_and_is_asked_again(home: Household) -> None:
    home.operator.is_down = True
    order = home.order()
    assert order.state is TopUpState.UNKNOWN
    assert home.service.top_ups.get(home.watch_id, order.top_up_id, NOON).state is TopUpState.UNKNOWN
    home.operator.is_down = False
    assert home.service.top_ups.get(home.watch_id, order.top_up_id, NOON).state is TopUpState.BOOKED
    asked = len(home.operator.asked)
    assert home.service.top_ups.get(home.watch_id, order.top_up_id, NOON).state is TopUpState.BOOKED
    assert len(home.operator.asked) == asked, "what is settled is not asked of any more"
    assert len(home.books.booked) == 1


def test_a_list_asks_of_all_that_is_not_settled_until_the_operator_does_not_answer(home: Household) -> None:
    home.operator.is_down = True
    for number in range(3):
        home.order(f"order number {number}")
    home.operator.asked.clear()
    page = home.service.top_ups.newest(home.watch_id, limit=10, after=None, now=NOON)
    assert [each.state for each in page.items] == [TopUpState.UNKNOWN] * 3
    assert len(home.operator.asked) == 1
    home.operator.is_down = False
    page = home.service.top_ups.newest(home.watch_id, limit=10, after=None, now=NOON)
    assert [each.state for each in page.items] == [TopUpState.BOOKED] * 3
    assert len(home.books.booked) == 3


def test_an_order_that_never_reached_the_operator_is_not_booked_long_after(home: Household) -> None:
    home.operator.is_down = True
    order = home.order()
    home.operator.is_down = False
    home.clock.advance(BOOKED_WITHIN + timedelta(seconds=1))
    found = home.service.top_ups.get(home.watch_id, order.top_up_id, home.clock.now())
    assert found.state is TopUpState.REFUSED
    assert not home.books.booked


@pytest.mark.attack("Z-24", guard=STEP, part="late and repeated callbacks")
def test_what_is_settled_stays_whatever_is_told_later(home: Household) -> None:
    order = home.order()
    for state in ("pending", "refused", "booked", "pending"):
        home.tell(kind="top_up", top_up=order.top_up_id, state=state)
    stored = home.top_ups.get(home.watch_id, order.top_up_id)
    assert stored == order


def test_what_is_booked_later_is_told_by_a_callback(home: Household) -> None:
    home.books.is_slow = True
    order = home.order()
    assert order.state is TopUpState.PENDING
    home.books.settle()
    for _ in range(2):
        home.take(home.books.callbacks[-1])
    stored = home.top_ups.get(home.watch_id, order.top_up_id)
    assert stored is not None
    assert (stored.state, stored.revision) == (TopUpState.BOOKED, 2)


def test_a_booking_shows_the_new_balance_at_once(home: Household) -> None:
    home.order()
    sim = home.service.cards.look(home.watch_id, NOON + timedelta(seconds=1))
    assert sim is not None
    assert sim.standing is not None
    assert sim.standing.balance_cents == 2000


def test_a_callback_of_a_top_up_that_nobody_ordered_makes_none(home: Household) -> None:
    home.tell(kind="top_up", top_up="a" * 26, state="booked")
    home.take({"kind": "top_up", "reference": new_id(), "top_up": "a" * 26, "state": "booked"})
    assert not home.top_ups.items
    with pytest.raises(TopUpNotFound):
        home.service.top_ups.get(home.watch_id, TopUpId("a" * 26), NOON)


def test_nobody_orders_more_in_a_day_than_a_child_calls_for(home: Household) -> None:
    for number in range(MOST_A_DAY):
        home.order(f"order number {number}")
    with pytest.raises(TooManyAttempts) as refusal:
        home.order("one order more")
    assert refusal.value.retry_after == timedelta(hours=12)
    assert len(home.books.booked) == MOST_A_DAY
    assert home.order("order number 0").state is TopUpState.BOOKED, "and what was ordered is still told"
    home.clock.advance(refusal.value.retry_after)
    assert home.order("one order more").state is TopUpState.BOOKED


def test_of_a_card_that_is_anothers_by_now_nothing_is_asked(home: Household) -> None:
    home.operator.is_down = True
    order = home.order()
    home.operator.is_down = False
    home.operator.asked.clear()
    home.service.watch_unbound(home.watch_id, home.owner)
    assert home.service.top_ups.get(home.watch_id, order.top_up_id, NOON).state is TopUpState.UNKNOWN
    assert home.service.top_ups.newest(home.watch_id, limit=1, after=None, now=NOON).items == [order]
    assert not home.operator.asked
    assert not home.books.booked


def test_a_watch_without_a_card_is_not_topped_up(home: Household) -> None:
    with pytest.raises(NoSim):
        home.service.top_ups.order(home.owner, WatchId(new_id()), KEY, 1000, NOON)


@settings(max_examples=40)  # each waits for the operator's bad moments in fact
@given(st.lists(st.sampled_from(list(Fault)), max_size=8), st.integers(1, 6))
def test_whatever_goes_wrong_an_order_is_booked_once_or_not_at_all(faults: list[Fault], orders: int) -> None:
    clock = FrozenClock()
    with LocalSimProvider(books=Books(clock)) as operator:
        home = Household(way_to(operator, clock), clock)
        operator.faults.extend(faults)
        states = [home.order().state for _ in range(orders)]
        assert len(operator.books.booked) <= 1
        if states[-1] is TopUpState.BOOKED:
            assert len(operator.books.booked) == 1
        operator.faults.clear()
        assert home.order().state is TopUpState.BOOKED
        assert len(operator.books.booked) == 1


def way_to(operator: LocalSimProvider, clock: FrozenClock) -> HttpExchange:
    credentials = Credentials(API_KEY, CALLBACK_KEY)
    return HttpExchange(operator.url, lambda: credentials, clock, read_seconds=0.05, pause=lambda _: None)


@pytest.fixture
def operator() -> Iterator[LocalSimProvider]:
    with LocalSimProvider(books=Books(FrozenClock())) as operator:
        yield operator


@pytest.mark.attack("Z-24", guard=NAME, part="parallel")
def test_orders_that_cross_are_one_row_and_one_booking(operator: LocalSimProvider) -> None:
    with on_dynamo(FrozenClock()) as world:
        home = Household(way_to(operator, FrozenClock()))
        watch_id, owner = world.watch(), world.account()
        home.service.watch_claimed(watch_id, "8931088000000000017")
        # in real tables, which refuse a second row
        desk = replace(home.service.top_ups, top_ups=DynamoTopUps(world.sealer))

        def order(_: int) -> TopUpState:
            try:
                return desk.order(owner, watch_id, KEY, 1000, NOON).state
            except ProviderUnavailable:
                return TopUpState.UNKNOWN

        with ThreadPoolExecutor(8) as pool:
            states = set(pool.map(order, range(8)))
        assert states <= {TopUpState.BOOKED, TopUpState.UNKNOWN}
        assert desk.order(owner, watch_id, KEY, 1000, NOON).state is TopUpState.BOOKED
        assert len(desk.newest(watch_id, limit=10, after=None, now=NOON).items) == 1
    assert len(operator.books.booked) == 1
