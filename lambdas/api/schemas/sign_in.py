"""Signing in."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from core.accounts import model
from core.accounts.model import LONGEST_EMAIL
from lambdas.api.schemas.shape import CURSOR, Schema

LONGEST_PASSWORD = 1_024  # characters; far beyond any passphrase
LONGEST_DEVICE_NAME = 50


class SignInRequest(Schema):
    """What a guardian signs in with."""

    email: str = Field(
        min_length=1, max_length=LONGEST_EMAIL, repr=False, description="The account's e-mail address, its user name"
    )
    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD, repr=False, description="Exact to the character")
    device_name: str | None = Field(
        default=None,
        min_length=1,
        max_length=LONGEST_DEVICE_NAME,
        repr=False,
        description="By which the guardian will know this device in the list of sign-ins",
    )


class Tokens(Schema):
    """What the other calls are made with."""

    access_token: str = Field(
        repr=False, description="For the Authorization header of every other call: a JWT (RFC 9068) of ids only"
    )
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6749 calls it so
    expires_in: int = Field(description="Seconds for which the access token holds, unless signed out before")
    refresh_token: str | None = Field(
        repr=False,
        description="For POST /v1/tokens, once, by this device alone; null when the sign-in had no DPoP header",
    )

    @classmethod
    def of(cls, tokens: model.Tokens) -> "Tokens":
        """Return what is shown of issued tokens."""
        return cls(
            access_token=tokens.access.text,
            expires_in=int(tokens.access.lifetime.total_seconds()),
            refresh_token=tokens.refresh,
        )


class RefreshRequest(Schema):
    """The refresh token that the last answer gave."""

    refresh_token: str = Field(min_length=1, max_length=200, repr=False)  # ours have 70 characters


class SignedInDevice(Schema):
    """One place where the account is signed in."""

    id: str = Field(description="Opaque id")
    name: str | None = Field(repr=False, description="As it was given at the sign-in")
    since: datetime
    renewed_at: datetime = Field(description="When its tokens were last refreshed; 30 days later it is over")
    is_this: bool = Field(description="It is the sign-in that asks")

    @classmethod
    def of(cls, device: model.SignedInDevice, *, is_this: bool) -> "SignedInDevice":
        """Return what is shown of a device."""
        return cls(
            id=device.family_id, name=device.name, since=device.since, renewed_at=device.renewed_at, is_this=is_this
        )


class SignedInDevicePage(Schema):
    """Some of the places where the account is signed in."""

    items: list[SignedInDevice]
    next: str | None = Field(description=CURSOR)
