"""What an app shows while it is open: positions and alerts as they come, over a WebSocket."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

_OPENED_S = 60  # a cold function on a loaded laptop


class LiveViewEnded(Exception):  # noqa: N818 - an error is named after the fact
    """The platform ended the connection, or did not let it be opened."""


@contextmanager
def live_view(url: str) -> Iterator["LiveView"]:
    """Open a connection, and close it afterwards; raise LiveViewEnded."""
    try:
        with connect(url, open_timeout=_OPENED_S, proxy=None) as connection:
            yield LiveView(connection)
    except InvalidHandshake as refusal:
        raise LiveViewEnded(f"the live view was not opened: {refusal}") from None


class LiveView:
    """An open connection to the live view."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def show_token(self, token: str) -> None:
        """Say who is looking; a later token prolongs the view."""
        try:
            self._connection.send(json.dumps({"token": token}))
        except ConnectionClosed:
            raise LiveViewEnded("the live view is over") from None

    def messages(self, within_s: float) -> Iterator[Mapping[str, Any]]:
        """Yield what comes within so many seconds, as it comes; raise LiveViewEnded."""
        until = time.monotonic() + within_s
        while (left_s := until - time.monotonic()) > 0:
            try:
                yield json.loads(self._connection.recv(timeout=left_s))
            except TimeoutError:
                return
            except ConnectionClosed:
                raise LiveViewEnded("the live view is over") from None
