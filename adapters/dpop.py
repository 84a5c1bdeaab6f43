"""Proofs of possession (DPoP, RFC 9449): that a device holds the private half of the key which it names."""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt

from core.kernel.errors import Refused

ALGORITHM = "ES256"  # what the secure hardware of phones signs with
PROOF_TYPE = "dpop+jwt"
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a phone's clock may be off; beyond it, a nonce of ours takes the place of its clock."""
NONCE_LIFETIME = timedelta(minutes=5)
LONGEST_PROOF = 2_048  # characters; one with a nonce has about 600

_JWK = {"kty": "EC", "crv": "P-256"}
_COORDINATE = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes
_COMPACT_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")  # a signature of 64 bytes
_HEADER = {"typ", "alg", "jwk"}
_CLAIMS = ["htm", "htu", "iat", "jti"]
_SECOND = timedelta(seconds=1)
_TIME_BYTES = 8
_MAC_BYTES = 32


class InvalidProof(Refused):
    """Not a proof for this request."""


class NonceNeeded(Refused):
    """The device's clock cannot be relied on: its next proof is to hold this nonce."""

    def __init__(self, nonce: str) -> None:
        super().__init__("a nonce is needed")
        self.nonce = nonce


class DpopProofs:
    """Checks proofs. issuer: the API's own address. mac: a MAC of 32 bytes whose key all instances share.

    A proof may be shown again while its time lasts: docs/adr/0015 tells why that gives nobody anything.
    """

    def __init__(self, issuer: str, mac: Callable[[bytes], bytes]) -> None:
        self._issuer = issuer
        self._mac = mac

    def key_of(self, proof: str, method: str, path: str, now: datetime) -> str:
        """Return the thumbprint (RFC 7638) of the key that signed the proof; raise InvalidProof or NonceNeeded."""
        jwk, claims = signed_claims(proof)
        if claims["htm"] != method or claims["htu"] != self._issuer + path:
            raise InvalidProof("made for another request")
        if not (self._is_our_nonce(claims["nonce"], now) if "nonce" in claims else is_timely(claims["iat"], now)):
            raise NonceNeeded(self._nonce(now))
        return thumbprint(jwk)

    def _nonce(self, now: datetime) -> str:
        made_at = int(now.timestamp()).to_bytes(_TIME_BYTES)
        return base64.urlsafe_b64encode(made_at + self._mac(made_at)).rstrip(b"=").decode()

    def _is_our_nonce(self, nonce: object, now: datetime) -> bool:
        try:
            raw = base64.b64decode(str(nonce).encode() + b"=" * (-len(str(nonce)) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return False
        made_at, mac = raw[:_TIME_BYTES], raw[_TIME_BYTES:]
        if len(mac) != _MAC_BYTES or not hmac.compare_digest(mac, self._mac(made_at)):
            return False
        return abs(now.timestamp() - int.from_bytes(made_at)) <= NONCE_LIFETIME.total_seconds()


def signed_claims(proof: str) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """Return key and claims of a proof that this very key has signed; raise InvalidProof."""
    if len(proof) > LONGEST_PROOF or not _COMPACT_FORM.fullmatch(proof):
        raise InvalidProof("not a proof")
    try:
        header = jwt.get_unverified_header(proof)
        if header.keys() != _HEADER or header["typ"] != PROOF_TYPE or not is_public_key(header["jwk"]):
            raise InvalidProof("not a proof")
        jwk: Mapping[str, str] = header["jwk"]
        claims: Mapping[str, Any] = jwt.decode(
            proof,
            jwt.PyJWK.from_dict(dict(jwk), ALGORITHM),
            algorithms=[ALGORITHM],
            options={"require": _CLAIMS, "verify_iat": False, "verify_exp": False, "verify_nbf": False},
        )
    except (jwt.PyJWTError, RecursionError, ValueError):
        raise InvalidProof("not signed by its key") from None
    if not isinstance(claims["jti"], str) or not claims["jti"]:
        raise InvalidProof("not a proof")
    return jwk, claims


def is_public_key(jwk: object) -> bool:
    """Tell whether this is the public half of a P-256 key and nothing more: a private one must never be sent."""
    return (
        isinstance(jwk, dict)
        and jwk.keys() == {*_JWK, "x", "y"}
        and all(jwk[name] == value for name, value in _JWK.items())
        and all(isinstance(jwk[name], str) and _COORDINATE.fullmatch(jwk[name]) for name in ("x", "y"))
    )


def is_timely(issued_at: object, now: datetime) -> bool:
    """Tell whether the device's clock is near enough to ours."""
    if type(issued_at) is not int:  # True is an int for isinstance
        return False
    return abs(int(now.timestamp()) - issued_at) <= CLOCK_TOLERANCE // _SECOND  # ints: a claim may be beyond floats


def thumbprint(jwk: Mapping[str, str]) -> str:
    """Return the key's name (RFC 7638)."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    digest = hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
