"""Entry point of the live queue's consumer: names of what is new in, messages to open connections out."""

import logging
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from adapters.outages import is_outage
from adapters.settings import Settings
from adapters.stream.live import NotNews, news_of
from lambdas.live.bootstrap import FEED_NEEDS, Feed, feed
from lambdas.observability import emit

SHOWN, LOST, CORRUPT = "shown_messages", "lost_messages", "corrupt_messages"

_LOG = logging.getLogger(__name__)


@cache
def _feed() -> Feed:
    return feed(Settings.from_environment(needed=FEED_NEEDS))


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Take the messages of an SQS event."""
    take(event, _feed())


def take(event: Mapping[str, Any], feed: Feed) -> None:
    """Show each message's news. One that fails is counted and lost: when it came again, it would be no news."""
    counts: Counter[str] = Counter()
    for record in event["Records"]:
        counts[_outcome(record["body"], feed)] += 1
    emit("live-feed", counts, feed.clock.now())


def _outcome(body: str, feed: Feed) -> str:
    try:
        news, now = news_of(body), feed.clock.now()
        feed.positions.show(news.watch_id, news.positions, now)
        feed.changes.show(news, now)
    except NotNews:
        return CORRUPT
    except Exception as error:
        if not is_outage(error):
            raise
        _LOG.warning("news was not shown: %s", type(error).__name__)
        return LOST
    return SHOWN
