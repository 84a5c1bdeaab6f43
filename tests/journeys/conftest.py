"""A place for the local platform, on ports of its own so that it disturbs no other; its first start deploys."""

import socket
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.emulator import HOST
from local.platform import Ports


@dataclass(frozen=True)
class Home:
    """Where a platform keeps its state and listens."""

    directory: Path
    ports: Ports


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    emulator, bridge, health = free_ports(3)
    return Home(tmp_path_factory.mktemp("platform"), Ports(emulator=emulator, bridge=bridge, health=health))


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
