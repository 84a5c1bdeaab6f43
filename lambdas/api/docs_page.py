"""The documentation page: Swagger UI with all of it inside, so that no other host learns who reads it (P-04)."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from aws_lambda_powertools.event_handler.openapi import swagger_ui

# validatorUrl: without it the page would ask a host of Swagger's to check our document
_START = 'SwaggerUIBundle({url: "openapi.json", dom_id: "#api", validatorUrl: "none"})'


@cache
def docs_page() -> str:
    """Return the page; it reads the document that stands beside it."""
    style, script = (_asset(name) for name in ("swagger-ui.min.css", "swagger-ui-bundle.min.js"))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Wachter API</title>'
        f'<style>{style}</style></head><body><div id="api"></div>'
        f"<script>{script}</script><script>{_START}</script></body></html>"
    )


@cache
def content_security_policy() -> str:
    """Return the page's policy: exactly its two scripts run, and they reach this host only."""
    scripts = " ".join(f"'sha256-{_digest(each)}'" for each in (_asset("swagger-ui-bundle.min.js"), _START))
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _asset(name: str) -> str:
    return (Path(swagger_ui.__file__).parent / name).read_text(encoding="utf-8")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
