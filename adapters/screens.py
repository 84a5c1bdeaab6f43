"""The other ends of open WebSockets, reached through API Gateway."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.aws import client
from adapters.settings import Settings

ATTEMPTS = 2
"""A screen that takes nothing is refused as a throttled one is; each attempt more keeps all others waiting."""


class GatewayScreens:
    """Screens over API Gateway's connections. client: see live_client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def show(self, connection_id: str, message: Mapping[str, Any]) -> bool:
        """Send a message as JSON; return False when the connection is gone."""
        content = json.dumps(message, separators=(",", ":")).encode()
        try:
            self._client.post_to_connection(ConnectionId=connection_id, Data=content)
        except self._client.exceptions.GoneException:
            return False
        return True

    def close(self, connection_id: str) -> None:
        """End the connection; it is no error when it is gone."""
        try:
            self._client.delete_connection(ConnectionId=connection_id)
        except self._client.exceptions.GoneException:
            return


def live_client(settings: Settings) -> Any:
    """Return a client of the stage's WebSocket API, which answers at an address of its own."""
    return client("apigatewaymanagementapi", replace(settings, endpoint_url=settings.live_callback), attempts=ATTEMPTS)
