"""What the API's tests start from."""

import pytest

from tests.lambdas.api.platform import Platform


@pytest.fixture
def platform() -> Platform:
    return Platform()
