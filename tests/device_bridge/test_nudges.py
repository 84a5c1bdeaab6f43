"""Tasks that share the work: who reads which queue, and how a command finds the task that holds its watch."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from core.commands.model import CommandState, Presence
from core.kernel.ids import WatchId
from device_bridge.downlink import ARRIVALS_PER_S, LINES_AT_ONCE, RETRY_S, STRAYS_HELD
from device_bridge.nudges import LEASE, RENEWAL_S, Nudges
from tests.clocks import NOON, FrozenClock
from tests.device_bridge.conftest import World
from tests.device_bridge.test_downlink import Family
from tests.fakes.commands import InMemoryLeases
from tests.fakes.downlink import InMemoryNudgeQueues
from tests.fakes.frame_stream import PATIENCE_S
from tests.frames import DEVICE


class Task:
    """One task's nudges; held and told keep what they say."""

    def __init__(self, name: str, leases: InMemoryLeases, queues: InMemoryNudgeQueues, clock: FrozenClock) -> None:
        self.held: list[int | None] = []
        self.changes: asyncio.Queue[int | None] = asyncio.Queue()
        self.told: asyncio.Queue[str] = asyncio.Queue()
        self.nudges = Nudges(leases, queues, task=name, clock=clock, on_queue=self._note, on_nudge=self.told.put_nowait)

    def _note(self, queue: int | None) -> None:
        self.held.append(queue)
        self.changes.put_nowait(queue)


class Tasks:
    """Tasks that share two queues."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.leases = InMemoryLeases()
        self.queues = InMemoryNudgeQueues(2)

    def task(self, name: str) -> Task:
        return Task(name, self.leases, self.queues, self.clock)


@pytest.fixture
async def tasks() -> Tasks:
    return Tasks()


async def test_each_task_has_a_queue_of_its_own_and_one_too_many_has_none(tasks: Tasks) -> None:
    first, second, third = map(tasks.task, "abc")
    for task in (first, second, third, first, second, third):
        await task.nudges.renew()
    assert {first.nudges.queue, second.nudges.queue} == {0, 1}
    assert third.nudges.queue is None
    assert (len(first.held), len(second.held), third.held) == (1, 1, [])


async def test_a_lease_that_is_not_renewed_is_another_s(tasks: Tasks) -> None:
    dead, other, waiting = map(tasks.task, "abc")
    for task in (dead, other, waiting):
        await task.nudges.renew()
    tasks.clock.advance(LEASE)
    await other.nudges.renew()
    await waiting.nudges.renew()
    assert waiting.nudges.queue == dead.nudges.queue
    await dead.nudges.renew()
    assert dead.held == [waiting.nudges.queue, None]


async def test_a_lease_that_cannot_be_renewed_is_believed_for_its_time_only(
    tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = tasks.task("a")
    await task.nudges.renew()
    monkeypatch.setattr(tasks.leases, "take", unreachable)
    tasks.clock.advance(LEASE / 2)
    await task.nudges.renew()
    assert task.nudges.queue is not None
    tasks.clock.advance(LEASE / 2)
    await task.nudges.renew()
    assert task.held[1:] == [None]


def test_a_lease_outlives_two_renewals_that_fail() -> None:
    assert LEASE.total_seconds() >= 3 * RENEWAL_S


async def test_a_nudge_is_told_by_the_task_that_holds_its_queue_and_a_queue_is_given_back_at_the_end(
    tasks: Tasks,
) -> None:
    task = tasks.task("a")
    task.nudges.start()
    async with asyncio.timeout(PATIENCE_S):
        queue = await task.changes.get()
        assert queue is not None
        tasks.queues.nudge(queue, "somebody")
        assert await task.told.get() == "somebody"
    await task.nudges.stop()
    assert tasks.leases.holder(queue, tasks.clock.now()) is None
    assert task.held == [queue, None]


@asynccontextmanager
async def two_tasks() -> AsyncIterator[tuple[World, World]]:
    async with World().running() as first, World(beside=first).running() as second:
        first.bridge.downlink.moved(0)
        second.bridge.downlink.moved(1)
        yield first, second


def presence_of(world: World, addressee: str) -> Presence:
    found = world.stores.presences.get(addressee, world.utc.now())
    assert found is not None
    return found


def is_present(world: World, watch_id: WatchId, queue: int | None) -> bool:
    found = world.stores.presences.get(watch_id, world.utc.now())
    return found is not None and found.queue == queue


async def test_a_presence_names_the_task_that_holds_the_connection_and_ends_with_it() -> None:
    async with two_tasks() as (first, second):
        watch_id = first.binds(DEVICE)
        watch = await second.connects()
        await watch.is_known()
        await second.until(lambda: is_present(second, watch_id, 1))
        moved = await first.connects()
        await moved.is_known()
        await first.until(lambda: is_present(first, watch_id, 0))
        await watch.hangs_up()
        await second.until(lambda: not second.bridge.downlink._slots)
        assert is_present(first, watch_id, 0), "the end of an old connection does not end a new one"
        await moved.hangs_up()
        await first.until(lambda: is_present(first, watch_id, None))


async def test_a_command_goes_down_once_though_two_tasks_believe_to_hold_the_watch() -> None:
    async with two_tasks() as (first, second):
        family = Family(first, first.binds(DEVICE))
        lost = await first.connects()
        await lost.is_known()
        await first.until(lambda: is_present(first, family.watch_id, 0))
        watch = await second.connects()
        await watch.is_known()
        await second.until(lambda: is_present(second, family.watch_id, 1))
        command = family.orders()
        second.bridge.downlink.nudged(family.watch_id)
        assert await watch.hears() == "FIND"
        await watch.sends("FIND")
        await family.is_in(CommandState.ACKNOWLEDGED, command)
        first.bridge.downlink.nudged(family.watch_id)
        await family.is_read()
        assert lost.has_heard_nothing()


async def test_a_task_without_a_queue_claims_no_watch_and_tells_of_all_when_it_gets_one(world: World) -> None:
    family = Family(world, world.binds(DEVICE))
    watch = await world.connects()
    await watch.is_known()
    await family.is_read()
    assert world.stores.presences.get(family.watch_id, NOON) is None
    family.orders()
    world.bridge.downlink.moved(3)
    assert await watch.hears() == "FIND", "what nobody could be nudged about is found"
    assert presence_of(world, family.watch_id).queue == 3
    world.bridge.downlink.moved(1)
    await world.until(lambda: is_present(world, family.watch_id, 1))


async def test_a_nudge_for_a_watch_that_a_dead_task_held_ends_its_presence(world: World) -> None:
    watch_id = world.binds(DEVICE)
    for queue in (2, 3):
        dead = Presence(addressee=watch_id, connection="dead", queue=queue, since=NOON, heard_at=NOON)
        world.stores.presences.put(dead)
        world.bridge.downlink.moved(2)
        world.bridge.downlink.nudged(watch_id)
        await world.until(lambda: not world.bridge.downlink._slots)
        assert presence_of(world, watch_id).queue == (None if queue == 2 else 3)


async def test_a_drain_puts_back_what_is_under_way_and_tells_who_is_gone() -> None:
    async with World().running() as world:
        world.bridge.downlink.moved(0)
        family = Family(world, world.binds(DEVICE))
        watch = await world.connects()
        await watch.is_known()
        await family.is_read()
        command = family.orders()
        family.nudges()
        assert await watch.hears() == "FIND"
    assert family.state_of(command) == (CommandState.QUEUED, None)
    assert presence_of(world, family.watch_id).queue is None


async def test_what_storage_refuses_is_tried_again_and_disturbs_no_frame(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.stop_ticking()
    family = Family(world, world.binds(DEVICE))
    family.orders()
    with monkeypatch.context() as outage:
        outage.setattr(world.stores.commands, "waiting", unreachable)
        watch = await world.connects()
        await watch.is_known()
        await world.counts("DownlinkFailed")
        await watch.is_known()
    world.passes(RETRY_S)
    assert await watch.hears() == "FIND"


def unreachable(*_: object) -> list[object]:
    raise ConnectionError("no storage")


async def test_nudges_for_watches_that_are_not_here_fill_no_memory(world: World) -> None:
    world.stop_ticking()
    for number in range(3 * STRAYS_HELD):
        world.bridge.downlink.nudged(f"somebody who is not here {number}")
    assert len(world.bridge.downlink._slots) <= STRAYS_HELD + ARRIVALS_PER_S + LINES_AT_ONCE
