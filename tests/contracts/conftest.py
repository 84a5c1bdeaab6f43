"""Each contract holds for the fake and for the adapter."""

from collections.abc import Iterator

import pytest

from tests.clocks import FrozenClock
from tests.worlds import World, in_memory, on_dynamo


@pytest.fixture(params=["in memory", "on DynamoDB"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    clock = FrozenClock()
    if request.param == "in memory":
        yield in_memory(clock)
        return
    with on_dynamo(clock) as world:
        yield world
