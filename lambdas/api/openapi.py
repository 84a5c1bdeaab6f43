"""The OpenAPI document, made of the routes and their types."""

import json
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
    made["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] = sorted(CODES)
    return made
