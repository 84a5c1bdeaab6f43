"""A device's key and the proofs that it makes (RFC 9449)."""

import base64
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from core.kernel.ids import new_id


class DeviceKey:
    """A P-256 key as a phone's secure hardware holds it."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())

    @property
    def jwk(self) -> dict[str, str]:
        numbers = self._private.public_key().public_numbers()
        x, y = (base64.urlsafe_b64encode(each.to_bytes(32)).rstrip(b"=").decode() for each in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    def proof(self, url: str, at: datetime, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return a proof for a POST to this URL; header, claims: what differs from a good one."""
        good: dict[str, Any] = {"htm": "POST", "htu": url, "iat": int(at.timestamp()), "jti": new_id()}
        made = {name: value for name, value in (good | claims).items() if value is not None}
        named = {"typ": "dpop+jwt", "jwk": self.jwk} | (header or {})
        return jwt.encode(made, self._private, "ES256", named)
