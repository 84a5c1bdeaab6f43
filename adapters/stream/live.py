"""New positions on the live queue, by name: watch, instant and fingerprint. No place stands in a message."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.kernel.clock import Clock
from core.kernel.ids import WatchId
from core.live.ports import LiveViews
from core.tracking.model import Position

PositionName = tuple[datetime, str]
"""Instant and fingerprint, which together name a position of a watch."""


class NotNewPositions(Exception):  # noqa: N818 - an error is named after the fact
    """The text is no message of ours."""


class SqsLiveFeed:
    """LiveFeed on SQS, for watches that somebody is looking at. client: a botocore SQS client."""

    def __init__(self, client: Any, queue_url: str, views: LiveViews, clock: Clock) -> None:
        self._client = client
        self._queue_url = queue_url
        self._views = views
        self._clock = clock

    def stored(self, watch_id: WatchId, positions: Sequence[Position]) -> None:
        """Tell of new positions where anybody looks; raise what the store or botocore raises."""
        if self._views.of_watch(watch_id, self._clock.now()):
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=message_of(watch_id, positions))


def message_of(watch_id: WatchId, positions: Sequence[Position]) -> str:
    """Return the names of a watch's new positions as the text of a message."""
    names = [[position.at.isoformat(), position.fingerprint] for position in positions]
    return json.dumps({"watch_id": watch_id, "positions": names}, separators=(",", ":"))


def names_of(text: str) -> tuple[WatchId, list[PositionName]]:
    """Return a message's watch and the names of its positions; raise NotNewPositions for any other text."""
    try:
        content = json.loads(text)
        names = [(datetime.fromisoformat(at), str(fingerprint)) for at, fingerprint in content["positions"]]
        return WatchId(content["watch_id"]), names
    except (KeyError, RecursionError, TypeError, ValueError):
        raise NotNewPositions("not a message of new positions") from None
