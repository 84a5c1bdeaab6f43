"""Connections that have not shown a known device."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device_bridge.connection import Connection

_Queue = OrderedDict["Connection", None]


class Strangers:
    """By arrival, in all and for each address, so that the oldest can give way."""

    def __init__(self) -> None:
        self._all: _Queue = OrderedDict()
        self._by_address: dict[str, _Queue] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> "Iterator[Connection]":
        return iter(self._all)

    def __contains__(self, connection: "Connection") -> bool:
        return connection in self._all

    def add(self, connection: "Connection") -> None:
        """Take in the newest."""
        self._all[connection] = None
        self._by_address.setdefault(connection.address, OrderedDict())[connection] = None

    def remove(self, connection: "Connection") -> None:
        """Let one go: it left, or it is no stranger any more."""
        del self._all[connection]
        here = self._by_address[connection.address]
        del here[connection]
        if not here:
            del self._by_address[connection.address]

    def count_of(self, address: str) -> int:
        """Return how many are from this address."""
        return len(self._by_address.get(address, ()))

    def oldest_of(self, address: str) -> "Connection":
        """Return who came first from this address, where there is one."""
        return next(iter(self._by_address[address]))
