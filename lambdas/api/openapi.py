"""The OpenAPI document, made of the routes and their types."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer, Server, Tag

from lambdas.api.operation import BEARER
from lambdas.api.problems import CODES

VERSION = "0.1.0"
_TAGS = {
    "sign-in": "Signing in and out",
    "account": "The account: registering, password, address, language",
    "automations": "A guardian's own programs",
    "watches": "The account's watches",
    "claims": "Binding a new device to the account",
    "members": "Who belongs to a watch, and whose it is",
    "commands": "What is asked of a watch",
    "messages": "Texts and voices between guardians and a child",
    "settings": "What a watch is set to",
    "positions": "Where a watch is and was",
    "zones": "Safe zones",
    "alerts": "What guardians were told",
    "learned-places": "What a watch learned of the Wi-Fi around it",
    "phone": "The phone that rings",
    "telemetry": "How a watch fared",
    "activity": "What a watch tells of each day",
    "sim": "The prepaid card of a watch",
    "notices": "What the account was told of changes around it",
    "changes": "Who changed what",
    "preferences": "How a member wants to hear of a watch",
    "about": "The API itself",
}
_UNUSED = ("HTTPValidationError", "ValidationError", "ResponseValidationError")


_URL_NAME = re.compile(r"(^|_)(ur[il]|href|webhook|callback|endpoint|host)s?$", re.IGNORECASE)


_URL_FORMATS = frozenset({"uri", "uri-reference", "iri", "hostname", "ipv4", "ipv6"})


class TakesUrl(Exception):  # noqa: N818 - an error is named after the fact
    """A route would take an address that somebody chose (Z-17)."""


def document(resolver: APIGatewayHttpResolver) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of these routes.

    Its server is relative to where it stands (/v1/openapi.json), so that it holds on every stage.
    """
    made: dict[str, Any] = json.loads(
        resolver.get_openapi_json_schema(
            title="Wachter guardian API",
            version=VERSION,
            description="Where a child's watch is and was, for the guardians whom its owner trusts.",
            servers=[Server(url="..", description="The host that serves this document")],
            security_schemes={BEARER: HTTPBearer(bearerFormat="JWT")},
            tags=[Tag(name=name, description=words) for name, words in _TAGS.items()],
        )
    )
    for operations in made["paths"].values():
        for operation in operations.values():
            for status in ("422", "500"):  # Powertools' own forms; ours are problem+json, and 500 is no contract
                operation["responses"].pop(status, None)
    for name in _UNUSED:
        made["components"]["schemas"].pop(name, None)
    if found := url_fields(made):
        raise TakesUrl(f"no route takes an address to be fetched: {', '.join(found)}")
    made["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] = sorted(CODES)
    return made


def url_fields(made: dict[str, Any]) -> Sequence[str]:
    """Return what in the requests of a document is meant to hold the address of something, by name or by form."""
    schemas = made["components"]["schemas"]
    return [
        f"{path} {name}"
        for path, operations in made["paths"].items()
        for operation in operations.values()
        for name, schema in _taken_by(operation, schemas)
        if _URL_NAME.search(name) or schema.get("format") in _URL_FORMATS
    ]


def _taken_by(operation: dict[str, Any], schemas: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and schema of each parameter of an operation, and of each field of its bodies, at whatever depth."""
    for parameter in operation.get("parameters", ()):
        yield parameter["name"], parameter["schema"]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from _fields(content.get("schema", {}), schemas, frozenset())


def _fields(schema: Any, schemas: dict[str, Any], above: frozenset[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    match schema:
        case {"$ref": str(reference)}:
            name = reference.rpartition("/")[2]
            if name not in above:
                yield from _fields(schemas[name], schemas, above | {name})
        case dict():
            for name, each in schema.get("properties", {}).items():
                yield name, each
            for each in schema.values():
                yield from _fields(each, schemas, above)
        case list():
            for each in schema:
                yield from _fields(each, schemas, above)
