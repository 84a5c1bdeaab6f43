"""SIM cards of watches."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from core.accounts.model import LONGEST_EMAIL, InvalidEmail, checked_email
from core.sims import model as sims
from lambdas.api.schemas.shape import CURSOR, Schema

LONGEST_LINE = 100  # characters of a name, a street, a city
LONGEST_SHORT_LINE = 10  # of a house number with its addition, a postal code


_UNTOLD: Mapping[str, Any] = {
    "balance_cents": None,
    "currency": sims.CURRENCY,
    "valid_until": None,
    "state": None,
    "as_of": None,
    "age_s": None,
    "is_low": None,
}


class Sim(Schema):
    """A watch's prepaid card; what is not known is null."""

    number: str | None = Field(description="ICCID; for the owner only, all others see its last digits")
    balance_cents: int | None
    currency: str
    valid_until: date | None
    state: sims.SimState | None
    as_of: datetime | None = Field(description="When it was so, as its operator told")
    age_s: int | None
    is_low: bool | None = Field(description="So little is left that guardians were told")

    @classmethod
    def of(cls, sim: sims.Sim | None, now: datetime, *, is_owner: bool) -> "Sim":
        """Return the card as the API shows it to one who is its owner, or is not."""
        if sim is None:
            return cls(number=None, **_UNTOLD)
        number, standing = shown_number(sim.number, is_owner=is_owner), sim.standing
        if standing is None:
            return cls(number=number, **_UNTOLD)
        return cls(
            number=number,
            balance_cents=standing.balance_cents,
            currency=sims.CURRENCY,
            valid_until=standing.valid_until,
            state=standing.state,
            as_of=standing.at,
            age_s=int((now - standing.at).total_seconds()),
            is_low=sim.low_since is not None,
        )


def shown_number(number: str, *, is_owner: bool) -> str:
    """Return the number of a card as one may see it: it leads a stranger to the child, so others see it masked."""
    return number if is_owner else sims.masked_number(number)


def sold(amount_cents: int) -> int:
    """Return the amount when cards are sold for it; raise ValueError for any other."""
    if amount_cents not in sims.TOP_UP_CENTS:
        raise ValueError("no card is sold for this amount")
    return amount_cents


class TopUpOrder(Schema):
    """An order."""

    amount_cents: Annotated[int, AfterValidator(sold)] = Field(
        strict=True, json_schema_extra={"enum": list(sims.TOP_UP_CENTS)}, description=f"Cents of {sims.CURRENCY}"
    )


class TopUp(Schema):
    """A top-up, as far as it came."""

    id: str
    amount_cents: int
    currency: str
    state: sims.TopUpState = Field(
        description="unknown: its operator has not answered and is asked again; whatever happens, it is booked once"
    )
    ordered_at: datetime
    state_at: datetime

    @classmethod
    def of(cls, top_up: sims.TopUp) -> "TopUp":
        """Return the top-up as the API shows it."""
        return cls(
            id=top_up.top_up_id,
            amount_cents=top_up.amount_cents,
            currency=sims.CURRENCY,
            state=top_up.state,
            ordered_at=top_up.ordered_at,
            state_at=top_up.state_at,
        )


class TopUpPage(Schema):
    """Top-ups, the newest first."""

    items: list[TopUp]
    next: str | None = Field(description=CURSOR)


def _line(text: str) -> str:
    line = text.strip()
    if not line or not line.isprintable():
        raise ValueError("not a line of text")
    return line


def _email(text: str) -> str:
    try:
        return checked_email(text)
    except InvalidEmail as refusal:
        raise ValueError(str(refusal)) from None


Line = Annotated[str, AfterValidator(_line)]


class Registrant(Schema):
    """Whom the card is registered to."""

    name: Line = Field(max_length=LONGEST_LINE)
    street: Line = Field(max_length=LONGEST_LINE)
    house_number: Line = Field(max_length=LONGEST_SHORT_LINE)
    postal_code: Line = Field(max_length=LONGEST_SHORT_LINE)
    city: Line = Field(max_length=LONGEST_LINE)
    country: str = Field(pattern="^[A-Z]{2}$", description="ISO 3166-1, two letters")
    email: Annotated[str, AfterValidator(_email)] = Field(max_length=LONGEST_EMAIL)

    def to_domain(self) -> sims.Registrant:
        """Return the registrant."""
        return sims.Registrant(**self.model_dump())


class ShownRegistrant(Schema):
    """Whom the card is registered to: masked once its operator has confirmed it."""

    name: str
    street: str
    house_number: str
    postal_code: str
    city: str
    country: str
    email: str

    @classmethod
    def of(cls, registrant: sims.Registrant) -> "ShownRegistrant":
        """Return the registrant as the API shows it."""
        return cls(
            name=registrant.name,
            street=registrant.street,
            house_number=registrant.house_number,
            postal_code=registrant.postal_code,
            city=registrant.city,
            country=registrant.country,
            email=registrant.email,
        )


class SimRegistration(Schema):
    """A registration, as far as it came."""

    state: sims.RegistrationState
    state_at: datetime
    registrant: ShownRegistrant

    @classmethod
    def of(cls, registration: sims.Registration) -> "SimRegistration":
        """Return the registration as the API shows it."""
        return cls(
            state=registration.state,
            state_at=registration.state_at,
            registrant=ShownRegistrant.of(registration.registrant),
        )
