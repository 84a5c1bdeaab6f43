"""News of watches on the live queue, by name only. No place, number or word stands in a message."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.commands.model import SettingName
from core.kernel.clock import Clock
from core.kernel.ids import CommandId, InvalidId, WatchId, checked_id
from core.live.model import News
from core.live.ports import LiveViews
from core.tracking.model import Position


class NotNews(Exception):  # noqa: N818 - an error is named after the fact
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
        self.tell(News(watch_id=watch_id, positions=tuple((each.at, each.fingerprint) for each in positions)))

    def tell(self, news: News) -> None:
        """Tell where anybody looks; raise what the store or botocore raises."""
        if self._views.of_watch(news.watch_id, self._clock.now()):
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=message_of(news))


def message_of(news: News) -> str:
    """Return the text of a message."""
    content = {
        "watch_id": news.watch_id,
        "positions": [[at.isoformat(), fingerprint] for at, fingerprint in news.positions],
        "commands": news.commands,
        "settings": news.settings,
    }
    return json.dumps(content, separators=(",", ":"))


def news_of(text: str) -> News:
    """Return what a message tells; raise NotNews for any other text."""
    try:
        content = json.loads(text)
        return News(
            watch_id=WatchId(content["watch_id"]),
            positions=tuple((datetime.fromisoformat(at), str(fingerprint)) for at, fingerprint in content["positions"]),
            commands=tuple(CommandId(checked_id(each)) for each in content["commands"]),
            settings=tuple(map(SettingName, content["settings"])),
        )
    except (InvalidId, KeyError, RecursionError, TypeError, ValueError):
        raise NotNews("not a message of news") from None
