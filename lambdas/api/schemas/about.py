"""The API itself."""

from typing import Literal

from lambdas.api.schemas.shape import Schema


class PublicKey(Schema):
    """A key that signs access tokens."""

    kty: Literal["RSA"]
    use: Literal["sig"]
    alg: Literal["RS256"]
    kid: str
    n: str
    e: str


class PublicKeys(Schema):
    """The keys that sign access tokens."""

    keys: list[PublicKey]
