"""Entry point of the only function that speaks to the SIM operator; the API invokes it, and waits."""

import logging
from collections.abc import Mapping
from functools import cache
from typing import Any

from adapters.settings import Settings
from adapters.sim_provider.http import HttpExchange
from adapters.sim_provider.lambda_provider import answer_to
from lambdas.sims.bootstrap import NEEDED, exchange

logging.getLogger("urllib3").setLevel(logging.WARNING)  # its finer lines hold addresses


@cache
def _exchange() -> HttpExchange:
    return exchange(Settings.from_environment(needed=NEEDED))


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one request, in the form of adapters.sim_provider.lambda_provider."""
    return answer_to(event, _exchange())
