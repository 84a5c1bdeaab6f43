"""What every request passes before any route sees it: only the routes listed here need no token (P-43)."""

import binascii
from datetime import datetime

from aws_lambda_powertools.utilities.data_classes.api_gateway_proxy_event import APIGatewayProxyEventV2

from core.accounts.attempts import AttemptLimits
from core.accounts.model import Bearer, NotSignedIn
from core.accounts.sign_in import Access
from lambdas.api.problems import BodyTooLarge, ReadsOnly, UnreadableBody, UnsupportedBody
from lambdas.api.raw_bodies import check_raw_body, content_type, raw_body_of

PUBLIC_ROUTES = frozenset(
    {
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
    }
)
"""Exact methods and paths; whatever else is asked for, existing or not, needs a token."""

LONGEST_BODY = 16_384  # characters; a password of the longest kind, each character escaped, fits
_JSON = "application/json"


def authenticated(request: APIGatewayProxyEventV2, access: Access) -> Bearer | None:
    """Return who calls, None on a public route; raise NotSignedIn."""
    if (request.http_method, request.path) in PUBLIC_ROUTES:
        return None
    return access.caller_of(bearer_token(request))


def check_automation(
    request: APIGatewayProxyEventV2, bearer: Bearer | None, limits: AttemptLimits, now: datetime
) -> None:
    """Let an automation read watches, so often as is published; raise ReadsOnly or TooManyAttempts."""
    if bearer is None or not bearer.reads_only:
        return
    if not is_reading_of_watches(request.http_method, request.path):
        raise ReadsOnly("an automation reads watches")
    limits.admit_automation(bearer.family_id, now)


def is_reading_of_watches(method: str, path: str) -> bool:
    """Tell whether this is what an automation may do."""
    return method == "GET" and f"{path}/".startswith("/v1/watches/")


def bearer_token(request: APIGatewayProxyEventV2) -> str:
    """Return the token of the Authorization header, the only place where one is read; raise NotSignedIn."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn("no bearer token")
    return token


def check_body(request: APIGatewayProxyEventV2) -> None:
    """Raise BodyTooLarge, UnsupportedBody or UnreadableBody, before anything of a body is parsed."""
    body = request.body
    if not body:
        return
    if (raw := raw_body_of(request.http_method, request.path)) is not None:
        check_raw_body(request, raw)
        return
    if len(body) > LONGEST_BODY:
        raise BodyTooLarge("the body is too large")
    if content_type(request) != _JSON:
        raise UnsupportedBody("the body is not JSON")
    try:
        _ = request.decoded_body
    except (binascii.Error, UnicodeDecodeError):
        raise UnreadableBody("the body is not text") from None
