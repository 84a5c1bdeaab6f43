"""Proofs of possession."""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.dpop import CLOCK_TOLERANCE, LONGEST_PROOF, DpopProofs, InvalidProof, NonceNeeded, thumbprint
from tests.clocks import NOON
from tests.dpop import DeviceKey

ISSUER = "https://api.example.test"
PATH = "/v1/tokens"
URL = ISSUER + PATH
SECOND = timedelta(seconds=1)


def mac(message: bytes) -> bytes:
    return hmac.digest(b"key", message, "sha256")


@pytest.fixture
def proofs() -> DpopProofs:
    return DpopProofs(ISSUER, mac)


@pytest.fixture(scope="module")
def key() -> DeviceKey:
    return DeviceKey()


def test_a_proof_tells_the_thumbprint_of_its_key(proofs: DpopProofs, key: DeviceKey) -> None:
    assert proofs.key_of(key.proof(URL, NOON), "POST", PATH, NOON) == thumbprint(key.jwk)
    assert proofs.key_of(DeviceKey().proof(URL, NOON), "POST", PATH, NOON) != thumbprint(key.jwk)


def test_the_thumbprint_is_rfc_7638s() -> None:
    """The key of RFC 9449, figure 2, and the thumbprint that the RFC's figure 12 gives for it."""
    jwk = {
        "kty": "EC",
        "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
        "crv": "P-256",
    }
    assert thumbprint(jwk) == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"


FOREIGN_JWK = {"kty": "EC", "crv": "P-256", "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "y": "A" * 43}


@pytest.mark.attack("A-12", guard="adapters.dpop:signed_claims", part="proof of possession")
@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"typ": "JWT"}, {}),
        ({"typ": "at+jwt"}, {}),
        ({"jwk": FOREIGN_JWK}, {}),
        ({"jwk": DeviceKey().jwk}, {}),
        ({"kid": "a key of its choice"}, {}),
        ({}, {"jti": None}),
        ({}, {"jti": ""}),
        ({}, {"jti": 1}),
        ({}, {"iat": None}),
        ({}, {"htm": None}),
        ({}, {"htu": None}),
    ],
)
def test_a_proof_of_another_form_or_key_is_refused(
    proofs: DpopProofs, key: DeviceKey, header: dict[str, Any], claims: dict[str, Any]
) -> None:
    with pytest.raises(InvalidProof):
        proofs.key_of(key.proof(URL, NOON, header=header, **claims), "POST", PATH, NOON)


@pytest.mark.parametrize(
    "claims",
    [
        {"htm": "GET"},
        {"htm": "post"},
        {"htu": ISSUER + "/v1/sign-in"},
        {"htu": "https://api.example.com" + PATH},
        {"htu": "http://api.example.test" + PATH},
        {"htu": URL + "/"},
        {"htu": URL + "?x=1"},
        {"htu": [URL]},
    ],
)
def test_a_proof_for_another_request_is_refused(proofs: DpopProofs, key: DeviceKey, claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidProof):
        proofs.key_of(key.proof(URL, NOON, **claims), "POST", PATH, NOON)


def forged(header: dict[str, Any], signature: str) -> str:
    claims = {"htm": "POST", "htu": URL, "iat": int(NOON.timestamp()), "jti": "1"}
    parts = (base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in (header, claims))
    return f"{'.'.join(parts)}.{signature}"


@pytest.mark.parametrize(
    "proof",
    [
        "",
        "..",
        "x" * (LONGEST_PROOF + 1),
        forged({"typ": "dpop+jwt", "alg": "none", "jwk": FOREIGN_JWK}, ""),
        forged({"typ": "dpop+jwt", "alg": "none", "jwk": FOREIGN_JWK}, "A" * 86),
        forged({"typ": "dpop+jwt", "alg": "ES256", "jwk": FOREIGN_JWK}, "A" * 86),
        forged({"typ": "dpop+jwt", "alg": "ES256", "jwk": "x"}, "A" * 86),
        forged({"typ": "dpop+jwt", "alg": "ES256"}, "A" * 86),
        jwt.encode({"htm": "POST", "htu": URL, "iat": 1, "jti": "1"}, "x" * 32, "HS256", {"typ": "dpop+jwt"}),
    ],
)
def test_what_is_no_proof_is_refused(proofs: DpopProofs, proof: str) -> None:
    with pytest.raises(InvalidProof):
        proofs.key_of(proof, "POST", PATH, NOON)


def test_a_private_key_is_never_taken(proofs: DpopProofs, key: DeviceKey) -> None:
    with pytest.raises(InvalidProof):
        proofs.key_of(key.proof(URL, NOON, header={"jwk": {**key.jwk, "d": "A" * 43}}), "POST", PATH, NOON)


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_breaks_the_reading(header: str, claims: str) -> None:
    parts = (base64.urlsafe_b64encode(each.encode()).rstrip(b"=").decode() for each in (header, claims))
    for proof in (f"{'.'.join(parts)}.{'A' * 86}", header + claims):
        with pytest.raises(InvalidProof):
            DpopProofs(ISSUER, mac).key_of(proof, "POST", PATH, NOON)


@pytest.mark.parametrize("off", [timedelta(0), CLOCK_TOLERANCE, -CLOCK_TOLERANCE])
def test_a_clock_may_be_a_few_minutes_off(proofs: DpopProofs, key: DeviceKey, off: timedelta) -> None:
    proofs.key_of(key.proof(URL, NOON + off), "POST", PATH, NOON)


@pytest.mark.parametrize("off", [CLOCK_TOLERANCE + SECOND, -CLOCK_TOLERANCE - SECOND, timedelta(days=9_000)])
def test_a_clock_that_is_far_off_locks_nobody_out(proofs: DpopProofs, key: DeviceKey, off: timedelta) -> None:
    with pytest.raises(NonceNeeded) as asked:
        proofs.key_of(key.proof(URL, NOON + off), "POST", PATH, NOON)
    with_nonce = key.proof(URL, NOON + off, nonce=asked.value.nonce)
    assert proofs.key_of(with_nonce, "POST", PATH, NOON + SECOND) == thumbprint(key.jwk)


@pytest.mark.parametrize("issued_at", [True, 1.5, "1", [], 10**400])
def test_a_time_that_is_none_asks_for_a_nonce(proofs: DpopProofs, key: DeviceKey, issued_at: object) -> None:
    with pytest.raises((NonceNeeded, InvalidProof)):
        proofs.key_of(key.proof(URL, NOON, iat=issued_at), "POST", PATH, NOON)


@pytest.mark.parametrize("nonce", ["", "x", "é", 1, [], "A" * 54, "A" * 300])
def test_a_nonce_of_ones_own_is_worth_nothing_however_right_the_clock(
    proofs: DpopProofs, key: DeviceKey, nonce: object
) -> None:
    proof = key.proof(URL, NOON, nonce=nonce)
    with pytest.raises(NonceNeeded):
        proofs.key_of(proof, "POST", PATH, NOON)


def test_an_old_nonce_is_answered_with_a_new_one(proofs: DpopProofs, key: DeviceKey) -> None:
    with pytest.raises(NonceNeeded) as asked:
        proofs.key_of(key.proof(URL, NOON - timedelta(days=1)), "POST", PATH, NOON)
    later = NOON + timedelta(minutes=6)
    with pytest.raises(NonceNeeded) as again:
        proofs.key_of(key.proof(URL, NOON, nonce=asked.value.nonce), "POST", PATH, later)
    proofs.key_of(key.proof(URL, NOON, nonce=again.value.nonce), "POST", PATH, later)


def test_a_nonce_of_another_instance_with_the_same_key_holds(key: DeviceKey) -> None:
    with pytest.raises(NonceNeeded) as asked:
        DpopProofs(ISSUER, mac).key_of(key.proof(URL, NOON - timedelta(days=1)), "POST", PATH, NOON)
    DpopProofs(ISSUER, mac).key_of(key.proof(URL, NOON, nonce=asked.value.nonce), "POST", PATH, NOON)
