"""SIM cards, who they are registered to, and how they are topped up."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from core.kernel.errors import NotFound, Refused
from core.kernel.ids import AccountId, RegistrationId, TopUpId, WatchId

CURRENCY = "EUR"
"""All amounts are whole cents of it; an operator that counts in another is not understood."""
TOP_UP_CENTS = (500, 1000, 2000, 3000)
"""What can be bought, as prepaid cards are sold."""
LOW_BELOW_CENTS = 250
"""Some ten minutes of calls: time to top up before the watch falls silent."""
AMPLE_FROM_CENTS = 500
"""The least that can be bought: below it no top-up has come, and a charge that is taken back tells nothing new."""

HIDDEN = "•••"
"""Stands for what is not shown; of one length, so that it tells none."""
_DIGITS_SHOWN = 4  # as on a bank card: enough to tell two watches apart


class NoSim(Refused):
    """It is not known which SIM the watch has."""


class TopUpNotFound(NotFound):
    """The watch has no such top-up."""


class RegistrationNotFound(NotFound):
    """Nobody has registered the watch's SIM, or somebody else has."""


class InvalidSignature(Refused):
    """A callback is not signed by the operator, or was signed too long ago."""


class InvalidCallback(Refused):
    """A signed callback is not as docs/sim-provider.md describes it."""


class ProviderUnavailable(Refused):
    """The operator gave no answer that can be understood: whether it did what was asked is not known."""


class ProviderRefused(Refused):
    """The operator did not do it, nor will it."""


class SimState(StrEnum):
    """Whether a card works, as its operator tells."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a card stands, as its operator told; None where it did not. at: when it was so, by the operator's clock."""

    balance_cents: int | None
    valid_until: date | None
    state: SimState | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sim:
    """A watch's card.

    number: its ICCID. asked_at: when its operator was last asked. low_since: the begin of the present want of credit.
    low_is_told: that its alarm is on the queue. revision: a count of writes, by which concurrent ones are told apart.
    """

    watch_id: WatchId
    number: str = field(repr=False)
    standing: Standing | None = None
    asked_at: datetime | None = None
    low_since: datetime | None = None
    low_is_told: bool = False
    revision: int = 0

    @property
    def owes_alarm(self) -> bool:
        """Whether guardians have yet to hear that its credit is low."""
        return self.low_since is not None and not self.low_is_told


def with_standing(sim: Sim, told: Standing, now: datetime) -> Sim:
    """Return the card with what was told of it; the same one when something newer is known already.

    An operator's clock that is ahead is put right: otherwise nothing true would be newer for as long.
    """
    standing = replace(told, at=min(told.at, now))
    if sim.standing is not None and standing.at <= sim.standing.at:
        return sim
    cents = standing.balance_cents
    if is_low(cents) and sim.low_since is None:
        return replace(sim, standing=standing, low_since=standing.at, low_is_told=False)
    if cents is not None and cents >= AMPLE_FROM_CENTS:
        return replace(sim, standing=standing, low_since=None, low_is_told=False)
    return replace(sim, standing=standing)


def is_low(balance_cents: int | None) -> bool:
    """Tell whether there is so little left that guardians want to hear of it."""
    return balance_cents is not None and balance_cents < LOW_BELOW_CENTS


def masked_number(number: str) -> str:
    """Return what tells a card from another and calls nobody."""
    return HIDDEN + number[-_DIGITS_SHOWN:]


class TopUpState(StrEnum):
    """How far a top-up came."""

    UNKNOWN = "unknown"
    """The operator has not answered: it is asked again, under the same name, so that it can never be booked twice."""
    PENDING = "pending"
    """The operator has taken it and not booked it yet."""
    BOOKED = "booked"
    REFUSED = "refused"
    """Not booked, and never will be."""


SETTLED = frozenset({TopUpState.BOOKED, TopUpState.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """One order to top up a card. sim_number: of the card that it was ordered for, whatever the watch has now.

    revision: a count of writes, by which concurrent ones are told apart.
    """

    top_up_id: TopUpId
    watch_id: WatchId
    sim_number: str = field(repr=False)
    amount_cents: int
    ordered_by: AccountId
    ordered_at: datetime
    state: TopUpState = TopUpState.UNKNOWN
    state_at: datetime
    revision: int = 0


class RegistrationState(StrEnum):
    """How far a registration came."""

    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrant:
    """Whom a card is registered to, as the law asks of its operator. country: two letters of ISO 3166-1."""

    name: str = field(repr=False)
    street: str = field(repr=False)
    house_number: str = field(repr=False)
    postal_code: str = field(repr=False)
    city: str = field(repr=False)
    country: str
    email: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """An owner's registration of a watch's card.

    registration_id: new each time that something else is submitted. registrant: masked once confirmed, in the store
    too: from then on only the operator needs the rest. revision: as of TopUp.
    """

    registration_id: RegistrationId
    account_id: AccountId
    watch_id: WatchId
    registrant: Registrant
    state: RegistrationState = RegistrationState.SUBMITTED
    state_at: datetime
    revision: int = 0


def with_state(registration: Registration, state: RegistrationState, at: datetime) -> Registration:
    """Return the registration as the operator has it now; what is settled stays as it is."""
    if registration.state is not RegistrationState.SUBMITTED or state is registration.state:
        return registration
    registrant = registration.registrant
    if state is RegistrationState.CONFIRMED:
        registrant = masked(registrant)
    return replace(registration, state=state, state_at=at, registrant=registrant)


def masked(registrant: Registrant) -> Registrant:
    """Return what its owner still knows a registration by, and nobody else learns anything from (P-10)."""
    local, _, domain = registrant.email.rpartition("@")
    return Registrant(
        name=_initials(registrant.name),
        street=_initials(registrant.street),
        house_number=HIDDEN,
        postal_code=registrant.postal_code[:1] + HIDDEN,
        city=_initials(registrant.city),
        country=registrant.country,
        email=f"{local[:1]}{HIDDEN}@{domain[:1]}{HIDDEN}",
    )


def _initials(text: str) -> str:
    return " ".join(word[0] + HIDDEN for word in text.split())


@dataclass(frozen=True, slots=True)
class TopUpAnswer:
    """What the operator says of a top-up, and of the card with it."""

    state: TopUpState
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """A request that says it comes from the operator. timestamp, signature: of its headers."""

    body: str = field(repr=False)
    timestamp: str
    signature: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StandingTold:
    """The operator tells how a card stands."""

    watch_id: WatchId
    standing: Standing


@dataclass(frozen=True, slots=True)
class TopUpTold:
    """The operator tells what became of a top-up."""

    watch_id: WatchId
    top_up_id: TopUpId
    answer: TopUpAnswer


@dataclass(frozen=True, slots=True)
class RegistrationTold:
    """The operator tells what became of a registration."""

    watch_id: WatchId
    registration_id: RegistrationId
    state: RegistrationState


SimEvent = StandingTold | TopUpTold | RegistrationTold
