"""Every route but a few asks for a token, whatever else is wrong with the request."""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.jwt_signer import JwtAccessTokens, KmsSigningKey
from core.accounts.model import Caller
from core.kernel.ids import FamilyId, new_id
from lambdas.api.gate import PUBLIC_ROUTES
from tests.clocks import FrozenClock
from tests.fakes.kms import InMemoryKms, rsa_key
from tests.lambdas.api.platform import Platform
from tests.lambdas.api.routes import METHODS, closed_routes, filled, routes

ISSUER = "https://api.example.test"
AUTHENTICATED = "lambdas.api.gate:authenticated"
SOME_ID = new_id()


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class SignedPlatform(Platform):
    """The platform with real tokens, and ways to forge one."""

    def __init__(self, clock: FrozenClock) -> None:
        self.signing_key = KmsSigningKey(InMemoryKms(), "signing")  # type: ignore[arg-type] # stands in for the client
        super().__init__(clock, JwtAccessTokens([self.signing_key], ISSUER))
        self.account_id = self.account()
        self.good = self.token()
        self.header, self.claims = (
            json.loads(base64.urlsafe_b64decode(each + "==")) for each in self.good.split(".")[:2]
        )

    def spoiled(self, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return a token that differs from the good one in this, signed by our own key."""
        message = f"{part(self.header | (header or {}))}.{part(self.claims | claims)}"
        return f"{message}.{base64.urlsafe_b64encode(self.signing_key.sign(message.encode())).rstrip(b'=').decode()}"

    def forgeries(self) -> dict[str, str]:
        """Return tokens that must not open anything, by what is wrong with them."""
        public = self.signing_key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        none = f"{part(self.header | {'alg': 'none'})}.{part(self.claims)}"
        confused = f"{part(self.header | {'alg': 'HS256'})}.{part(self.claims)}"
        mac = base64.urlsafe_b64encode(hmac.digest(public, confused.encode(), "sha256")).rstrip(b"=").decode()
        stranger = JwtAccessTokens([KmsSigningKey(InMemoryKms(1), "other")], ISSUER)  # type: ignore[arg-type] # a fake
        caller = Caller(self.account_id, FamilyId(self.claims["fam"]))
        gone = self.token()
        self.ask("POST", "/v1/sign-out", token=gone)
        present = int(self.clock.now().timestamp())
        return {
            "garbage": "garbage",
            "dots": "..",
            "unsigned": f"{none}.",
            "unsigned, with a signature": f"{none}.{self.good.rpartition('.')[2]}",
            "signed with the public key": f"{confused}.{mac}",
            "signed by another": stranger.issue(caller, self.clock.now()).text,
            "expired": self.spoiled(iat=present - 600, exp=present),
            "too long": self.spoiled(exp=present + 3600),
            "of another audience": self.spoiled(aud="wachter-staff-api"),
            "of another issuer": self.spoiled(iss="https://api.example.com"),
            "of another type": self.spoiled({"typ": "JWT"}),
            "of another key": self.spoiled({"kid": "another"}),
            "signed out": gone,
            "of no family": self.spoiled(fam=new_id()),
            "of another's family": self.spoiled(sub=new_id()),
        }


@pytest.fixture(scope="module")
def signed() -> SignedPlatform:
    assert rsa_key() is not rsa_key(1)
    return SignedPlatform(FrozenClock())


def test_the_public_routes_are_these_and_all_exist() -> None:
    assert {
        ("POST", "/v1/sign-in"),
        ("POST", "/v1/tokens"),
        ("POST", "/v1/registrations"),
        ("POST", "/v1/registrations/confirm"),
        ("POST", "/v1/password/reset"),
        ("POST", "/v1/password/reset/confirm"),
        ("POST", "/v1/sim/callbacks"),
        ("GET", "/.well-known/jwks.json"),
        ("GET", "/v1/openapi.json"),
        ("GET", "/v1/docs"),
    } == PUBLIC_ROUTES
    assert set(routes()) >= PUBLIC_ROUTES


@pytest.mark.parametrize("path", ["/v1/openapi.json", "/v1/docs", "/.well-known/jwks.json"])
def test_a_public_route_needs_no_token(platform: Platform, path: str) -> None:
    assert platform.ask("GET", path).status == 200


@pytest.mark.parametrize(("method", "template"), closed_routes())
def test_every_other_route_opens_with_a_good_token(method: str, template: str) -> None:
    platform = SignedPlatform(FrozenClock())
    assert platform.ask(method, filled(template, SOME_ID), token=platform.good).status != 401


@pytest.mark.promise("P-43", guard=AUTHENTICATED)
@pytest.mark.parametrize(("method", "template"), closed_routes())
def test_every_other_route_refuses_a_call_without_a_token(platform: Platform, method: str, template: str) -> None:
    answer = platform.ask(method, filled(template, SOME_ID))
    assert answer.status == 401
    assert answer.json["code"] == "not_signed_in"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.attack("A-03", guard=AUTHENTICATED)
@pytest.mark.promise("P-43", guard=AUTHENTICATED)
@pytest.mark.parametrize(("method", "template"), closed_routes())
def test_every_other_route_refuses_every_forged_token(signed: SignedPlatform, method: str, template: str) -> None:
    path = filled(template, SOME_ID)
    plain = signed.ask(method, path)
    for wrong, token in signed.forgeries().items():
        answer = signed.ask(method, path, token=token)
        assert (answer.status, answer.headers, answer.body) == (401, plain.headers, plain.body), wrong


@pytest.mark.promise("P-45", guard="adapters.jwt_signer:holds_at")
def test_a_token_is_worth_nothing_after_ten_minutes() -> None:
    platform = SignedPlatform(FrozenClock())
    platform.clock.advance(timedelta(minutes=9, seconds=59))
    assert platform.ask("GET", "/v1/watches", token=platform.good).status == 200
    platform.clock.advance(timedelta(seconds=1))
    assert platform.ask("GET", "/v1/watches", token=platform.good).status == 401


@pytest.mark.promise("P-43", guard=AUTHENTICATED)
@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "{token}"},
        {"authorization": "Basic {token}"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer  {token}"},
        {"authorization": "Bearer {token}, Bearer {token}"},
        {"x-authorization": "Bearer {token}"},
        {"cookie": "access_token={token}"},
    ],
)
def test_a_good_token_in_any_other_form_or_place_opens_nothing(signed: SignedPlatform, headers: dict[str, str]) -> None:
    sent = {name: value.format(token=signed.good) for name, value in headers.items()}
    assert signed.ask("GET", "/v1/watches", headers=sent).status == 401


def test_a_token_in_the_address_opens_nothing(signed: SignedPlatform) -> None:
    assert signed.ask("GET", "/v1/watches", query={"access_token": signed.good}).status == 401


def test_the_scheme_may_be_written_in_any_case(signed: SignedPlatform) -> None:
    assert signed.ask("GET", "/v1/watches", headers={"Authorization": f"bearer {signed.good}"}).status == 200


@pytest.mark.attack("Z-19", guard=AUTHENTICATED)
@pytest.mark.promise("P-43", guard=AUTHENTICATED)
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//v1/watches",
        "/v1//watches",
        "/v1/watches/",
        "/V1/watches",
        "/v1/watches.",
        "/v1/sign-in/",
        "/v1/docs/../watches",
        "/v1/docs%2f..%2fwatches",
        "/v1/unheard-of",
    ],
)
def test_no_trick_with_path_or_method_gets_past_the_gate(signed: SignedPlatform, path: str) -> None:
    for method in METHODS:
        assert signed.ask(method, path).status == 401, method
        assert signed.ask(method, path, headers={"x-http-method-override": "POST"}).status == 401, method
        assert signed.ask(method, path, token=signed.good).status == 404, method


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"GET"}))
def test_another_method_on_a_public_path_is_not_public(signed: SignedPlatform, method: str) -> None:
    assert signed.ask(method, "/v1/docs").status == 401
    assert signed.ask("GET", "/v1/sign-in").status == 401


def test_a_call_without_a_token_learns_nothing_else(platform: Platform) -> None:
    path = filled("/v1/watches/<watch_id>/positions", SOME_ID)
    plain = platform.ask("GET", path)
    for rest in ({"query": "limit=0"}, {"query": "unheard=of"}, {"body": "x" * 20_000}, {"headers": {"accept": "x"}}):
        answer = platform.ask("GET", path, **rest)
        assert (answer.status, answer.body) == (401, plain.body)
