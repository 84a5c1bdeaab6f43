"""Claims of devices."""

from typing import Self

from pydantic import Field, model_validator

from core.watches.claim import LONGEST_SECRET, SHORTEST_SECRET, Secret, ShownCode
from core.watches.model import CODE_DIGITS
from lambdas.api.schemas.shape import Schema

DEVICE_ID = r"^([0-9]{10}|[0-9]{15})$"


class DeviceAtHand(Schema):
    """A device that is to show a code."""

    device_id: str = Field(pattern=DEVICE_ID, repr=False, description="As printed on the device: 10 or 15 digits")


class Claim(DeviceAtHand):
    """A device, and one proof that whoever claims it has it at hand."""

    secret: str | None = Field(
        default=None,
        min_length=SHORTEST_SECRET,
        max_length=LONGEST_SECRET,
        repr=False,
        description="From the card in the box, in whatever groups it is printed; null: the code proves it",
    )
    code: str | None = Field(
        default=None,
        pattern=f"^[0-9]{{{CODE_DIGITS}}}$",
        repr=False,
        description="That the watch shows; null: the secret proves it",
    )

    @model_validator(mode="after")
    def _has_one_proof(self) -> Self:
        if (self.secret is None) == (self.code is None):
            raise ValueError("either the secret or the code")
        return self

    @property
    def proof(self) -> Secret | ShownCode:
        """What proves the claim."""
        return ShownCode(self.code) if self.code is not None else Secret(self.secret or "")
