"""The API: every request passes the gate, then its route; every answer leaves with the same protection."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Response, ResponseBuilder
from aws_lambda_powertools.utilities.data_classes.api_gateway_proxy_event import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.api.call import Call
from lambdas.api.gate import authenticated, check_automation, check_body
from lambdas.api.problems import answer_to
from lambdas.api.routes import (
    about,
    account,
    activity,
    alerts,
    automations,
    changes,
    claims,
    commands,
    invitations,
    members,
    messages,
    notices,
    phones,
    pictures,
    places,
    positions,
    preferences,
    registration,
    settings,
    sign_in,
    sims,
    telemetry,
    tokens,
    watches,
    zones,
)
from lambdas.api.services import Services

for _library in ("aws_lambda_powertools", "botocore", "pynamodb"):
    logging.getLogger(_library).setLevel(logging.WARNING)  # their finer lines hold what was sent

_PROTECTION = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def read_json(text: str) -> Any:
    """Return what the text holds; what is nested too deeply or counts too high is as wrong as any that is no JSON."""
    try:
        return json.loads(text)
    except (RecursionError, ValueError):  # ValueError: a number of more digits than Python reads; no JSON is one too
        raise json.JSONDecodeError("cannot be read", "", 0) from None


resolver = APIGatewayHttpResolver(
    enable_validation=True,
    # An answer that is not what its type says is our failure, not the asker's.
    response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
    json_body_deserializer=read_json,
    debug=False,  # whatever the environment says: debug prints requests
)
for _noun in (
    sign_in,
    tokens,
    registration,
    account,
    automations,
    phones,
    watches,
    claims,
    members,
    invitations,
    commands,
    messages,
    pictures,
    settings,
    positions,
    places,
    zones,
    alerts,
    notices,
    changes,
    preferences,
    telemetry,
    activity,
    sims,
    about,
):
    resolver.include_router(_noun.router)


def _answer_to(error: Exception) -> Response[str]:
    return answer_to(error, resolver.current_event.request_context.request_id)


resolver.exception_handler(Exception)(_answer_to)


def protected(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the headers with which an answer leaves: no cache between us and an app keeps it for another's request."""
    return {**_PROTECTION, **headers}


class Api:
    """Answers requests in the form of API Gateway's payload 2.0."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def answer(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Return the answer; whatever goes wrong leaves as a problem."""
        request = APIGatewayProxyEventV2(event)
        try:
            resolver.append_context(call=self._admitted(request))
            answer = resolver.resolve(event, context)
        except Exception as error:  # noqa: BLE001 - nothing of a failure that nobody foresaw may reach the outside
            refusal = answer_to(error, request.request_context.request_id)
            answer = ResponseBuilder[APIGatewayProxyEventV2](refusal).build(request)
        return {**answer, "headers": protected(answer["headers"]), "body": answer["body"] or ""}

    def _admitted(self, request: APIGatewayProxyEventV2) -> Call:
        bearer, now = authenticated(request, self._services.access), self._services.clock.now()
        check_automation(request, bearer, self._services.limits, now)
        check_body(request)
        return Call(
            services=self._services,
            now=now,
            address=request.request_context.http.source_ip,
            bearer=bearer,
        )
