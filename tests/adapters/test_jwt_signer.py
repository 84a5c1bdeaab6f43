"""Access tokens: what we make, and all that we refuse."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from adapters.jwt_signer import AUDIENCE, LIFETIME, LONGEST_TOKEN, JwtAccessTokens, KmsSigningKey
from core.accounts.model import Bearer, Caller, NotSignedIn
from core.kernel.ids import AccountId, FamilyId, new_id
from tests.clocks import NOON
from tests.fakes.kms import InMemoryKms, rsa_key

ISSUER = "https://api.example.test"
CALLER = Caller(AccountId(new_id()), FamilyId(new_id()))
BEARER = Bearer(CALLER.account_id, CALLER.family_id, NOON + LIFETIME)
SIGNING_KEY = KmsSigningKey(InMemoryKms(), "signing")  # type: ignore[arg-type] # stands in for the client
TOKENS = JwtAccessTokens([SIGNING_KEY], ISSUER)

Claims = dict[str, Any]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
RIGHT_HEADER = {"alg": "RS256", "typ": "at+jwt", "kid": SIGNING_KEY.kid}


def right_claims() -> Claims:
    issued_at = int(NOON.timestamp())
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": CALLER.account_id,
        "fam": CALLER.family_id,
        "iat": issued_at,
        "exp": issued_at + 600,
        "jti": new_id(),
    }


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(claims: object, header: object = None, sign: Callable[[bytes], bytes] = SIGNING_KEY.sign) -> str:
    """Return a token over whatever claims and header, with our key unless told otherwise."""
    message = f"{part(header or RIGHT_HEADER)}.{part(claims)}"
    return f"{message}.{base64.urlsafe_b64encode(sign(message.encode())).rstrip(b'=').decode()}"


def assert_refused(token: str) -> None:
    with pytest.raises(NotSignedIn):
        TOKENS.verify(token, NOON)


def test_what_we_issue_speaks_for_its_caller_until_it_expires() -> None:
    token = TOKENS.issue(CALLER, NOON)
    assert token.lifetime == LIFETIME
    assert TOKENS.verify(token.text, NOON) == BEARER
    assert TOKENS.verify(token.text, NOON + LIFETIME - timedelta(seconds=1)) == BEARER
    with pytest.raises(NotSignedIn):
        TOKENS.verify(token.text, NOON + LIFETIME)


@pytest.mark.attack("A-25", guard="adapters.jwt_signer:JwtAccessTokens.issue")
def test_a_token_holds_ids_only_and_names_its_key_and_type() -> None:
    token = TOKENS.issue(CALLER, NOON).text
    claims = jwt.decode(token, options={"verify_signature": False})
    assert set(claims) == {"iss", "aud", "sub", "fam", "iat", "exp", "jti"}
    assert (claims["sub"], claims["fam"]) == (CALLER.account_id, CALLER.family_id)
    assert jwt.get_unverified_header(token) == RIGHT_HEADER
    assert len(token) < LONGEST_TOKEN


def test_every_token_has_an_id_of_its_own() -> None:
    first, second = (jwt.decode(TOKENS.issue(CALLER, NOON).text, options={"verify_signature": False}) for _ in range(2))
    assert first["jti"] != second["jti"]


def test_any_client_can_check_a_token_with_the_published_key() -> None:
    published = jwt.PyJWK.from_dict(dict(SIGNING_KEY.jwk))
    token = TOKENS.issue(CALLER, NOON).text
    decoded = jwt.decode_complete(
        token,
        published,
        ["RS256"],
        {"verify_exp": False, "verify_iat": False},  # NOON is not now
        audience=AUDIENCE,
        issuer=ISSUER,
    )
    assert decoded["payload"]["sub"] == CALLER.account_id
    assert set(SIGNING_KEY.jwk) == {"kty", "use", "alg", "kid", "n", "e"}, "nothing of the private half"


def test_the_public_half_is_fetched_once() -> None:
    kms = InMemoryKms()
    key = KmsSigningKey(kms, "signing")  # type: ignore[arg-type] # stands in for the client
    tokens = JwtAccessTokens([key], ISSUER)
    for _ in range(3):
        tokens.verify(tokens.issue(CALLER, NOON).text, NOON)
    assert kms.fetched == 1


def test_the_tokens_that_the_other_tests_spoil_are_good_otherwise() -> None:
    assert TOKENS.verify(signed(right_claims()), NOON) == BEARER


@pytest.mark.attack("A-04", guard="adapters.jwt_signer:JwtAccessTokens._signed")
@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
def test_a_token_without_a_signature_is_refused(algorithm: str) -> None:
    header = RIGHT_HEADER | {"alg": algorithm}
    assert_refused(f"{part(header)}.{part(right_claims())}.{part('')}")
    assert_refused(f"{part(header)}.{part(right_claims())}.{TOKENS.issue(CALLER, NOON).text.rpartition('.')[2]}")


@pytest.mark.attack("A-05", guard="adapters.jwt_signer:JwtAccessTokens._signed")
@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(digest: str, encoding: Encoding) -> None:
    secret = SIGNING_KEY.public_key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    header = RIGHT_HEADER | {"alg": digest.replace("sha", "HS")}
    assert_refused(signed(right_claims(), header, lambda message: hmac.digest(secret, message, digest)))


@pytest.mark.attack("A-05", guard="adapters.jwt_signer:JwtAccessTokens._signed")
@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256", "ES256"])
def test_one_algorithm_is_allowed_and_no_other_of_the_same_key(algorithm: str) -> None:
    header = RIGHT_HEADER | {"alg": algorithm}
    assert_refused(signed(right_claims(), header))
    if algorithm != "ES256":
        assert_refused(jwt.encode(right_claims(), rsa_key(), algorithm, header))


@pytest.mark.attack("A-07", guard="adapters.jwt_signer:JwtAccessTokens._signed")
@pytest.mark.promise("P-45", guard="adapters.jwt_signer:JwtAccessTokens._signed")
@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "fam", "iat", "exp", "jti"])
def test_a_token_that_lacks_any_claim_is_refused(claim: str) -> None:
    claims = right_claims()
    assert_refused(signed({name: value for name, value in claims.items() if name != claim}))
    assert_refused(signed(claims | {claim: None}))


@pytest.mark.promise("P-45", guard="adapters.jwt_signer:JwtAccessTokens._signed")
@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://api.example.test/"},
        {"iss": ""},
        {"aud": "wachter-staff-api"},
        {"aud": [AUDIENCE]},
        {"aud": [AUDIENCE, "wachter-staff-api"]},
        {"sub": 7},
    ],
)
def test_a_token_for_another_issuer_or_audience_is_refused(wrong: Claims) -> None:
    assert_refused(signed(right_claims() | wrong))


@pytest.mark.promise("P-45", guard="adapters.jwt_signer:holds_at")
@pytest.mark.parametrize(
    ("issued_after_s", "expires_after_s"),
    [
        (-700, -100),  # expired
        (-600, 0),  # expires now
        (0, 601),  # longer than ours
        (-599, 2),  # longer than ours, though it ends soon
        (0, 10**15),
        (6, 606),  # from the future
        (0, -1),  # ends before it starts
    ],
)
def test_a_token_that_does_not_hold_now_or_was_to_hold_too_long_is_refused(
    issued_after_s: int, expires_after_s: int
) -> None:
    present = int(NOON.timestamp())
    assert_refused(signed(right_claims() | {"iat": present + issued_after_s, "exp": present + expires_after_s}))


@pytest.mark.promise("P-45", guard="adapters.jwt_signer:holds_at")
@pytest.mark.parametrize("wrong", ["text", True, 1e10, 1.5, [], {}, "1795348800"])
@pytest.mark.parametrize("claim", ["iat", "exp"])
def test_a_time_that_is_no_whole_number_is_refused(claim: str, wrong: object) -> None:
    assert_refused(signed(right_claims() | {claim: wrong}))


@pytest.mark.promise("P-45", guard="adapters.jwt_signer:is_access_token")
@pytest.mark.parametrize("wrong", [{"typ": "JWT"}, {"typ": "rt+jwt"}, {"typ": None}])
def test_a_token_of_another_type_is_refused(wrong: dict[str, str | None]) -> None:
    assert_refused(signed(right_claims(), {name: value for name, value in (RIGHT_HEADER | wrong).items() if value}))


@pytest.mark.promise("P-45", guard="adapters.jwt_signer:JwtAccessTokens._named")
@pytest.mark.parametrize("kid", ["another", "", None])
def test_a_token_that_names_no_key_of_ours_is_refused(kid: str | None) -> None:
    unnamed = {name: value for name, value in RIGHT_HEADER.items() if name != "kid"}
    assert_refused(signed(right_claims(), unnamed if kid is None else RIGHT_HEADER | {"kid": kid}))


def test_a_token_of_another_key_is_refused() -> None:
    stranger = KmsSigningKey(InMemoryKms(1), "signing")  # type: ignore[arg-type] # stands in for the client
    assert_refused(JwtAccessTokens([stranger], ISSUER).issue(CALLER, NOON).text)
    assert_refused(signed(right_claims(), sign=stranger.sign))


@pytest.mark.parametrize("wrong", [{"sub": "x"}, {"sub": "../" * 9}, {"fam": "x"}, {"fam": 7}, {"fam": [1]}])
def test_a_subject_that_is_no_id_is_refused(wrong: Claims) -> None:
    assert_refused(signed(right_claims() | wrong))


def test_a_changed_token_is_refused() -> None:
    header, claims, signature = TOKENS.issue(CALLER, NOON).text.split(".")
    other_claims = part(right_claims() | {"sub": new_id()})
    for spoiled in (
        f"{header}.{other_claims}.{signature}",
        f"{header}.{claims}.{signature[:-8]}",
        f"{header}.{claims}.",
        f"{header}.{claims}",
        f" {header}.{claims}.{signature}",
        f"{header}.{claims}.{signature}!",
        f"{header}.{claims}.{signature}=",
        f"{header}.{claims}.{signature}\n",
    ):
        assert_refused(spoiled)


def test_an_endless_token_is_refused_unread() -> None:
    assert_refused(f"{part({'a': 'x' * LONGEST_TOKEN})}.e30.e30")


@given(
    st.text(max_size=200)
    | st.from_regex(r"[A-Za-z0-9_-]{1,60}\.[A-Za-z0-9_-]{1,60}\.[A-Za-z0-9_-]{0,60}", fullmatch=True)
)
def test_no_text_breaks_the_check(text: str) -> None:
    assert_refused(text)


@given(ANY_JSON)
def test_nothing_that_we_might_have_signed_breaks_the_check(content: object) -> None:
    assert_refused(signed(content))
    assert_refused(signed(right_claims() | {"fam": content, "iat": content}))
    assert_refused(signed(right_claims(), {"alg": "RS256", "typ": content, "kid": content}))
