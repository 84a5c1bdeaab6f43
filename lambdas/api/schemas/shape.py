"""Every schema, and what many have in common."""

from pydantic import BaseModel, ConfigDict

CURSOR = "Where the next page starts; null after the last one. It holds for an hour, for this list and this account."


class Schema(BaseModel):
    """Exactly these fields: an unknown one is refused, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)
