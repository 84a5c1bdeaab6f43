"""Entry point of the live view's connections: an event of API Gateway's WebSocket API in, nothing out."""

import json
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from adapters.settings import Settings
from core.kernel.clock import at_ms
from lambdas.live.bootstrap import DOOR_NEEDS, Door, door
from lambdas.observability import emit

LONGEST_MESSAGE = 4_096  # characters; twice the longest token
_TAKEN = {"statusCode": 200}


@cache
def _door() -> Door:
    return door(Settings.from_environment(needed=DOOR_NEEDS))


def handler(event: Mapping[str, Any], _context: object) -> dict[str, int]:
    """Take one event of one connection; what it has to say to the client goes over the connection itself."""
    return take(event, _door())


def take(event: Mapping[str, Any], door: Door) -> dict[str, int]:
    """Open, serve or forget the connection. A message that is not exactly a token ends it."""
    request = event["requestContext"]
    connection_id, now = request["connectionId"], door.clock.now()
    match request["eventType"]:
        case "CONNECT":
            door.connections.open(connection_id, now)
        case "MESSAGE":
            token = token_in(event)
            if token is None:
                door.connections.refuse(connection_id)
            else:
                connected_at = at_ms(request["connectedAt"])
                door.connections.show_token(connection_id, connected_at, token, now)
        case "DISCONNECT":
            door.connections.closed(connection_id)
    emit("live", Counter([request["eventType"].lower()]), now)
    return _TAKEN


def token_in(event: Mapping[str, Any]) -> str | None:
    """Return the token of a message {"token": "..."}; None for any other message."""
    text = event.get("body") or ""
    if len(text) > LONGEST_MESSAGE or event.get("isBase64Encoded"):
        return None
    try:
        message = json.loads(text)
    except (RecursionError, ValueError):
        return None
    match message:
        case {"token": str(token)} if len(message) == 1:
            return token
    return None
