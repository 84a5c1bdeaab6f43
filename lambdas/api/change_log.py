"""The change log: each route that changes something writes who did it and which fields were sent, never values (P-61).

It is written here for all routes, once each answer is known to be a good one and before it leaves.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

from core.changes.model import change_of
from lambdas.api.call import Call

READING = frozenset({"GET", "HEAD", "OPTIONS"})
NO_CHANGE: Mapping[str, str] = {
    "signIn": "a sign-in stands in the list of signed-in devices, and a notice tells of a new one",
    "refreshTokens": "the app does it, and the sign-in goes on",
    "checkPassword": "the sign-in is fresh for some minutes",
    "registerPhone": "the app does it at each start",
    "register": "nothing is made before the mailed link was used",
    "askPasswordReset": "nothing is changed before the mailed link was used",
    "askNewEmail": "nothing is changed before the mailed link was used",
    "showClaimCode": "a device shows digits; whose it is stays the same",
    "takeSimCallback": "it is the operator's doing, and no account's",
}
"""Operations that change nothing of an account or a watch, or nothing that is not told elsewhere, and why."""


def log_change(app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Let the route do its work, and write what it changed."""
    answer = next_middleware(app)
    call: Call = app.context["call"]
    route = app.context["_route"]
    if is_change(route.method, route.operation_id) and answer.status_code < HTTPStatus.BAD_REQUEST:
        actor = None if call.bearer is None else call.bearer.account_id
        subject_id = call.changed_subject or app.context["_route_args"].get("watch_id") or actor
        assert subject_id is not None, "what needs no token tells what it changed"
        setting = app.context["_route_args"].get("setting_name")  # it is what is changed, so the path names the field
        fields = field_names(app.current_event) if setting is None else (setting,)
        call.services.changes.add(change_of(subject_id, actor, route.operation_id, fields, call.now))
    return answer


def is_change(method: str, operation_id: str) -> bool:
    """Tell whether what this operation does is to be found in the change log."""
    return method not in READING and operation_id not in NO_CHANGE


def field_names(request: BaseProxyEvent) -> tuple[str, ...]:
    """Return the names of the fields of a body that was found to be right; a voice or a photo has none."""
    if not request.body or "json" not in request.headers.get("content-type", ""):
        return ()
    content = request.json_body
    return tuple(sorted(content)) if isinstance(content, dict) else ()
