"""Signing in."""

from typing import Literal

from pydantic import Field

from core.accounts.model import LONGEST_EMAIL
from lambdas.api.schemas.shape import Schema

LONGEST_PASSWORD = 1_024  # characters; far beyond any passphrase


class SignInRequest(Schema):
    """What a guardian signs in with."""

    email: str = Field(
        min_length=1, max_length=LONGEST_EMAIL, repr=False, description="The account's e-mail address, its user name"
    )
    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD, repr=False, description="Exact to the character")


class AccessToken(Schema):
    """A token for the Authorization header of every other call."""

    access_token: str = Field(repr=False, description="JWT (RFC 9068), signed with RS256; holds ids only")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6749 calls it so
    expires_in: int = Field(description="Seconds for which it holds, unless signed out before")
