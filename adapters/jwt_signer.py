"""Access tokens as JWTs (RFC 9068), signed with RS256 by keys that never leave KMS, and their strict verification."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from jwt.algorithms import RSAAlgorithm

from core.accounts.model import Bearer, Caller, IssuedToken, NotSignedIn
from core.kernel.ids import AccountId, FamilyId, InvalidId, checked_id, new_id

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

ALGORITHM = "RS256"
AUDIENCE = "wachter-guardian-api"
TOKEN_TYPE = "at+jwt"  # RFC 9068, section 2.1: no other JWT passes for an access token  # noqa: S105 - a media type
LIFETIME = timedelta(minutes=10)  # P-45
LEEWAY_S = 5  # the clocks of two instances differ by less; for `iat` only, an expired token is expired
LONGEST_TOKEN = 2_048  # ours have about 700 characters

_CLAIMS = ["iss", "aud", "sub", "fam", "iat", "exp", "jti"]
_COMPACT_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")  # PyJWT would skip other characters


class KmsSigningKey:
    """An RSA key in KMS. Its public half is fetched once: a KMS key's material never changes."""

    def __init__(self, kms: "KMSClient", key: str) -> None:
        self._kms = kms
        self._key = key

    @cached_property
    def public_key(self) -> RSAPublicKey:
        """The public half."""
        return cast("RSAPublicKey", load_der_public_key(self._kms.get_public_key(KeyId=self._key)["PublicKey"]))

    @cached_property
    def kid(self) -> str:
        """The key's name in tokens: its thumbprint (RFC 7638), which tells nothing of our account at AWS."""
        jwk = RSAAlgorithm.to_jwk(self.public_key, as_dict=True)
        members = {name: jwk[name] for name in ("e", "kty", "n")}
        return _base64url(hashlib.sha256(_json(members)).digest())

    @property
    def jwk(self) -> Mapping[str, str]:
        """The public half as it stands in the JWKS (RFC 7517)."""
        jwk = RSAAlgorithm.to_jwk(self.public_key, as_dict=True)
        return {"kty": "RSA", "use": "sig", "alg": ALGORITHM, "kid": self.kid, "n": jwk["n"], "e": jwk["e"]}

    def sign(self, message: bytes) -> bytes:
        """Return the RS256 signature; a message has at most 4,096 bytes."""
        answer = self._kms.sign(
            KeyId=self._key, Message=message, MessageType="RAW", SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256"
        )
        return answer["Signature"]


class JwtAccessTokens:
    """Makes our access tokens and accepts no others.

    keys: those whose tokens are accepted; the first signs (docs/adr/0021). issuer: the API's own address.
    """

    def __init__(self, keys: Sequence[KmsSigningKey], issuer: str) -> None:
        self._keys = tuple(keys)
        self._issuer = issuer

    def public_keys(self) -> list[Mapping[str, str]]:
        """Return the JWKS's keys: each that is accepted, so also the one that signs next."""
        return [key.jwk for key in self._keys]

    def issue(self, caller: Caller, now: datetime) -> IssuedToken:
        """See AccessTokens. The claims hold ids only (A-25)."""
        issued_at = int(now.timestamp())
        header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": self._keys[0].kid}
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": caller.account_id,
            "fam": caller.family_id,
            "iat": issued_at,
            "exp": issued_at + int(LIFETIME.total_seconds()),
            "jti": new_id(),
        }
        signed = f"{_base64url(_json(header))}.{_base64url(_json(claims))}"
        signature = self._keys[0].sign(signed.encode())
        return IssuedToken(f"{signed}.{_base64url(signature)}", LIFETIME)

    def verify(self, token: str, now: datetime) -> Bearer:
        """See AccessTokens."""
        if len(token) > LONGEST_TOKEN or not _COMPACT_FORM.fullmatch(token):
            raise NotSignedIn("not a token")
        try:
            header, claims = self._signed(token)
            account_id, family_id = AccountId(checked_id(claims["sub"])), FamilyId(checked_id(str(claims["fam"])))
        except (jwt.PyJWTError, InvalidId):
            raise NotSignedIn("not a token of ours") from None
        if not (is_access_token(header) and holds_at(claims, now)):
            raise NotSignedIn("not an access token that holds")
        return Bearer(account_id, family_id, datetime.fromtimestamp(claims["exp"], UTC))

    def _signed(self, token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Return header and claims of a token that an accepted key signed for this audience, all claims present."""
        key = self._named(jwt.get_unverified_header(token).get("kid"))
        if key is None:
            raise NotSignedIn("signed by no key that is accepted")
        decoded = jwt.decode_complete(
            token,
            key.public_key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=self._issuer,
            # The times are checked by holds_at: PyJWT reads a clock of its own, and knows no longest lifetime.
            options={
                "require": _CLAIMS,
                "strict_aud": True,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        return decoded["header"], decoded["payload"]

    def _named(self, kid: str | None) -> KmsSigningKey | None:
        """Return the accepted key of this name; None if there is none."""
        return next((key for key in self._keys if key.kid == kid), None)


def is_access_token(header: Mapping[str, Any]) -> bool:
    """Tell whether the header names the type of an access token."""
    return header.get("typ") == TOKEN_TYPE


def holds_at(claims: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether the token was issued by now, is not expired and never was to hold longer than ours do."""
    issued_at, expires_at = claims["iat"], claims["exp"]
    if type(issued_at) is not int or type(expires_at) is not int:  # True is an int for isinstance
        return False
    present = now.timestamp()
    longest_until = issued_at + LIFETIME.total_seconds()
    return issued_at <= present + LEEWAY_S and present < expires_at <= longest_until


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
