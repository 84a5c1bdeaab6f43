"""What tests of several functions use."""

from collections.abc import Iterator

import pytest

from tests.calls import Calls, recorded_calls


@pytest.fixture
def calls() -> Iterator[Calls]:
    """Record what is asked of AWS."""
    with recorded_calls() as calls:
        yield calls
