"""Ports of this machine that nobody listens on."""

import socket
from contextlib import ExitStack

from local.emulator import HOST


def free_ports(count: int) -> list[int]:
    """Return as many different free ports."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
