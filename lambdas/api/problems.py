"""What an exception looks like from outside: problem+json (RFC 9457) with a stable code, and nothing of ours in it."""

import logging
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from adapters.cursors import InvalidCursor
from adapters.dpop import InvalidProof, NonceNeeded
from core.accounts.automations import TooManyAutomations
from core.accounts.links import InvalidLink
from core.accounts.model import (
    InvalidEmail,
    InvalidPhone,
    LoginTaken,
    NotSignedIn,
    PasswordNeeded,
    PushNotAvailable,
    TooManyAttempts,
    WrongCredentials,
    WrongPassword,
)
from core.accounts.passphrase import WeakPassword
from core.alerts.preferences import InvalidPreference
from core.commands.model import InvalidSetting
from core.kernel.errors import ChangedMeanwhile, IdempotencyKeyReused, NotFound, Refused
from core.kernel.ids import InvalidId
from core.messages.model import InvalidMedia, InvalidText
from core.sims.model import InvalidCallback, InvalidSignature, NoSim, ProviderUnavailable
from core.watches.model import (
    AlreadyMember,
    ClaimRefused,
    FamilyFull,
    InvitationRefused,
    NotTheOwner,
    OwnerStays,
    TooManyInvitations,
)
from core.watches.profile import InvalidProfile
from core.zones.model import InvalidZone, TooManyZones
from lambdas.api.schemas.problems import Problem, WrongField

CONTENT_TYPE = "application/problem+json"

_LOG = logging.getLogger(__name__)


class InvalidRange(Refused):
    """The range of time ends before it starts."""


class UnknownParameter(Refused):
    """The query holds a parameter that the route does not have."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__("unknown query parameter")
        self.names = names


class BodyTooLarge(Refused):
    """The body is larger than any that a route takes."""


class NotAllowed(Refused):
    """The caller may see the watch, but its role does not allow this."""


class ReadsOnly(Refused):
    """An automation asked for what it may not do."""


class UnreadableBody(Refused):
    """The body is not text in UTF-8."""


class UnsupportedBody(Refused):
    """The body is not said to be JSON."""


_BEARER = {"WWW-Authenticate": "Bearer"}  # RFC 9110, section 11.6.1: goes with every 401


class _Fact(NamedTuple):
    status: HTTPStatus
    code: str
    detail: str
    headers: Mapping[str, str] = {}


_INVALID = _Fact(
    HTTPStatus.BAD_REQUEST, "invalid_request", "The request is not what the document at /v1/openapi.json describes."
)
_NOT_FOUND = _Fact(HTTPStatus.NOT_FOUND, "not_found", "There is nothing here, or nothing of yours.")
_NOT_ALLOWED = _Fact(HTTPStatus.FORBIDDEN, "not_allowed", "Your role on this watch does not allow this.")
_CHANGED = _Fact(HTTPStatus.CONFLICT, "changed_meanwhile", "It was changed meanwhile: read it again.")
_FACTS: Mapping[type[Exception], _Fact] = {
    InvalidProof: _Fact(
        HTTPStatus.BAD_REQUEST, "invalid_dpop_proof", "The DPoP header holds no proof for this request (RFC 9449)."
    ),
    NonceNeeded: _Fact(
        HTTPStatus.BAD_REQUEST, "use_dpop_nonce", "The clock is off: repeat with a proof that holds DPoP-Nonce's nonce."
    ),
    NotSignedIn: _Fact(HTTPStatus.UNAUTHORIZED, "not_signed_in", "A valid access token is needed.", _BEARER),
    WrongCredentials: _Fact(
        HTTPStatus.UNAUTHORIZED, "wrong_credentials", "No account has this e-mail address and password.", _BEARER
    ),
    TooManyAttempts: _Fact(HTTPStatus.TOO_MANY_REQUESTS, "too_many_attempts", "Try again later."),
    ReadsOnly: _Fact(HTTPStatus.FORBIDDEN, "read_only", "An automation's token reads watches and nothing else."),
    WrongPassword: _Fact(HTTPStatus.FORBIDDEN, "wrong_password", "This is not the account's password."),
    WeakPassword: _Fact(
        HTTPStatus.BAD_REQUEST, "weak_password", "Choose at least 15 characters that are not a common word or two."
    ),
    InvalidEmail: _Fact(HTTPStatus.BAD_REQUEST, "invalid_email", "This is no e-mail address."),
    InvalidLink: _Fact(
        HTTPStatus.BAD_REQUEST, "invalid_link", "The link was used, or its time is over. Ask for another."
    ),
    LoginTaken: _Fact(HTTPStatus.CONFLICT, "email_taken", "An account has this e-mail address by now."),
    TooManyAutomations: _Fact(
        HTTPStatus.CONFLICT, "too_many_automations", "The account has as many automations as it may have."
    ),
    PasswordNeeded: _Fact(
        HTTPStatus.FORBIDDEN, "password_needed", "Show the password once more (POST /v1/password/check), then repeat."
    ),
    NotAllowed: _NOT_ALLOWED,
    NotFound: _NOT_FOUND,
    NotFoundError: _NOT_FOUND,
    InvalidId: _NOT_FOUND,  # no object has such an id
    InvalidCursor: _Fact(HTTPStatus.BAD_REQUEST, "invalid_cursor", "Start again without a cursor."),
    InvalidRange: _Fact(HTTPStatus.BAD_REQUEST, "invalid_range", "The range ends before it starts."),
    UnknownParameter: _INVALID,
    RequestValidationError: _INVALID,
    UnreadableBody: _INVALID,
    NotTheOwner: _NOT_ALLOWED,
    ChangedMeanwhile: _CHANGED,
    InvalidProfile: _Fact(HTTPStatus.BAD_REQUEST, "invalid_profile", "Nothing can be shown so"),
    ClaimRefused: _Fact(
        HTTPStatus.CONFLICT,
        "claim_refused",
        "The device is unknown, or bound, or this does not prove that it is yours.",
    ),
    InvitationRefused: _Fact(
        HTTPStatus.CONFLICT, "invitation_refused", "The code is wrong, or used, or over, or was taken back."
    ),
    AlreadyMember: _Fact(HTTPStatus.CONFLICT, "already_member", "The account belongs to this watch already."),
    FamilyFull: _Fact(HTTPStatus.CONFLICT, "family_full", "The watch has as many members as it may have."),
    TooManyInvitations: _Fact(
        HTTPStatus.CONFLICT, "too_many_invitations", "The watch has as many open invitations as it may have."
    ),
    OwnerStays: _Fact(
        HTTPStatus.CONFLICT, "owner_stays", "An owner offers the ownership to somebody, or unbinds the watch."
    ),
    InvalidSetting: _Fact(HTTPStatus.BAD_REQUEST, "invalid_setting", "No watch can be set to this"),
    InvalidZone: _Fact(HTTPStatus.BAD_REQUEST, "invalid_zone", "No zone can be so"),
    InvalidText: _Fact(HTTPStatus.BAD_REQUEST, "invalid_text", "No message can be so"),
    InvalidMedia: _Fact(HTTPStatus.BAD_REQUEST, "invalid_media", "The voice or picture is not taken"),
    InvalidPreference: _Fact(HTTPStatus.BAD_REQUEST, "invalid_preference", "No preference can be so"),
    TooManyZones: _Fact(HTTPStatus.CONFLICT, "too_many_zones", "The watch has as many zones as it may have."),
    IdempotencyKeyReused: _Fact(
        HTTPStatus.CONFLICT, "idempotency_key_reused", "The idempotency key came with another request before."
    ),
    NoSim: _Fact(HTTPStatus.CONFLICT, "no_sim", "It is not known which SIM the watch has."),
    ProviderUnavailable: _Fact(
        HTTPStatus.SERVICE_UNAVAILABLE, "sim_operator_silent", "The operator of the SIM does not answer. Try again."
    ),
    InvalidCallback: _INVALID,
    InvalidSignature: _Fact(
        HTTPStatus.UNAUTHORIZED, "not_signed", "A valid signature is needed.", {"WWW-Authenticate": "Wachter-Signature"}
    ),
    InvalidPhone: _Fact(HTTPStatus.BAD_REQUEST, "invalid_phone", "The platform knows no phone by this token."),
    PushNotAvailable: _Fact(HTTPStatus.CONFLICT, "push_not_available", "Phones of this platform cannot be rung here."),
    BodyTooLarge: _Fact(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", "The body is too large."),
    UnsupportedBody: _Fact(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_body", "Send what the document names: JSON, mostly."
    ),
}
_UNFORESEEN = _Fact(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong on our side.")

_EXPLAINED = InvalidMedia | InvalidPreference | InvalidProfile | InvalidSetting | InvalidText | InvalidZone
"""Their texts name the rule, and never what was sent."""

CODES = frozenset(fact.code for fact in (*_FACTS.values(), _UNFORESEEN))


def answer_to(error: Exception, request_id: str) -> Response[str]:
    """Return what the asker sees of an error; an unforeseen one is logged by its class and the request's id alone."""
    fact = next((_FACTS[each] for each in type(error).__mro__ if each in _FACTS), _UNFORESEEN)
    if fact is _UNFORESEEN:
        _LOG.error("%s in request %s", type(error).__name__, request_id)
    problem = Problem(
        title=fact.status.phrase,
        status=fact.status,
        code=fact.code,
        detail=f"{fact.detail}: {error}." if isinstance(error, _EXPLAINED) else fact.detail,
        errors=_wrong_fields(error),
        request_id=request_id if fact is _UNFORESEEN else None,
    )
    headers = {**fact.headers, **_retry_after(error), **_nonce(error)}
    return Response(problem.status, CONTENT_TYPE, problem.model_dump_json(exclude_none=True), headers)


def _wrong_fields(error: Exception) -> list[WrongField] | None:
    match error:
        case RequestValidationError():
            return [WrongField(place=".".join(map(str, each["loc"])), reason=each["type"]) for each in error.errors()]
        case UnknownParameter():
            return [WrongField(place=f"query.{name}", reason="extra_forbidden") for name in error.names]
        case UnreadableBody():
            return [WrongField(place="body", reason="json_invalid")]
    return None


def _nonce(error: Exception) -> dict[str, str]:
    return {"DPoP-Nonce": error.nonce} if isinstance(error, NonceNeeded) else {}


def _retry_after(error: Exception) -> dict[str, str]:
    if not isinstance(error, TooManyAttempts):
        return {}
    return {"Retry-After": str(math.ceil(error.retry_after.total_seconds()))}
