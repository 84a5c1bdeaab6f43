"""What a client needs to know of the API itself: public, and about nobody."""

import json
from functools import cache
from typing import cast

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Response, Router

from lambdas.api.call import this_call
from lambdas.api.docs_page import content_security_policy, docs_page
from lambdas.api.openapi import document
from lambdas.api.operation import json_of, operation
from lambdas.api.schemas.about import PublicKey, PublicKeys

router = Router()

KEYS_FRESH_S = 300  # a new signing key is used only after every client has had time to see it


@router.get(
    "/.well-known/jwks.json",
    **operation(
        name="getPublicKeys",
        summary="The keys that sign access tokens (RFC 7517)",
        tag="about",
        promises=["P-45"],
        content=json_of(
            PublicKeys,
            {
                "keys": [
                    {
                        "kty": "RSA",
                        "use": "sig",
                        "alg": "RS256",
                        "kid": "NzbLsXh8uDCcd",
                        "n": "0vx7agoebGcQSu",
                        "e": "AQAB",
                    }
                ]
            },
        ),
        public=True,
    ),
)
def get_public_keys() -> Response[PublicKeys]:
    """Return the JWKS."""
    keys = PublicKeys(keys=[PublicKey.model_validate(key) for key in this_call(router).services.public_keys()])
    return Response(200, "application/json", keys, {"Cache-Control": f"public, max-age={KEYS_FRESH_S}"})


@router.get(
    "/v1/openapi.json",
    compress=True,
    **operation(
        name="getDocument",
        summary="This document",
        tag="about",
        promises=["P-72"],
        content={"application/json": {"schema": {"type": "object"}}},
        public=True,
    ),
)
def get_document() -> Response[str]:
    """Return the OpenAPI document of the routes that are served."""
    return Response(200, "application/json", _document_of(cast("APIGatewayHttpResolver", router.api_resolver)))


@cache
def _document_of(resolver: APIGatewayHttpResolver) -> str:
    """Return the document as text, made once in a process: it takes a second, and anybody may ask for it."""
    return json.dumps(document(resolver), ensure_ascii=False, separators=(",", ":"))


@router.get(
    "/v1/docs",
    compress=True,
    **operation(
        name="getDocumentationPage",
        summary="This document, to read and try",
        tag="about",
        promises=["P-04"],
        content={"text/html": {"schema": {"type": "string"}}},
        public=True,
    ),
)
def get_documentation_page() -> Response[str]:
    """Return the documentation page."""
    return Response(
        200, "text/html; charset=utf-8", docs_page(), {"Content-Security-Policy": content_security_policy()}
    )
