"""Phones that ring."""

from pydantic import Field

from core.accounts.model import Platform
from lambdas.api.schemas.shape import Schema

SHORTEST_PHONE_TOKEN, LONGEST_PHONE_TOKEN = 32, 1_024  # APNs' have 64 hex digits or more, FCM's some 150 to 300


class Phone(Schema):
    """The phone that this sign-in is on."""

    platform: Platform
    token: str = Field(
        min_length=SHORTEST_PHONE_TOKEN,
        max_length=LONGEST_PHONE_TOKEN,
        pattern=r"^[A-Za-z0-9:_-]+$",
        repr=False,
        description="As the platform gave it to the app; it is passed on, never kept",
    )
