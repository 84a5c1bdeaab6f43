"""The published document against the running platform: nothing breaks, and nothing else is answered."""

from typing import Any

import pytest
import schemathesis

from local.demo import Demo
from local.guardian import Guardian
from local.platform import running_platform
from tests.fuzzing import ask_variously
from tests.journeys.conftest import Home

pytestmark = pytest.mark.xdist_group("local platform")  # one at a time: each start takes both cores

EXAMPLES = 2  # of each kind and operation: tests/lambdas/api asks more, in memory
OPERATIONS_A_TOKEN = 20  # seconds each at most; a sign-in for each would use up what one address may try
LAST = {"POST /v1/sign-out", "POST /v1/sign-out/everywhere", "DELETE /v1/watches/{watch_id}"}
"""What ends that by which the others are asked."""


def test_no_request_breaks_the_running_platform(home: Home) -> None:
    with running_platform(home.directory, home.ports) as platform:
        household = Demo(platform.settings).settle()
        guardian = Guardian(platform.api_url, household.email, household.password)
        schema: Any = schemathesis.openapi.from_url(f"{platform.api_url}/v1/openapi.json")
        operations = [result.ok() for result in schema.get_all_operations()]

        def aim(parameters: dict[str, str]) -> None:
            if "watch_id" in parameters:
                parameters["watch_id"] = household.watch_ids[0]

        for number, operation in enumerate(sorted(operations, key=lambda each: each.label in LAST)):
            if number % OPERATIONS_A_TOKEN == 0:
                token = guardian.new_token()
            for mode in schemathesis.GenerationMode:
                ask_variously(operation, mode, EXAMPLES, aim, token, base_url=platform.api_url)
