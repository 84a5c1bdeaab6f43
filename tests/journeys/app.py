"""A guardian's app that knows nothing but the published document: HTTP, a key for DPoP, refreshed tokens."""

import base64
import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from tests.journeys.watch import PATIENCE_S

JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """What came back. content: of any kind."""

    status: int
    content: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    def ok(self) -> Any:
        """Return what was answered, if anything; fail on a problem."""
        assert self.status < 400, self.content
        return self.json if self.content else None


class App:
    """One phone. issuer: the API's own address, as its tokens tell it."""

    def __init__(self, api_url: str, issuer: str) -> None:
        self._api_url = api_url
        self._issuer = issuer
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._access = self._refresh = ""

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        kind: str = JSON,
    ) -> Answer:
        """Ask the API. body: JSON, or bytes of another kind."""
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - the local platform's address
            self._api_url + path, method=method, data=sent, headers={"Authorization": f"Bearer {self._access}"}
        )
        for name, value in {"Content-Type": kind, **(headers or {})}.items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310 - as above
                return Answer(answer.status, answer.read())
        except urllib.error.HTTPError as problem:
            with problem:
                return Answer(problem.code, problem.read())

    def sign_in(self, email: str, password: str, device_name: str) -> None:
        """Sign in with a proof of this phone's key."""
        body = {"email": email, "password": password, "device_name": device_name}
        self._keep(self.ask("POST", "/v1/sign-in", body, headers=self._proof("/v1/sign-in")).ok())

    def refresh(self) -> None:
        """Use the refresh token."""
        body = {"refresh_token": self._refresh}
        self._keep(self.ask("POST", "/v1/tokens", body, headers=self._proof("/v1/tokens")).ok())

    def _keep(self, tokens: Mapping[str, Any]) -> None:
        self._access, self._refresh = tokens["access_token"], tokens["refresh_token"]

    def _proof(self, path: str) -> Mapping[str, str]:
        numbers = self._key.public_key().public_numbers()
        x, y = (_base64url(number.to_bytes(32)) for number in (numbers.x, numbers.y))
        claims = {"htm": "POST", "htu": self._issuer + path, "iat": int(time.time()), "jti": secrets.token_hex()}
        header = {"typ": "dpop+jwt", "jwk": {"kty": "EC", "crv": "P-256", "x": x, "y": y}}
        return {"DPoP": jwt.encode(claims, self._key, "ES256", header)}


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
