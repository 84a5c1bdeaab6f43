"""Bodies that are no JSON: the few routes that take or give one, what it may be said to be, and how large."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response, Router
from aws_lambda_powertools.utilities.data_classes.api_gateway_proxy_event import APIGatewayProxyEventV2

from core.messages.model import LARGEST_PICTURE_BYTES, LARGEST_VOICE_BYTES
from lambdas.api.problems import BodyTooLarge, UnreadableBody, UnsupportedBody


@dataclass(frozen=True, slots=True)
class RawBody:
    """What a route takes. The content decides in the end: the types only tell a mistake early."""

    types: tuple[str, ...]
    most_bytes: int
    content: Mapping[str, Any] = field(init=False)
    """As the OpenAPI document describes it."""

    def __post_init__(self) -> None:
        schema = {"type": "string", "format": "binary", "maxLength": self.most_bytes}
        object.__setattr__(self, "content", {each: {"schema": schema} for each in self.types})


VOICE = RawBody(("audio/mp4", "audio/ogg"), LARGEST_VOICE_BYTES)
PICTURE = RawBody(("image/jpeg", "image/png"), LARGEST_PICTURE_BYTES)

_ROUTES = (
    ("POST", re.compile(r"/v1/watches/[^/]+/messages/voice"), VOICE),
    ("PUT", re.compile(r"/v1/watches/[^/]+/picture"), PICTURE),
    ("POST", re.compile(r"/v1/watches/[^/]+/photos"), PICTURE),
)


def raw_body_of(method: str, path: str) -> RawBody | None:
    """Return what such a request may bring; None where it is JSON."""
    return next((body for of, pattern, body in _ROUTES if of == method and pattern.fullmatch(path)), None)


def check_raw_body(request: APIGatewayProxyEventV2, expected: RawBody) -> None:
    """Raise BodyTooLarge, UnsupportedBody or UnreadableBody; API Gateway hands what is no text on in base64."""
    body = request.body or ""
    if len(body) > base64_characters(expected.most_bytes):
        raise BodyTooLarge("the body is too large")
    if content_type(request) not in expected.types:
        raise UnsupportedBody("the body is of another type")
    if not request.is_base64_encoded:
        raise UnreadableBody("the body is text")
    try:
        base64.b64decode(body, validate=True)
    except ValueError:  # no base64, or not even ASCII
        raise UnreadableBody("the body is not in base64") from None


def content_type(request: APIGatewayProxyEventV2) -> str:
    """Return what the body is said to be, in lower case and without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def base64_characters(count: int) -> int:
    """Return how long so many bytes are in base64."""
    return -(-count // 3) * 4


def sent_bytes(router: Router) -> bytes:
    """Return the raw body of the request that is being answered, which passed check_raw_body."""
    return base64.b64decode(router.current_event.body or "")


def raw_answer(answered_type: str, content: bytes) -> Response[str]:
    """Return an answer of these bytes: in base64, as API Gateway wants them."""
    answer = Response(200, answered_type, base64.b64encode(content).decode())
    answer.base64_encoded = True
    return answer
