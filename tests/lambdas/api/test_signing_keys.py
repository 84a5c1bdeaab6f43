"""Signing keys come and go, each step a deployment of the wired API on moto: docs/runbook.md, "Signing keys"."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import jwt
import pytest

from adapters.aws import client
from adapters.jwt_signer import LIFETIME
from lambdas.api import bootstrap
from lambdas.api.app import Api
from lambdas.api.routes.about import KEYS_FRESH_S
from tests.lambdas.api.account_journey import App
from tests.lambdas.api.platform import PASSWORD, ask
from tests.lambdas.api.test_deployed import Deployed
from tests.storage import storage

ROUTE = "/v1/watches"
JWKS = "/.well-known/jwks.json"
NAMED = "adapters.jwt_signer:JwtAccessTokens._named"
SIGNED = "adapters.jwt_signer:JwtAccessTokens._signed"
PUBLISHED = "adapters.jwt_signer:JwtAccessTokens.public_keys"


@dataclass
class Drill:
    """A stage whose keys have numbers, as its setting `signing-keys` has them, and a guardian's app."""

    stage: Deployed
    app: App = field(init=False)
    keys: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app = App(self.stage.api, self.stage.clock, newest_link=str)
        self.stage.account()
        self.deploy(1)

    def deploy(self, *numbers: int) -> None:
        """Give the API these keys, and none of what it had in memory before."""
        kms = client("kms", self.stage.settings)
        for number in set(numbers) - self.keys.keys():
            made = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")
            self.keys[number] = made["KeyMetadata"]["KeyId"]
        names = tuple(self.keys[number] for number in numbers)
        self.app.api = Api(bootstrap.services(replace(self.stage.settings, signing_keys=names), self.stage.clock))

    def published(self) -> list[str]:
        """Return the names of the keys in the JWKS."""
        return [key["kid"] for key in ask(self.app.api, "GET", JWKS).json["keys"]]

    def signed_in(self) -> str:
        """Sign in and return the access token."""
        self.app.sign_in(PASSWORD)
        return self.app.access

    def opens(self, token: str) -> bool:
        """Tell whether a token opens a route; the answer to one that does not is the one to any stranger."""
        answer = ask(self.app.api, "GET", ROUTE, token=token)
        if answer.status != 200:
            none = ask(self.app.api, "GET", ROUTE)
            assert (answer.status, answer.headers, answer.body) == (401, none.headers, none.body)
        return answer.status == 200


@pytest.fixture
def drill() -> Iterator[Drill]:
    with storage() as settings:
        yield Drill(Deployed(settings))


@pytest.mark.promise("P-46", guard=NAMED, part="signing keys rotate")
def test_a_new_key_signs_and_what_the_one_before_has_signed_holds_until_it_is_over(drill: Drill) -> None:
    old = drill.signed_in()
    drill.deploy(1, 2)
    drill.deploy(2, 1)
    new = drill.signed_in()
    assert [jwt.get_unverified_header(token)["kid"] for token in (new, old)] == drill.published()
    drill.stage.clock.advance(LIFETIME - timedelta(seconds=1))
    assert drill.opens(old)
    assert drill.opens(new)
    drill.stage.clock.advance(timedelta(seconds=1))
    drill.deploy(2)
    assert not drill.opens(old)
    drill.app.renew()
    assert drill.opens(drill.app.access)
    assert [jwt.get_unverified_header(drill.app.access)["kid"]] == drill.published()


@pytest.mark.promise("P-46", guard=PUBLISHED, part="signing keys rotate")
def test_a_key_is_published_before_it_signs_and_its_first_tokens_open_where_the_old_setting_still_runs(
    drill: Drill,
) -> None:
    drill.deploy(1, 2)
    with_the_old_setting = drill.app.api
    published = drill.published()
    assert jwt.get_unverified_header(drill.signed_in())["kid"] == published[0]
    drill.deploy(2, 1)
    new = drill.signed_in()
    assert jwt.get_unverified_header(new)["kid"] == published[1]
    assert ask(with_the_old_setting, "GET", ROUTE, token=new).status == 200


@pytest.mark.attack("A-24", guard=SIGNED)
def test_all_that_a_dropped_key_has_signed_is_refused_at_once_and_no_guardian_needs_a_password(drill: Drill) -> None:
    stolen = drill.signed_in()
    drill.deploy(2, 1)
    assert drill.opens(stolen)
    drill.deploy(2)
    assert not drill.opens(stolen), "ten minutes are not over"
    assert len(drill.published()) == 1
    drill.app.renew()
    assert drill.opens(drill.app.access)
    assert len([path for path, _ in drill.app.sent if path.startswith("/v1/sign-in")]) == 1


@pytest.mark.attack("A-24", guard=SIGNED)
def test_a_token_in_the_name_of_the_key_that_signs_now_is_none_of_it(drill: Drill) -> None:
    drill.signed_in()
    kms = client("kms", drill.stage.settings)
    drill.deploy(2)
    header, claims, signature = drill.signed_in().split(".")
    answer = kms.sign(
        KeyId=drill.keys[1],
        Message=f"{header}.{claims}".encode(),
        MessageType="RAW",
        SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
    )
    forged = jwt.utils.base64url_encode(answer["Signature"]).decode()
    assert drill.opens(f"{header}.{claims}.{signature}")
    assert not drill.opens(f"{header}.{claims}.{forged}")


def test_whoever_keeps_the_published_keys_forgets_a_dropped_one_within_five_minutes(drill: Drill) -> None:
    kept = ask(drill.app.api, "GET", JWKS).headers["Cache-Control"]
    assert kept == f"public, max-age={KEYS_FRESH_S}"
    assert timedelta(seconds=KEYS_FRESH_S) <= timedelta(minutes=5) < LIFETIME
