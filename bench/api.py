"""The API's function when it is warm: what each route adds to a handler that does nothing, in the same framework.

Stores are in memory, so what counts is our own code: token, rights, validation, answer. What the stores cost stands in
tests/lambdas/api/test_ceilings.py, as counts of calls.
"""

import json
from collections.abc import Callable
from statistics import median
from time import perf_counter
from types import SimpleNamespace
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver

from tests.lambdas.api.platform import event
from tests.lambdas.api.routes import routes
from tests.lambdas.api.test_matrix import Family

ROUNDS = 15
_CONTEXT: Any = SimpleNamespace(aws_request_id="1")


def measure() -> dict[str, object]:
    """Return api_warm_ratio: by route, the median of ROUNDS as a multiple of the empty handler's.

    A route that changes something is asked of new stores each time.
    """
    empty = _empty_handler()
    reference = median(_seconds(empty) for _ in range(ROUNDS * 20))
    return {"api_warm_ratio": {" ".join(route): round(_median_of(*route) / reference, 1) for route in routes()}}


def _median_of(method: str, template: str) -> float:
    family = Family()
    times = []
    for _ in range(ROUNDS):
        if method != "GET":
            family = Family()
        times.append(_seconds(lambda family=family: family.asked_as("owner", method, template)))  # type: ignore[misc] # mypy knows no type of a default
    return median(times)


def _seconds(call: Callable[[], object]) -> float:
    started = perf_counter()
    call()
    return perf_counter() - started


def _empty_handler() -> Callable[[], object]:
    resolver = APIGatewayHttpResolver(enable_validation=True)

    @resolver.get("/v1/nothing")
    def nothing() -> dict[str, str]:
        return {}

    request = event("GET", "/v1/nothing")
    assert json.loads(resolver.resolve(request, _CONTEXT)["body"]) == {}
    return lambda: resolver.resolve(request, _CONTEXT)
