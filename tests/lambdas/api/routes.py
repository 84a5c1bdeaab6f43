"""The routes as the router knows them."""

import re
from collections.abc import Mapping

from lambdas.api.app import resolver
from lambdas.api.gate import PUBLIC_ROUTES

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "get", "QUERY")


def routes() -> list[tuple[str, str]]:
    """Return method and path template, such as /v1/watches/<watch_id>/position, of every route."""
    return sorted((route.method, route.path) for route in resolver._static_routes + resolver._dynamic_routes)


def closed_routes() -> list[tuple[str, str]]:
    """Return the routes that need a token."""
    return [route for route in routes() if route not in PUBLIC_ROUTES]


def parameters(template: str) -> list[str]:
    """Return the names of a template's path parameters."""
    return re.findall(r"<(\w+)>", template)


def filled(template: str, value: str) -> str:
    """Return the path with this value in the place of each parameter."""
    return re.sub(r"<\w+>", lambda _: value, template)


def path_of(template: str, ids: Mapping[str, str]) -> str:
    """Return the path of these objects."""
    return re.sub(r"<(\w+)>", lambda parameter: ids[parameter[1]], template)
