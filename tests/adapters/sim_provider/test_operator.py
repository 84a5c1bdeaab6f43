"""The operator's interface over real sockets, on its good and its bad days."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from adapters.sim_provider.contract import ContractSimProvider, Operation
from adapters.sim_provider.http import (
    ATTEMPTS,
    LARGEST_ANSWER,
    Credentials,
    HttpExchange,
    UnsafeAddress,
    checked_address,
)
from adapters.sim_provider.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER, signature_of
from core.kernel.ids import AccountId, WatchId, new_id
from core.sims.model import (
    SETTLED,
    Callback,
    InvalidCallback,
    InvalidSignature,
    ProviderRefused,
    ProviderUnavailable,
    RegistrationState,
    SimState,
    StandingTold,
    TopUpState,
    TopUpTold,
)
from local.sim_provider import API_KEY, CALLBACK_KEY, FIRST_CENTS, Books, Fault, LocalSimProvider
from tests.builders import any_registration, any_sim, any_top_up
from tests.clocks import NOON, FrozenClock

WATCH, ACCOUNT = WatchId(new_id()), AccountId(new_id())
SIM = any_sim(WATCH)
IN_TIME = NOON + timedelta(minutes=10)
DOES_IT = [fault for fault in Fault if fault not in {Fault.FAILED, Fault.REDIRECT, Fault.TOO_BUSY}]
ASKED_AGAIN = sorted(set(Fault) - {Fault.TOO_BUSY, Fault.ANOTHER}, key=lambda fault: fault.value)


@pytest.fixture
def operator() -> Iterator[LocalSimProvider]:
    with LocalSimProvider(books=Books(FrozenClock())) as operator:
        yield operator


def exchange(operator: LocalSimProvider, api_key: str = API_KEY) -> HttpExchange:
    credentials = Credentials(api_key, CALLBACK_KEY)
    return HttpExchange(operator.url, lambda: credentials, FrozenClock(), read_seconds=0.2, pause=lambda _: None)


@pytest.fixture
def provider(operator: LocalSimProvider) -> ContractSimProvider:
    return ContractSimProvider(exchange(operator))


def test_it_tells_how_a_card_stands(provider: ContractSimProvider) -> None:
    standing = provider.standing_of(SIM)
    assert (standing.balance_cents, standing.state, standing.at) == (FIRST_CENTS, SimState.ACTIVE, NOON)
    assert standing.valid_until == NOON.date() + timedelta(days=365)


def test_it_tops_a_card_up(operator: LocalSimProvider, provider: ContractSimProvider) -> None:
    top_up = any_top_up(WATCH, ACCOUNT, NOON)
    answer = provider.top_up(top_up, IN_TIME)
    assert answer.state is TopUpState.BOOKED
    assert answer.standing is not None
    assert answer.standing.balance_cents == FIRST_CENTS + top_up.amount_cents
    assert operator.books.booked == [(top_up.top_up_id, top_up.amount_cents)]


@pytest.mark.parametrize("fault", ASKED_AGAIN)
def test_one_bad_moment_is_not_noticed_and_nothing_is_booked_twice(
    operator: LocalSimProvider, provider: ContractSimProvider, fault: Fault
) -> None:
    operator.faults.append(fault)
    top_up = any_top_up(WATCH, ACCOUNT, NOON)
    assert provider.top_up(top_up, IN_TIME).state is TopUpState.BOOKED
    assert operator.books.booked == [(top_up.top_up_id, top_up.amount_cents)]
    assert operator.asked == 2


@pytest.mark.parametrize("fault", list(Fault))
def test_a_bad_day_leaves_an_outcome_that_is_not_known_and_is_asked_for_again(
    operator: LocalSimProvider, provider: ContractSimProvider, fault: Fault
) -> None:
    operator.faults.extend([fault] * ATTEMPTS)
    top_up = any_top_up(WATCH, ACCOUNT, NOON)
    with pytest.raises(ProviderUnavailable):
        provider.top_up(top_up, IN_TIME)
    assert len(operator.books.booked) == (1 if fault in DOES_IT else 0)
    operator.faults.clear()
    assert provider.top_up(top_up, IN_TIME).state is TopUpState.BOOKED
    assert operator.books.booked == [(top_up.top_up_id, top_up.amount_cents)]


def test_orders_that_cross_are_one(operator: LocalSimProvider, provider: ContractSimProvider) -> None:
    top_up = any_top_up(WATCH, ACCOUNT, NOON)
    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(lambda _: provider.top_up(top_up, IN_TIME).state, range(8)))
    assert set(states) == {TopUpState.BOOKED}
    assert len(operator.books.booked) == 1


def test_what_comes_too_late_is_refused_and_stays_so(provider: ContractSimProvider) -> None:
    top_up = any_top_up(WATCH, ACCOUNT, NOON)
    late = NOON - timedelta(seconds=1)
    assert provider.top_up(top_up, late).state is TopUpState.REFUSED
    assert provider.top_up(top_up, IN_TIME).state is TopUpState.REFUSED


@pytest.mark.parametrize("cents", [0, -1000, 1, 999, 10**9])
def test_an_amount_that_is_not_sold_is_refused(
    operator: LocalSimProvider, provider: ContractSimProvider, cents: int
) -> None:
    with pytest.raises(ProviderRefused):
        provider.top_up(any_top_up(WATCH, ACCOUNT, NOON, amount_cents=cents), IN_TIME)
    assert not operator.books.booked


def test_a_card_of_another_operator_is_refused(provider: ContractSimProvider) -> None:
    with pytest.raises(ProviderRefused):
        provider.standing_of(any_sim(WATCH, number="1234567890123456789"))


def test_wrong_credentials_say_nothing_of_what_was_asked(operator: LocalSimProvider) -> None:
    with pytest.raises(ProviderUnavailable):
        ContractSimProvider(exchange(operator, "another key")).top_up(any_top_up(WATCH, ACCOUNT, NOON), IN_TIME)
    assert not operator.books.booked


def test_a_registration_is_submitted_once_and_forgotten_when_it_is_withdrawn(
    operator: LocalSimProvider, provider: ContractSimProvider
) -> None:
    registration = any_registration(ACCOUNT, WATCH, NOON)
    operator.books.is_slow = True
    assert provider.register(SIM, registration) is RegistrationState.SUBMITTED
    operator.books.settle()
    assert provider.register(SIM, registration) is RegistrationState.CONFIRMED
    assert operator.books.registrants[SIM.number]["city"] == "Apeldoorn"
    provider.withdraw(SIM, registration)
    assert not operator.books.registrants


class _Recording(BaseHTTPRequestHandler):
    """Says what it was asked, in full."""

    seen: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.seen.extend([self.path, *self.headers.values(), body])
        self.send_response(307)
        self.send_header("Location", f"http://{self.headers['Host']}/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_no_redirect_is_followed_and_nothing_personal_stands_in_a_url() -> None:
    handler = type("Handler", (_Recording,), {"seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/wachter/"
        way = HttpExchange(url, lambda: Credentials("key", "key"), FrozenClock(), pause=lambda _: None)
        with pytest.raises(ProviderUnavailable):
            ContractSimProvider(way).register(SIM, any_registration(ACCOUNT, WATCH, NOON))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    paths = [text for text in handler.seen if text.startswith("/")]  # type: ignore[attr-defined] # set above
    assert paths == ["/wachter/v1/registrations"] * ATTEMPTS


@pytest.mark.attack("Z-17", guard="adapters.sim_provider.http:checked_address", part="one address")
@pytest.mark.parametrize(
    "url",
    [
        "http://api.operator.example",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1.operator.example",
        "http://localhost",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "https://user:word@api.operator.example",
        "https://api.operator.example/?next=",
        "https://api.operator.example/#",
        "https://",
        "api.operator.example",
        "",
    ],
)
def test_nothing_is_sent_to_an_address_that_is_not_safe(url: str) -> None:
    with pytest.raises(UnsafeAddress):
        checked_address(url)


def test_an_address_may_have_a_path() -> None:
    assert checked_address("https://api.operator.example/wachter/") == "/wachter"
    assert checked_address("http://[::1]:8080") == ""


def signed(content: object, timestamp: int = int(NOON.timestamp()), key: str = CALLBACK_KEY) -> Callback:
    body = json.dumps(content)
    return Callback(body, str(timestamp), signature_of(body, str(timestamp), key))


STANDING = {
    "balance_cents": 120,
    "currency": "EUR",
    "valid_until": "2027-01-31",
    "state": "active",
    "at": "2026-11-22T12:00:00Z",
}
TOLD = {"kind": "standing", "reference": WATCH, "standing": STANDING}


def test_a_callback_tells_what_the_operator_knows(provider: ContractSimProvider) -> None:
    event = provider.event_in(signed(TOLD))
    assert isinstance(event, StandingTold)
    assert (event.watch_id, event.standing.balance_cents) == (WATCH, 120)
    top_up = {"kind": "top_up", "reference": WATCH, "top_up": "a" * 26, "state": "booked"}
    told = provider.event_in(signed(top_up))
    assert isinstance(told, TopUpTold)
    assert (told.answer.state, told.answer.standing) == (TopUpState.BOOKED, None)


SIGNED = "adapters.sim_provider.signing:is_signed"


@pytest.mark.attack("Z-24", guard=SIGNED, part="callbacks of the operator only")
@pytest.mark.parametrize(
    "callback",
    [
        signed(TOLD, key="another key"),
        signed(TOLD, int(NOON.timestamp()) - 301),
        signed(TOLD, int(NOON.timestamp()) + 301),
        Callback(json.dumps(TOLD), "", ""),
        Callback(json.dumps(TOLD), "tomorrow", "v1=" + "0" * 64),
        Callback(json.dumps(TOLD) + " ", str(int(NOON.timestamp())), signed(TOLD).signature),
        Callback("\ud800", str(int(NOON.timestamp())), "é"),
        Callback(json.dumps(TOLD), "9" * 12, signature_of(json.dumps(TOLD), "9" * 12, CALLBACK_KEY)),
    ],
)
def test_what_the_operator_has_not_just_signed_is_refused(provider: ContractSimProvider, callback: Callback) -> None:
    with pytest.raises(InvalidSignature):
        provider.event_in(callback)


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        {"kind": "standing"},
        {**TOLD, "reference": "x"},
        {**TOLD, "reference": 1},
        {**TOLD, "kind": "another"},
        {**TOLD, "standing": []},
        {**TOLD, "standing": {**STANDING, "currency": "USD"}},
        {**TOLD, "standing": {**STANDING, "balance_cents": 1.5}},
        {**TOLD, "standing": {**STANDING, "balance_cents": True}},
        {**TOLD, "standing": {**STANDING, "balance_cents": 10**9}},
        {**TOLD, "standing": {**STANDING, "balance_cents": "120"}},
        {**TOLD, "standing": {**STANDING, "valid_until": "soon"}},
        {**TOLD, "standing": {**STANDING, "state": "odd"}},
        {**TOLD, "standing": {**STANDING, "at": "2026-11-22T12:00:00"}},
        {**TOLD, "standing": {**STANDING, "at": None}},
        {"kind": "top_up", "reference": WATCH, "top_up": "a" * 26, "state": "unknown"},
        {"kind": "top_up", "reference": WATCH, "top_up": "#", "state": "booked"},
        {"kind": "registration", "reference": WATCH, "registration": "a" * 26, "state": "perhaps"},
    ],
)
def test_a_signed_callback_that_is_not_as_agreed_changes_nothing(
    provider: ContractSimProvider, content: object
) -> None:
    with pytest.raises(InvalidCallback):
        provider.event_in(signed(content))


def test_a_callback_that_is_no_json_is_refused(provider: ContractSimProvider) -> None:
    stamp = str(int(NOON.timestamp()))
    for body in ("", "no JSON", "[" * 5_000, "1" * 5_000):
        with pytest.raises(InvalidCallback):
            provider.event_in(Callback(body, stamp, signature_of(body, stamp, CALLBACK_KEY)))


def test_credentials_are_read_anew_after_some_minutes(operator: LocalSimProvider) -> None:
    clock, read = FrozenClock(), []

    def credentials() -> Credentials:
        read.append(clock.now())
        return Credentials(API_KEY, CALLBACK_KEY)

    way = HttpExchange(operator.url, credentials, clock)
    content = {"sim": SIM.number, "reference": WATCH}
    assert not read, "and not before they are needed"
    for _ in range(3):
        way.ask(Operation.STANDING, content)
    clock.advance(timedelta(minutes=5))
    way.ask(Operation.STANDING, content)
    assert len(read) == 2


def test_no_credential_and_no_body_stands_in_what_is_printed() -> None:
    printed = repr(Credentials("the api key", "the callback key")) + repr(signed(TOLD)) + repr(SIM)
    assert not any(secret in printed for secret in ("the api key", "the callback key", WATCH + '"', SIM.number))


def test_the_document_names_every_operation_header_and_state() -> None:
    text = (Path(__file__).parents[3] / "docs" / "sim-provider.md").read_text(encoding="utf-8")
    headers = (TIMESTAMP_HEADER, SIGNATURE_HEADER, "Idempotency-Key")
    for name in (*Operation, *headers, *SimState, *RegistrationState, *SETTLED, TopUpState.PENDING):
        assert f"`{name}`" in text, name
    assert f"{LARGEST_ANSWER // 1024} KiB" in text
