"""A SIM operator on this machine: its books, its interface as docs/sim-provider.md describes it, and its bad days."""

import json
import threading
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum, auto
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from adapters.sim_provider.contract import Operation
from adapters.sim_provider.http import LARGEST_ANSWER
from adapters.sim_provider.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER, signature_of
from adapters.system_clock import SystemClock
from core.kernel.clock import Clock
from core.sims.model import CURRENCY, TOP_UP_CENTS
from local.emulator import HOST

API_KEY, CALLBACK_KEY = "local-api-key", "local-callback-key"
"""Of this machine's operator only, who has no other customer."""
FIRST_CENTS = 1_000
VALID_FOR = timedelta(days=365)  # from the last top-up
ICCID_BEGINS = "89"  # ITU-T E.118: telecom cards; any other number is of no card

_CALLBACK_TRIES = 5
_CALLBACK_SECONDS = 10.0
_PAUSE_SECONDS = 0.2  # before a callback is tried again; doubles

Answer = tuple[HTTPStatus, Mapping[str, Any]]


class Fault(Enum):
    """What goes wrong with one request."""

    SLOW = auto()
    """It does what is asked, and answers long after anybody waits for it."""
    FAILED = auto()
    """A status 500, and nothing was done."""
    FAILED_AFTER = auto()
    """It does what is asked, and answers with a status 500."""
    LOST_ANSWER = auto()
    """It does what is asked, and the connection ends."""
    GARBAGE = auto()
    """It does what is asked, and answers with no JSON."""
    HUGE = auto()
    """It does what is asked, and its answer has no end."""
    ANOTHER = auto()
    """It does what is asked, and answers about something else, in another currency."""
    REDIRECT = auto()
    """It does nothing and names another address."""
    TOO_BUSY = auto()
    """A status 429, and nothing was done."""


_DOES_NOTHING = frozenset({Fault.FAILED, Fault.REDIRECT, Fault.TOO_BUSY})


@dataclass
class Card:
    """A prepaid card. reference: by which callbacks name it, as whoever asked about it last wants."""

    reference: str
    valid_until: date
    balance_cents: int = FIRST_CENTS
    state: str = "active"


@dataclass
class Books:
    """What an operator knows. booked: cents by top-up, as often as they were put on a card: once, if all is well.

    is_slow: what is ordered is taken first and booked by `settle`.
    """

    clock: Clock = field(default_factory=SystemClock)
    is_slow: bool = False
    cards: dict[str, Card] = field(default_factory=dict)
    booked: list[tuple[str, int]] = field(default_factory=list)
    registrants: dict[str, Mapping[str, str]] = field(default_factory=dict)
    callbacks: deque[Mapping[str, Any]] = field(default_factory=deque)
    _orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    _registrations: dict[str, dict[str, Any]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def answer(self, path: str, content: Mapping[str, Any], key: str | None) -> Answer:
        """Do what is asked, and say so; the same key does the same once."""
        with self._lock:
            try:
                operation = Operation(path)
                card = self._card(content["sim"], content["reference"])
                if card is None:
                    return HTTPStatus.NOT_FOUND, {"code": "unknown_sim"}
                match operation:
                    case Operation.STANDING:
                        return HTTPStatus.OK, self.standing_of(card)
                    case Operation.TOP_UP:
                        return self._ordered(card, content, key)
                    case Operation.REGISTER:
                        return self._registered(card, content, key)
                    case Operation.WITHDRAW:
                        self.registrants.pop(content["sim"], None)
                        return HTTPStatus.OK, {}
            except (KeyError, TypeError, ValueError):
                return HTTPStatus.BAD_REQUEST, {"code": "invalid_request"}

    def standing_of(self, card: Card) -> dict[str, Any]:
        """Return how a card stands, as the contract tells it."""
        return {
            "balance_cents": card.balance_cents,
            "currency": CURRENCY,
            "valid_until": card.valid_until.isoformat(),
            "state": card.state,
            "at": self.clock.now().isoformat(),
        }

    def spend(self, cents: int) -> None:
        """Take the price of a call off each card that has as much, and tell."""
        with self._lock:
            for card in self.cards.values():
                if card.balance_cents >= cents:
                    card.balance_cents -= cents
                    self._tell("standing", card, standing=self.standing_of(card))

    def settle(self) -> None:
        """Book what was taken and not booked, confirm what was submitted, and tell."""
        with self._lock:
            for order in self._orders.values():
                if order["state"] == "pending":
                    self._book(order)
            for sent in self._registrations.values():
                if sent["state"] == "submitted":
                    sent["state"] = "confirmed"
                    card = self.cards[sent["sim"]]
                    self._tell("registration", card, registration=sent["registration"], state="confirmed")

    def _card(self, sim: str, reference: str) -> Card | None:
        if not sim.startswith(ICCID_BEGINS):
            return None
        first = Card(reference, (self.clock.now() + VALID_FOR).date())
        card = self.cards.setdefault(sim, first)
        card.reference = reference
        return card

    def _ordered(self, card: Card, content: Mapping[str, Any], key: str | None) -> Answer:
        if key is None or key != content["top_up"]:
            return HTTPStatus.BAD_REQUEST, {"code": "idempotency_key_missing"}
        if key in self._orders:
            order = self._orders[key]
            if (order["sim"], order["amount_cents"]) != (content["sim"], content["amount_cents"]):
                return HTTPStatus.CONFLICT, {"code": "idempotency_key_reused"}
        else:
            if content["amount_cents"] not in TOP_UP_CENTS or content["currency"] != CURRENCY:
                return HTTPStatus.UNPROCESSABLE_ENTITY, {"code": "amount_not_sold"}
            order = self._orders[key] = {**content, "state": "pending"}
            if self.clock.now() > datetime.fromisoformat(content["not_after"]):
                order["state"] = "refused"
            elif not self.is_slow:
                self._book(order)
        told = {name: order[name] for name in ("top_up", "amount_cents", "state")}
        return HTTPStatus.OK, {**told, "standing": self.standing_of(card)}

    def _book(self, order: dict[str, Any]) -> None:
        card = self.cards[order["sim"]]
        card.balance_cents += order["amount_cents"]
        card.valid_until = (self.clock.now() + VALID_FOR).date()
        order["state"] = "booked"
        self.booked.append((order["top_up"], order["amount_cents"]))
        self._tell("top_up", card, top_up=order["top_up"], state="booked", standing=self.standing_of(card))

    def _registered(self, card: Card, content: Mapping[str, Any], key: str | None) -> Answer:
        if key is None or key != content["registration"]:
            return HTTPStatus.BAD_REQUEST, {"code": "idempotency_key_missing"}
        if key not in self._registrations:
            state = "submitted" if self.is_slow else "confirmed"
            self._registrations[key] = {"sim": content["sim"], "registration": key, "state": state}
            self.registrants[content["sim"]] = dict(content["registrant"])
            if state == "confirmed":
                self._tell("registration", card, registration=key, state=state)
        return HTTPStatus.OK, {"registration": key, "state": self._registrations[key]["state"]}

    def _tell(self, kind: str, card: Card, **told: Any) -> None:
        self.callbacks.append({"kind": kind, "reference": card.reference, **told})


class LocalSimProvider:
    """The operator's server on this machine; a context manager.

    port: 0 for any free one. callback_url: where callbacks go, once it is known; until then they wait. repeats: how
    often each is sent. faults: what goes wrong with the next requests, one each. slow_seconds: how long a slow answer
    takes. spends_each: how often all cards are charged for a call of spends_cents.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        books: Books | None = None,
        repeats: int = 1,
        slow_seconds: float = 30.0,
        spends_each: timedelta | None = None,
        spends_cents: int = 30,
    ) -> None:
        self.books = books or Books()
        self.faults: deque[Fault] = deque()
        self.callback_url: str | None = None
        self.asked = 0
        self._repeats = repeats
        self._slow_seconds = slow_seconds
        self._spends_each = spends_each
        self._spends_cents = spends_cents
        self._ends = threading.Event()
        self._server = ThreadingHTTPServer((HOST, port), type("Handler", (_Handler,), {"provider": self}))
        self._threads = [
            threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True),
            threading.Thread(target=self._tell, daemon=True),
        ]

    @property
    def url(self) -> str:
        """Its address, as settings name it."""
        return f"http://{HOST}:{self._server.server_port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Listen no more; a slow answer is given up."""
        self._ends.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join()

    def wait(self) -> None:
        """Be slow, but never after the end."""
        self._ends.wait(self._slow_seconds)

    def _tell(self) -> None:
        """Send callbacks as they come, and let balances fall."""
        spent_at = self.books.clock.now()
        while not self._ends.wait(0.02):
            now = self.books.clock.now()
            if self._spends_each is not None and now - spent_at >= self._spends_each:
                spent_at = now
                self.books.spend(self._spends_cents)
            if self.callback_url is not None and self.books.callbacks:
                told = self.books.callbacks.popleft()
                for _ in range(self._repeats):
                    self._call_back(self.callback_url, json.dumps(told))

    def _call_back(self, url: str, body: str) -> None:
        for attempt in range(_CALLBACK_TRIES):
            timestamp = str(int(self.books.clock.now().timestamp()))
            headers = {
                "Content-Type": "application/json",
                TIMESTAMP_HEADER: timestamp,
                SIGNATURE_HEADER: signature_of(body, timestamp, CALLBACK_KEY),
            }
            request = urllib.request.Request(url, body.encode(), headers, method="POST")  # noqa: S310 - as told
            try:
                with urllib.request.urlopen(request, timeout=_CALLBACK_SECONDS):  # noqa: S310 - as told
                    return
            except (urllib.error.URLError, OSError):
                if self._ends.wait(_PAUSE_SECONDS * 2**attempt):
                    return


class _Handler(BaseHTTPRequestHandler):
    """One request to the operator."""

    provider: LocalSimProvider

    def do_POST(self) -> None:
        """Answer by the books, unless the request has bad luck."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization") != f"Bearer {API_KEY}":
            self._say(HTTPStatus.UNAUTHORIZED, {"code": "not_authorized"})
            return
        self.provider.asked += 1
        fault = self.provider.faults.popleft() if self.provider.faults else None
        if fault is not None and fault in _DOES_NOTHING:
            self._fail(fault)
            return
        try:
            content = json.loads(body)
        except ValueError:
            content = {}
        status, answer = self.provider.books.answer(self.path, content, self.headers.get("Idempotency-Key"))
        if fault is None:
            self._say(status, answer)
        else:
            self._fail(fault)

    def log_message(self, *_: object) -> None:
        """Say nothing: lines of it would hold addresses."""

    def _fail(self, fault: Fault) -> None:
        match fault:
            case Fault.SLOW:
                self.provider.wait()
            case Fault.FAILED | Fault.FAILED_AFTER:
                self._say(HTTPStatus.INTERNAL_SERVER_ERROR, {})
            case Fault.GARBAGE:
                self._say(HTTPStatus.OK, None)
            case Fault.HUGE:
                self._say(HTTPStatus.OK, {"filler": "x" * 2 * LARGEST_ANSWER})
            case Fault.ANOTHER:
                self._say(HTTPStatus.OK, {"top_up": "a" * 26, "state": "booked", "currency": "USD"})
            case Fault.REDIRECT:
                self._say(HTTPStatus.TEMPORARY_REDIRECT, {}, Location=self.provider.url + self.path)
            case Fault.TOO_BUSY:
                self._say(HTTPStatus.TOO_MANY_REQUESTS, {})
            case Fault.LOST_ANSWER:
                pass
        self.close_connection = True

    def _say(self, status: HTTPStatus, answer: Mapping[str, Any] | None, **headers: str) -> None:
        body = b"<html>no JSON</html>" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(ConnectionError):  # whoever was offered too much has gone
            self.wfile.write(body)
