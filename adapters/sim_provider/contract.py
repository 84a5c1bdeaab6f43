"""The contract with the SIM operator: what is asked and how its answers and callbacks are read.

An answer that is not exactly as agreed is no answer: whether the operator did what was asked is not known then.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from core.kernel.ids import InvalidId, RegistrationId, TopUpId, WatchId, checked_id
from core.sims.model import (
    CURRENCY,
    Callback,
    InvalidCallback,
    InvalidSignature,
    ProviderUnavailable,
    Registration,
    RegistrationState,
    RegistrationTold,
    Sim,
    SimEvent,
    SimState,
    Standing,
    StandingTold,
    TopUp,
    TopUpAnswer,
    TopUpState,
    TopUpTold,
)

MOST_CENTS = 1_000_000
"""No prepaid card holds or owes as much: an amount beyond is a mistake."""

Content = Mapping[str, Any]
Value = TypeVar("Value")


class Operation(StrEnum):
    """What may be asked; the value is its path."""

    STANDING = "/v1/sims/standing"
    TOP_UP = "/v1/top-ups"
    REGISTER = "/v1/registrations"
    WITHDRAW = "/v1/registrations/withdraw"


class Exchange(Protocol):
    """The way to the operator."""

    def ask(self, operation: Operation, content: Content, key: str | None = None) -> Content:
        """Return the JSON object that it answers with; raise ProviderRefused or ProviderUnavailable.

        key: the same for each repetition of what is to be done once; an operation has its own keys.
        """
        ...

    def is_signed(self, callback: Callback) -> bool:
        """Tell whether the operator signed it within the last minutes."""
        ...


class _NotAsAgreed(Exception):  # noqa: N818 - an error is named after the fact
    """JSON that the contract does not know."""


class ContractSimProvider:
    """SimProvider over whichever way to the operator."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def standing_of(self, sim: Sim) -> Standing:
        """Return how a card stands."""
        return self._asked(Operation.STANDING, _card(sim.number, sim.watch_id), None, _standing)

    def top_up(self, top_up: TopUp, not_after: datetime) -> TopUpAnswer:
        """Have it booked, unless it is already."""
        content = {
            **_card(top_up.sim_number, top_up.watch_id),
            "top_up": top_up.top_up_id,
            "amount_cents": top_up.amount_cents,
            "currency": CURRENCY,
            "not_after": not_after.isoformat(),
        }
        return self._asked(Operation.TOP_UP, content, top_up.top_up_id, lambda answer: _top_up(answer, top_up))

    def register(self, sim: Sim, registration: Registration) -> RegistrationState:
        """Submit a registration, unless it is already."""
        content = {
            **_card(sim.number, sim.watch_id),
            "registration": registration.registration_id,
            "registrant": asdict(registration.registrant),
        }
        return self._asked(Operation.REGISTER, content, registration.registration_id, _registration_state)

    def withdraw(self, sim: Sim, registration: Registration) -> None:
        """Have the operator forget a registration."""
        content = {**_card(sim.number, sim.watch_id), "registration": registration.registration_id}
        self._asked(Operation.WITHDRAW, content, registration.registration_id, lambda _: None)

    def event_in(self, callback: Callback) -> SimEvent:
        """Return what a callback tells."""
        if not self._exchange.is_signed(callback):
            raise InvalidSignature("not signed by the operator")
        try:
            return _event(json.loads(callback.body))
        except (_NotAsAgreed, RecursionError, ValueError):
            raise InvalidCallback("not a callback of the contract") from None

    def _asked(
        self, operation: Operation, content: Content, key: str | None, read: Callable[[Content], Value]
    ) -> Value:
        try:
            return read(self._exchange.ask(operation, content, key))
        except _NotAsAgreed:
            raise ProviderUnavailable("the answer is not as agreed") from None


def _card(number: str, watch_id: WatchId) -> dict[str, str]:
    return {"sim": number, "reference": watch_id}


def _standing(content: Content) -> Standing:
    if content.get("currency") != CURRENCY:
        raise _NotAsAgreed
    return Standing(
        balance_cents=_optional(content, "balance_cents", _cents),
        valid_until=_optional(content, "valid_until", lambda value: date.fromisoformat(_text(value))),
        state=_optional(content, "state", SimState),
        at=_read(content, "at", _instant),
    )


def _top_up(content: Content, asked: TopUp) -> TopUpAnswer:
    """Return what is said of exactly this top-up: an answer about another one says nothing of it."""
    told = content.get("top_up"), content.get("amount_cents")
    if told != (asked.top_up_id, asked.amount_cents):
        raise _NotAsAgreed
    return _top_up_answer(content)


def _top_up_answer(content: Content) -> TopUpAnswer:
    return TopUpAnswer(_read(content, "state", _told_state), _optional(content, "standing", _standing))


def _told_state(value: Any) -> TopUpState:
    state = TopUpState(value)
    if state is TopUpState.UNKNOWN:
        raise _NotAsAgreed  # only we do not know
    return state


def _registration_state(content: Content) -> RegistrationState:
    return _read(content, "state", RegistrationState)


def _event(content: Any) -> SimEvent:
    if not isinstance(content, dict):
        raise _NotAsAgreed
    watch_id = WatchId(_read(content, "reference", checked_id))
    match content.get("kind"):
        case "standing":
            return StandingTold(watch_id, _read(content, "standing", _standing))
        case "top_up":
            return TopUpTold(watch_id, TopUpId(_read(content, "top_up", checked_id)), _top_up_answer(content))
        case "registration":
            registration_id = RegistrationId(_read(content, "registration", checked_id))
            return RegistrationTold(watch_id, registration_id, _registration_state(content))
    raise _NotAsAgreed


def _read(content: Content, name: str, read: Callable[[Any], Value]) -> Value:
    """Return a field as `read` understands it, whatever stands there."""
    try:
        return read(content[name])
    except (AttributeError, InvalidId, KeyError, TypeError, ValueError):
        raise _NotAsAgreed from None


def _optional(content: Content, name: str, read: Callable[[Any], Value]) -> Value | None:
    """Return a field as `read` understands it; None where it is null, or was not told."""
    return None if content.get(name) is None else _read(content, name, read)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _NotAsAgreed
    return value


def _cents(value: Any) -> int:
    if type(value) is not int or abs(value) > MOST_CENTS:  # True is an int for isinstance
        raise _NotAsAgreed
    return value


def _instant(value: Any) -> datetime:
    at = datetime.fromisoformat(_text(value))
    if at.tzinfo is None:
        raise _NotAsAgreed
    return at
