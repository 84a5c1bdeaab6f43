"""Who is looking is told what changes on the way down, and nothing waits for it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import cast

import pytest

from core.commands.model import CommandKind, CommandState, SettingName, SettingState
from core.kernel.ids import CommandId, WatchId, new_id
from core.live.model import News
from device_bridge.counters import Counters
from device_bridge.telling import WATCHES_HELD, Telling
from tests.builders import any_command, any_setting
from tests.clocks import NOON
from tests.device_bridge.conftest import World, eventually
from tests.device_bridge.test_downlink import TIME_OUT_S, Family, connected
from tests.fakes.downlink import RecordingLiveFeed
from tests.fakes.frame_stream import PATIENCE_S
from tests.frames import DEVICE

WATCH = WatchId(new_id())


@pytest.fixture
async def family(world: World) -> Family:
    world.stop_ticking()
    return Family(world, world.binds(DEVICE))


def told(family: Family) -> list[News]:
    """Return what has been told so far, and forget it."""
    feed = cast("RecordingLiveFeed", family.world.stores.live_feed)
    told, feed.told = feed.told, []
    return told


async def is_told(family: Family, *, command: CommandId | None = None, setting: SettingName | None = None) -> None:
    """Return once this, and nothing else, is told."""
    names = News(
        watch_id=family.watch_id,
        commands=() if command is None else (command,),
        settings=() if setting is None else (setting,),
    )
    feed = cast("RecordingLiveFeed", family.world.stores.live_feed)
    await family.world.until(lambda: bool(feed.told))
    assert told(family) == [names]


async def test_each_state_of_a_command_is_told_once_it_is_stored(family: Family) -> None:
    watch = await connected(family)
    command = family.orders(CommandKind.FIND)
    family.nudges()
    assert await watch.hears() == "FIND"
    await is_told(family, command=command.command_id)
    await watch.sends("FIND")
    await is_told(family, command=command.command_id)
    assert family.state_of(command) == (CommandState.ACKNOWLEDGED, None)


async def test_each_state_of_a_setting_is_told(family: Family) -> None:
    watch = await connected(family)
    family.wants(SettingName.STEP_COUNTER, {"on": False})
    family.nudges()
    assert await watch.hears() == "PEDO,0"
    await is_told(family, setting=SettingName.STEP_COUNTER)
    await watch.sends("PEDO")
    await is_told(family, setting=SettingName.STEP_COUNTER)
    assert family.setting(SettingName.STEP_COUNTER).state is SettingState.ACKNOWLEDGED


async def test_what_a_lost_connection_puts_back_is_told(family: Family) -> None:
    watch = await connected(family)
    command = family.orders(CommandKind.FIND)
    family.nudges()
    assert await watch.hears() == "FIND"
    await is_told(family, command=command.command_id)
    await watch.hangs_up()
    await is_told(family, command=command.command_id)
    assert family.state_of(command) == (CommandState.QUEUED, None)


async def test_frames_that_change_no_command_are_told_to_nobody(family: Family) -> None:
    watch = await connected(family)
    for _ in range(3):
        await watch.sends("LK", "PEDO", "FIND", "SOS")
        assert await watch.hears() == "LK"
    family.world.passes(TIME_OUT_S)
    await family.is_read()
    assert told(family) == []


class Slow:
    """A live feed that answers when it is let go. fails: it does not take what it is told."""

    def __init__(self) -> None:
        self.told: list[News] = []
        self.fails = False
        self.called, self.may_answer = threading.Event(), threading.Event()

    def tell(self, news: News) -> None:
        self.called.set()
        assert self.may_answer.wait(PATIENCE_S)
        if self.fails:
            raise ConnectionError("the queue is not there")
        self.told.append(news)


@pytest.fixture
async def slow() -> AsyncIterator[Slow]:
    slow = Slow()
    yield slow
    slow.may_answer.set()


async def test_what_changes_while_the_queue_is_slow_is_told_together(slow: Slow) -> None:
    telling = Telling(slow, Counters("test"))
    ring, call = any_command(WATCH, NOON, 1), any_command(WATCH, NOON, 2)
    telling.changed(ring)
    await eventually(slow.called.is_set)
    for item in (call, ring, call, any_setting(WATCH, NOON)):
        telling.changed(item)
    slow.may_answer.set()
    await telling.drained()
    assert slow.told == [
        News(watch_id=WATCH, commands=(ring.command_id,)),
        News(watch_id=WATCH, commands=(call.command_id, ring.command_id), settings=(SettingName.STEP_COUNTER,)),
    ]


async def test_a_change_that_cannot_be_told_is_counted_and_the_next_one_is_told(slow: Slow) -> None:
    slow.may_answer.set()
    slow.fails = True
    counters = Counters("test")
    telling = Telling(slow, counters)
    telling.changed(any_setting(WATCH, NOON))
    await telling.drained()
    assert counters.counts["NotShown"] == 1
    slow.fails = False
    telling.changed(any_setting(WATCH, NOON))
    await telling.drained()
    assert slow.told == [News(watch_id=WATCH, settings=(SettingName.STEP_COUNTER,))]


async def test_no_more_watches_wait_than_there_is_room_for(slow: Slow) -> None:
    counters = Counters("test")
    telling = Telling(slow, counters)
    telling.changed(any_setting(WATCH, NOON))
    await eventually(slow.called.is_set)
    watches = [WatchId(new_id()) for _ in range(WATCHES_HELD + 1)]
    for watch_id in [*watches, watches[0]]:
        telling.changed(any_setting(watch_id, NOON))
    assert counters.counts["NotShown"] == 1
    slow.may_answer.set()
    await telling.drained()
    assert [news.watch_id for news in slow.told] == [WATCH, *watches[:-1]]


async def test_the_way_down_waits_for_nobody_who_looks(family: Family, slow: Slow) -> None:
    family.world.bridge.downlink._telling = Telling(slow, family.world.bridge.counters)
    watch = await connected(family)
    for _ in range(2):
        family.orders(CommandKind.FIND)
        family.nudges()
        assert await watch.hears() == "FIND"
        await watch.sends("FIND")
    await family.is_read()
    assert slow.told == []
    slow.may_answer.set()
    async with asyncio.timeout(PATIENCE_S):
        await family.world.bridge.downlink.drained()
    assert slow.told
