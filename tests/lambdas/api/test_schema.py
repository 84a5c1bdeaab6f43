"""What the document promises holds for requests of every kind, made up by schemathesis."""

import base64
from collections.abc import Callable, Iterable
from typing import Any
from zlib import crc32

import pytest
import schemathesis

from lambdas.api.app import resolver
from lambdas.api.openapi import document
from tests.fuzzing import ask_variously
from tests.lambdas.api.platform import ask
from tests.lambdas.api.test_strangers import TwoHomes

EXAMPLES = 6  # of each kind and operation: some seconds for all; the running platform is asked as well (journeys)

Environ = dict[str, Any]


class Gateway:
    """Passes WSGI requests on as API Gateway does. homes: what is asked."""

    def __init__(self) -> None:
        self.homes = TwoHomes()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") and name != "HTTP_ACCEPT_ENCODING"  # the client that unpacks is not here
        }
        if environ.get("CONTENT_TYPE"):
            headers["content-type"] = environ["CONTENT_TYPE"]
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        answer = ask(
            self.homes.api,
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            query=environ.get("QUERY_STRING", ""),
            headers=headers,
            body=base64.b64encode(raw).decode() if raw else None,
            is_base64=bool(raw),
        )
        start_response(f"{answer.status} -", list(answer.headers.items()))
        return [base64.b64decode(answer.body) if answer.is_base64 else answer.body.encode()]


GATEWAY = Gateway()
SCHEMA: Any = schemathesis.openapi.from_dict(document(resolver) | {"servers": [{"url": "/"}]})
SCHEMA.app = GATEWAY
OPERATIONS = {result.ok().label: result.ok() for result in SCHEMA.get_all_operations()}


@pytest.mark.parametrize("mode", schemathesis.GenerationMode)
@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_finds_a_failure_of_ours_or_an_answer_that_is_not_in_the_document(
    label: str, mode: schemathesis.GenerationMode
) -> None:
    homes = GATEWAY.homes = TwoHomes()

    def aim(parameters: dict[str, str]) -> None:
        for name, value in parameters.items():
            if crc32(str(value).encode()) % 2:  # half of them name what there is
                parameters[name] = homes.his.get(name, value)

    ask_variously(OPERATIONS[label], mode, EXAMPLES, aim, homes.bram)
