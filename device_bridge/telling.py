"""What changes on the way down, told to those who are looking: beside the way, one watch at a time, or not at all."""

import asyncio
import logging
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from core.commands.delivery import Item, Key, key_of
from core.commands.model import SettingName
from core.kernel.ids import CommandId, WatchId
from core.live.model import News
from device_bridge.counters import Counters
from device_bridge.ports import LiveFeed

WATCHES_HELD: Final = 1_000
"""Watches of which something is to be told: what the way down can change in some seconds. No more is shown."""

_LOG = logging.getLogger(__name__)


class Telling:
    """Names of what has changed, by watch, until they are told. All but the telling itself happens on the loop."""

    def __init__(self, feed: LiveFeed, counters: Counters) -> None:
        self._feed = feed
        self._counters = counters
        self._changed: dict[WatchId, dict[Key, None]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="telling")
        self._task: asyncio.Task[None] | None = None

    def changed(self, item: Item) -> None:
        """Take note of a change that is stored."""
        if item.watch_id not in self._changed and len(self._changed) >= WATCHES_HELD:
            self._counters.counts["NotShown"] += 1
            return
        self._changed.setdefault(item.watch_id, {})[key_of(item)] = None
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._tell())

    async def drained(self) -> None:
        """Return once all is told."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _tell(self) -> None:
        while self._changed:
            watch_id = next(iter(self._changed))
            news = _news_of(watch_id, self._changed.pop(watch_id))
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, self._feed.tell, news)
            except Exception as error:  # noqa: BLE001 - whatever it fails with: who looks asks, or sees the next change
                _LOG.warning("a change was not shown: %s", type(error).__name__)
                self._counters.counts["NotShown"] += 1
        self._task = None


def _news_of(watch_id: WatchId, names: Collection[Key]) -> News:
    settings = tuple(name for name in names if isinstance(name, SettingName))
    commands = tuple(CommandId(name) for name in names if not isinstance(name, SettingName))
    return News(watch_id=watch_id, commands=commands, settings=settings)
