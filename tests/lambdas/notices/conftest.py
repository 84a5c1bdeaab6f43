"""The notice queue, its function and all that they work with, on moto."""

from collections.abc import Iterator

import pytest

from tests.lambdas.notices.platform import Platform, platform


@pytest.fixture
def stage() -> Iterator[Platform]:
    with platform() as stage:
        yield stage
