"""The operator of this machine tells by itself, more than once if need be, until it is heard."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep

import pytest

from adapters.sim_provider.http import Credentials, HttpExchange
from adapters.sim_provider.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER
from core.sims.model import Callback, RegistrationState, SimState, Standing, TopUpState
from local.sim_provider import API_KEY, CALLBACK_KEY, FIRST_CENTS, VALID_FOR, Books, LocalSimProvider
from tests.builders import any_registrant
from tests.clocks import NOON, FrozenClock
from tests.core.sims.household import Household

SOON_S = 20.0
STANDING = Standing(balance_cents=None, valid_until=(NOON + VALID_FOR).date(), state=SimState.ACTIVE, at=NOON)


class Listener:
    """Takes callbacks as the API does. deaf: how many it answers with 503 first."""

    def __init__(self, deaf: int = 0) -> None:
        self.home: Household
        self.heard = 0
        self.deaf = deaf
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                callback = Callback(body, self.headers[TIMESTAMP_HEADER], self.headers[SIGNATURE_HEADER])
                if listener.deaf:
                    listener.deaf -= 1
                    self.send_response(503)
                else:
                    listener.home.service.callbacks.take(callback, "127.0.0.1", listener.home.clock.now())
                    listener.heard += 1
                    self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})

    def has_heard(self, times: int) -> bool:
        return self.heard == times


def until(is_so: Callable[[], bool]) -> None:
    deadline = monotonic() + SOON_S
    while not is_so():
        assert monotonic() < deadline, "it did not happen"
        sleep(0.01)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    listener.thread.start()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()
    listener.thread.join()


def household(operator: LocalSimProvider, listener: Listener, clock: FrozenClock) -> Household:
    credentials = Credentials(API_KEY, CALLBACK_KEY)
    home = Household(HttpExchange(operator.url, lambda: credentials, clock), clock)
    listener.home = home
    operator.callback_url = f"http://127.0.0.1:{listener.server.server_port}/v1/sim/callbacks"
    return home


def test_what_is_booked_later_is_told_until_it_is_heard_and_more_than_once(listener: Listener) -> None:
    listener.deaf = 1
    clock = FrozenClock()
    with LocalSimProvider(books=Books(clock, is_slow=True), repeats=3) as operator:
        home = household(operator, listener, clock)
        order = home.order()
        home.service.registrations.submit(home.owner, home.watch_id, any_registrant(), NOON)
        assert order.state is TopUpState.PENDING
        operator.books.settle()
        until(partial(listener.has_heard, 6))
        assert operator.books.booked == [(order.top_up_id, order.amount_cents)]
    [top_up] = home.top_ups.items.values()
    [registration] = home.registrations.items.values()
    assert (top_up.state, registration.state) == (TopUpState.BOOKED, RegistrationState.CONFIRMED)


def test_balances_fall_and_guardians_hear_of_it_once(listener: Listener) -> None:
    clock = FrozenClock()
    with LocalSimProvider(books=Books(clock), spends_each=timedelta(minutes=1), spends_cents=400) as operator:
        home = household(operator, listener, clock)
        home.service.cards.look(home.watch_id, NOON)
        for calls in (1, 2):
            clock.advance(timedelta(minutes=1))
            until(partial(listener.has_heard, calls))
            assert home.sims.items[home.watch_id].standing == replace(
                STANDING, balance_cents=FIRST_CENTS - calls * 400, at=clock.now()
            )
            assert len(home.alarms.raised) == calls - 1
        clock.advance(timedelta(minutes=1))
    assert len(home.alarms.raised) == 1, "a card that has not as much is charged no more"
