"""A place for the local platform, on ports of its own so that it disturbs no other; its first start deploys."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from local.platform import Ports
from tests.ports import free_ports


@dataclass(frozen=True)
class Home:
    """Where a platform keeps its state and listens."""

    directory: Path
    ports: Ports


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    emulator, bridge, health, sim_provider = free_ports(4)
    ports = Ports(emulator=emulator, bridge=bridge, health=health, sim_provider=sim_provider)
    return Home(tmp_path_factory.mktemp("platform"), ports)
