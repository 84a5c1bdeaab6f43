"""Requests that schemathesis makes up of the API's document, and what has to hold for each answer."""

from collections.abc import Callable
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks

load_all_checks()
HELD: Any = CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)


@schemathesis.serializer("audio/mp4", "audio/ogg", "image/jpeg", "image/png")
def sent_as_it_is(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def ask_variously(
    operation: Any,
    mode: schemathesis.GenerationMode,
    examples: int,
    aim: Callable[[dict[str, str]], None],
    token: str,
    **where: str,
) -> None:
    """Ask an operation for so many things of one kind.

    aim: puts ids of what there is into a path's parameters. where: base_url, of an API over HTTP.
    """

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def requests(case: Any) -> None:
        aim(case.path_parameters or {})
        case.headers["Authorization"] = f"Bearer {token}"
        case.call_and_validate(checks=HELD, **where)

    try:
        requests()
    except Unsatisfiable:
        assert mode is schemathesis.GenerationMode.NEGATIVE, "only what takes nothing cannot be asked wrongly"
