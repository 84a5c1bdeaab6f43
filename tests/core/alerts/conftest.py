"""What the tests of alerts share."""

import pytest

from tests.core.alerts.family import Family


@pytest.fixture
def family() -> Family:
    return Family()
