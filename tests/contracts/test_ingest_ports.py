"""SeenFrames; and on DynamoDB what Quarantine and SweepMarks leave, which nothing reads yet."""

from datetime import timedelta

import pytest

from adapters.aws import client
from adapters.dynamo.tables import TABLES
from core.kernel.ids import WatchId, new_id
from core.vault.model import EpochOver
from tests.clocks import NOON, FrozenClock
from tests.frames import minutes
from tests.storage import storage
from tests.worlds import World, in_tables


def test_a_frame_is_known_by_its_first_receipt(world: World) -> None:
    frame = (WatchId(new_id()), "f" * 32)
    assert world.seen_frames.first_received([]) == {}
    assert world.seen_frames.first_received([frame]) == {}
    assert world.seen_frames.note(frame, NOON) == NOON
    assert world.seen_frames.note(frame, NOON + minutes(1)) == NOON
    others = [(WatchId(new_id()), f"{each:032x}") for each in range(150)]
    assert world.seen_frames.first_received([*others, frame]) == {frame: NOON}


def test_a_frame_is_forgotten_when_its_epoch_ends(world: World) -> None:
    frame = (WatchId(new_id()), "f" * 32)
    world.seen_frames.note(frame, NOON)
    world.clock.set(NOON.replace(hour=0) + timedelta(days=89))
    assert world.seen_frames.first_received([frame]) == {}


def test_a_frame_that_is_too_old_is_not_quarantined(world: World) -> None:
    watch_id = world.watch()
    with pytest.raises(EpochOver):
        world.quarantine.add(watch_id, NOON - timedelta(days=1), "f" * 32, b"any")


def test_a_quarantined_frame_is_sealed_and_ends_with_its_copy_in_the_stream() -> None:
    with storage() as settings:
        world = in_tables(settings, FrozenClock(NOON + minutes(59)))
        world.quarantine.add(world.watch(), NOON + minutes(59), "f" * 32, b"[3G*odd")
        dynamo = client("dynamodb", settings)
        (item,) = dynamo.scan(TableName=TABLES["quarantine"].physical_name(settings.stage))["Items"]
        assert b"odd" not in item["payload"]["B"]
        assert item["expires_at"]["N"] == str(int((NOON + timedelta(days=1)).timestamp()))


def test_each_day_of_a_watch_is_marked_and_the_mark_outlives_what_it_points_at() -> None:
    with storage() as settings:
        world = in_tables(settings, FrozenClock())
        watch_id = WatchId(new_id())
        for _ in range(2):
            world.sweep_marks.mark(watch_id, NOON)
        dynamo = client("dynamodb", settings)
        (item,) = dynamo.scan(TableName=TABLES["sweep-marks"].physical_name(settings.stage))["Items"]
        assert item["epoch"]["S"] == "2026-11-22"
        assert item["watch_id"]["S"] == watch_id
        assert item["expires_at"]["N"] == str(int((NOON.replace(hour=0) + timedelta(days=90)).timestamp()))
