"""What every route declares besides its types: how it appears in the OpenAPI document, and that it knows its query."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from pydantic import BaseModel

from lambdas.api.change_log import log_change
from lambdas.api.problems import CONTENT_TYPE, UnknownParameter
from lambdas.api.schemas.problems import Problem

BEARER = "accessToken"
"""Name of the security scheme."""

_WORDS = {
    304: "Unchanged since the ETag that was sent",
    400: "The request is not as described here",
    401: "No access token that holds, or wrong credentials",
    403: "The caller's role on the watch allows to look only",
    404: "No such object, or none of the caller's",
    409: "It cannot be done as things are; the code tells why",
    413: "The body is too large",
    415: "The body is not said to be JSON",
    429: "Too many attempts; Retry-After tells when to try again",
    503: "Somebody else on whom this depends does not answer; try again",
}
_HEADERS: Mapping[int, Any] = {
    304: {"ETag": {"description": "The same again", "schema": {"type": "string"}}},
    401: {"WWW-Authenticate": {"description": "Bearer", "schema": {"type": "string"}}},
    429: {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}},
}
_FIRST_ERROR = 400


def operation(
    *,
    name: str,
    summary: str,
    tag: str,
    promises: Sequence[str],
    content: Mapping[str, Any],
    also: Sequence[int] = (),
    status: int = 200,
    public: bool = False,
    takes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the arguments of a route's decorator.

    name: its operationId. promises: ids of docs/promises.tsv that it serves. content: of the good answer, see json_of.
    also: the other statuses that it may answer with. takes: content of a body that the route reads as it came.
    """
    body = {} if takes is None else {"requestBody": {"required": True, "content": dict(takes)}}
    return {
        "operation_id": name,
        "summary": summary,
        "tags": [tag],
        "status_code": status,
        "responses": {status: {"description": summary, "content": content}} | {each: _other(each) for each in also},
        "security": None if public else [{BEARER: []}],
        "openapi_extensions": {"x-promises": list(promises), **body},
        "middlewares": [refuse_unknown_parameters, log_change],
    }


def json_of(model: type[BaseModel], example: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of an answer that is this model, with an example."""
    return {"application/json": {"model": model, "examples": {"usual": {"value": example}}}}


def refuse_unknown_parameters(app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Raise UnknownParameter when the query holds what the route does not declare."""
    known = {parameter.alias for parameter in app.context["_route"].dependant.query_params}
    unknown = sorted((app.current_event.query_string_parameters or {}).keys() - known)
    if unknown:
        raise UnknownParameter(unknown)
    return next_middleware(app)


def _other(status: int) -> dict[str, Any]:
    content = {CONTENT_TYPE: {"model": Problem}} if status >= _FIRST_ERROR else {}
    return {"description": _WORDS[status], "content": content, "headers": _HEADERS.get(status, {})}
