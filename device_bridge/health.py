"""Answers the load balancer: 200 when watches should be sent here, 503 when not."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, cast

_PATIENCE_S: Final = 5.0  # for a request to come
_HEAD_END: Final = b"\r\n\r\n"
_HEAD_BYTES: Final = 4096  # far above a load balancer's request


class Health(asyncio.Protocol):
    """One HTTP/1.0 request, whatever its path, and its answer."""

    def __init__(self, is_healthy: Callable[[], bool]) -> None:
        self._is_healthy = is_healthy
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the request, but not for ever."""
        self._transport = cast("asyncio.Transport", transport)
        self._deadline = asyncio.get_running_loop().call_later(_PATIENCE_S, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Stop waiting."""
        self._deadline.cancel()

    def data_received(self, data: bytes) -> None:
        """Answer once the head is complete."""
        self._head += data
        if _HEAD_END in self._head:
            status = HTTPStatus.OK if self._is_healthy() else HTTPStatus.SERVICE_UNAVAILABLE
            head = f"HTTP/1.0 {status.value} {status.phrase}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            self._transport.write(head.encode())
            self._transport.close()
        elif len(self._head) > _HEAD_BYTES:
            self._transport.close()
