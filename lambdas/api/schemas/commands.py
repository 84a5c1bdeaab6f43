"""What is asked of a watch."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from core.commands import model as commands
from core.commands.model import CommandKind, CommandState, Failure
from lambdas.api.schemas.shape import CURSOR, Schema

PHONE_NUMBER = r"^\+[1-9][0-9*]{6,14}$"
MOST_HEARTS = 99  # two digits of a small screen

PhoneNumber = Annotated[
    str,
    Field(
        pattern=PHONE_NUMBER,
        examples=["+31612345678"],
        description="E.164; a viewer sees * in the place of all but the first and the last digits",
    ),
]


class _Bare(Schema):
    def arguments(self) -> dict[str, Any]:
        """Return what the command holds besides its kind."""
        return self.model_dump(exclude={"kind"})


class Locate(_Bare):
    """Ask for its place now; positions show it, as soon as it is known."""

    kind: Literal["locate"]


class Find(_Bare):
    """Let it ring for a minute; a button stops it."""

    kind: Literal["find"]


class PhoneCall(_Bare):
    """Let it dial a number, for its wearer to see and hear."""

    kind: Literal["call"]
    number: PhoneNumber = Field(repr=False)


class Hearts(_Bare):
    """Show so many hearts as a reward."""

    kind: Literal["hearts"]
    hearts: int = Field(strict=True, ge=1, le=MOST_HEARTS)


class Restart(_Bare):
    """Start it anew."""

    kind: Literal["restart"]


class PowerOff(_Bare):
    """Switch it off; only a hand switches it on again. Needs a fresh password; all guardians are told."""

    kind: Literal["power_off"]


class FactoryReset(_Bare):
    """Let it forget all that it was set to; it is set again at once. The owner's; a fresh password; all are told."""

    kind: Literal["factory_reset"]


CommandOrder = Annotated[
    Locate | Find | PhoneCall | Hearts | Restart | PowerOff | FactoryReset, Field(discriminator="kind")
]


class Command(Schema):
    """One command and how far it came."""

    id: str = Field(description="Opaque")
    kind: CommandKind = Field(description="`text` and `voice` bring a message, see the routes of messages")
    state: CommandState = Field(
        description=(
            "queued: stored, the watch is away or busy; sent: written to it; "
            "acknowledged: it says that it has done it; failed; expired: it did not come in time"
        )
    )
    failure: Failure | None = Field(
        description="Of a failed one. no_answer: perhaps the watch does not support it", default=None
    )
    ordered_by: str | None = Field(description="Account; null: the platform itself")
    ordered_at: datetime
    expires_at: datetime = Field(description="From then on it is not sent any more")
    state_at: datetime

    @classmethod
    def of(cls, command: commands.Command) -> "Command":
        """Return the command as the API shows it."""
        return cls(
            id=command.command_id,
            kind=command.kind,
            state=command.state,
            failure=command.failure,
            ordered_by=command.ordered_by,
            ordered_at=command.ordered_at,
            expires_at=command.expires_at,
            state_at=command.state_at,
        )


class CommandPage(Schema):
    """Commands, oldest first."""

    items: list[Command]
    next: str | None = Field(description=CURSOR)
