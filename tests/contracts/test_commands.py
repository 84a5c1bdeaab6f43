"""Commands and their outbox, settings, presences, leases, capabilities."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.dynamo.commands import CommandRecord
from adapters.dynamo.outbox import OutboxRecord
from adapters.dynamo.settings import SettingRecord, UndoRecord
from core.commands.model import (
    FINAL,
    Capabilities,
    CommandKind,
    CommandState,
    Failure,
    Presence,
    SettingName,
    SettingState,
    Support,
    Undo,
)
from core.kernel.ids import AccountId, CommandId, InvalidId, new_id
from core.retention.policy import Subject
from core.vault.model import Unreadable
from tests.builders import any_command, any_setting
from tests.clocks import NOON, FrozenClock
from tests.frames import OTHER_DEVICE
from tests.worlds import FAR_AHEAD, LONG_AGO, World, on_dynamo

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
KEY, OTHER_KEY = "a" * 32, "b" * 32
GUARDIAN = AccountId(new_id())


def test_a_command_comes_back_whole(world: World) -> None:
    command = any_command(
        world.watch(),
        NOON,
        kind=CommandKind.CALL,
        ordered_by=GUARDIAN,
        arguments={"number": "+31612345678"},
        state=CommandState.FAILED,
        failure=Failure.NO_ANSWER,
        attempts=3,
        request="c" * 32,
    )
    stored = world.commands.add(command)
    assert stored == replace(command, revision=1)
    assert world.commands.get(command.watch_id, command.command_id, NOON) == stored
    page = world.commands.between(command.watch_id, LONG_AGO, FAR_AHEAD, now=NOON, limit=10, after=None)
    assert list(page.items) == [stored]


def test_an_unknown_command_is_none_and_what_is_no_id_is_refused(world: World) -> None:
    watch_id, other = world.watch(), world.watch(OTHER_DEVICE)
    command = world.commands.add(any_command(watch_id, NOON))
    assert world.commands.get(other, command.command_id, NOON) is None
    with pytest.raises(InvalidId):
        world.commands.get(watch_id, CommandId("nothing"), NOON)


def test_several_are_found_by_their_names(world: World) -> None:
    watch_id, other = world.watch(), world.watch(OTHER_DEVICE)
    mine = [world.commands.add(any_command(watch_id, NOON + each * SECOND)) for each in (1, 2, 3)]
    theirs = world.commands.add(any_command(other, NOON))
    asked = [mine[0].command_id, mine[2].command_id, theirs.command_id]
    assert world.commands.named(watch_id, asked, NOON) == {each.command_id: each for each in (mine[0], mine[2])}
    assert world.commands.named(watch_id, [], NOON) == {}


@pytest.mark.parametrize("state", sorted(FINAL))
def test_what_waits_is_what_is_not_final_oldest_first(world: World, state: CommandState) -> None:
    watch_id = world.watch()
    late, early = (world.commands.add(any_command(watch_id, NOON + each * SECOND, number=each)) for each in (2, 1))
    world.commands.add(any_command(world.watch(OTHER_DEVICE), NOON))
    over = world.commands.add(any_command(watch_id, NOON))
    assert world.commands.waiting(watch_id, NOON) == [over, early, late]
    world.commands.replace(replace(over, state=state))
    assert world.commands.waiting(watch_id, NOON) == [early, late]


def test_what_is_past_its_deadline_still_waits_to_be_told_so(world: World) -> None:
    command = world.commands.add(any_command(world.watch(), NOON, expires_at=NOON + MINUTE))
    assert world.commands.waiting(command.watch_id, NOON + 2 * MINUTE) == [command]


def test_a_command_is_replaced_at_its_revision_alone(world: World) -> None:
    first = world.commands.add(any_command(world.watch(), NOON))
    sent = world.commands.replace(replace(first, state=CommandState.SENT, attempts=1))
    assert sent == replace(first, state=CommandState.SENT, attempts=1, revision=2)
    assert world.commands.replace(replace(first, state=CommandState.EXPIRED)) is None
    assert world.commands.waiting(first.watch_id, NOON) == [sent]
    assert world.commands.replace(any_command(first.watch_id, NOON, number=5)) is None


def test_a_key_stands_for_one_command_until_three_days_are_over(world: World) -> None:
    watch_id = world.watch()
    first = world.commands.add(any_command(watch_id, NOON), KEY)
    world.clock.set(NOON + MINUTE)
    again = any_command(watch_id, NOON + MINUTE)
    assert world.commands.add(again, KEY) == first
    assert world.commands.add(again, OTHER_KEY) == replace(again, revision=1)
    assert len(world.commands.waiting(watch_id, NOON + MINUTE)) == 2
    after_three_days = NOON + timedelta(hours=72)
    world.clock.set(after_three_days)
    late = any_command(watch_id, after_three_days)
    assert world.commands.add(late, KEY) == replace(late, revision=1)


def test_a_key_of_one_watch_is_none_of_another(world: World) -> None:
    world.commands.add(any_command(world.watch(), NOON), KEY)
    command = any_command(world.watch(OTHER_DEVICE), NOON)
    assert world.commands.add(command, KEY) == replace(command, revision=1)


def test_what_was_cut_short_hides_nothing_and_is_made_good() -> None:
    with on_dynamo(FrozenClock()) as world:
        watch_id = world.watch()
        lost = world.commands.add(any_command(watch_id, NOON, number=1), KEY)
        CommandRecord.get(watch_id, _moment(watch_id)).delete()
        command = world.commands.add(any_command(watch_id, NOON, number=2), KEY)
        assert command.command_id != lost.command_id
        assert world.commands.waiting(watch_id, NOON) == [command]
        assert world.commands.add(any_command(watch_id, NOON, number=3), KEY) == command


def test_a_command_says_nothing_in_the_open() -> None:
    with on_dynamo(FrozenClock()) as world:
        watch_id = world.watch()
        world.commands.add(any_command(watch_id, NOON, arguments={"number": "+31612345678"}), KEY)
        item = CommandRecord.get(watch_id, _moment(watch_id)).serialize()
        assert item.keys() == {"watch_id", "moment", "payload", "expires_at", "revision"}
        assert b"316" not in item["payload"]["B"]
        entries = [entry.serialize() for entry in OutboxRecord.query(watch_id)]
        assert [set(entry) for entry in entries] == [
            {"addressee", "entry", "expires_at"},
            {"addressee", "entry", "expires_at", "name"},
        ]


def _moment(watch_id: str) -> str:
    [record] = CommandRecord.query(watch_id)
    return str(record.moment)


def test_a_setting_comes_back_whole(world: World) -> None:
    setting = any_setting(
        world.watch(),
        NOON,
        desired_by=GUARDIAN,
        version=3,
        state=SettingState.FAILED,
        failure=Failure.REFUSED,
        acknowledged={"on": False},
        acknowledged_at=NOON,
        acknowledged_version=2,
        sent_at=NOON,
        attempts=2,
    )
    stored = world.watch_settings.replace(setting)
    assert stored == replace(setting, revision=1)
    assert world.watch_settings.get(setting.watch_id, setting.name) == stored
    assert world.watch_settings.of_watch(setting.watch_id) == [stored]


def test_settings_of_a_watch_are_its_own_by_name(world: World) -> None:
    watch_id, other = world.watch(), world.watch(OTHER_DEVICE)
    for name in (SettingName.STEP_COUNTER, SettingName.FALL_ALARM):
        world.watch_settings.replace(any_setting(watch_id, NOON, name=name))
    world.watch_settings.replace(any_setting(other, NOON))
    names = [each.name for each in world.watch_settings.of_watch(watch_id)]
    assert names == [SettingName.FALL_ALARM, SettingName.STEP_COUNTER]
    assert world.watch_settings.get(other, SettingName.FALL_ALARM) is None


def test_of_two_changes_at_once_one_is_told_that_it_lost(world: World) -> None:
    first = world.watch_settings.replace(any_setting(world.watch(), NOON))
    assert first is not None
    assert world.watch_settings.replace(replace(first, revision=0)) is None
    assert world.watch_settings.replace(replace(first, desired={"on": True})) is not None
    assert world.watch_settings.replace(replace(first, desired={"on": False})) is None
    current = world.watch_settings.get(first.watch_id, first.name)
    assert current is not None
    assert (current.desired, current.revision) == ({"on": True}, 2)


def test_what_a_setting_was_is_kept_with_its_change_or_not_at_all(world: World) -> None:
    watch_id, name = world.watch(), SettingName.SOS_NUMBERS
    undo = Undo(watch_id=watch_id, name=name, desired={"numbers": ["+31612345678"]}, since=NOON)
    setting = any_setting(watch_id, NOON, name=name, desired={"numbers": []})
    stored = world.watch_settings.replace(setting, undo)
    assert stored is not None
    assert world.watch_settings.undo_of(watch_id, name, NOON) == undo
    assert world.watch_settings.replace(setting, replace(undo, desired={"numbers": []})) is None
    assert world.watch_settings.undo_of(watch_id, name, NOON) == undo
    assert world.watch_settings.of_watch(watch_id) == [stored], "what it was is no setting"
    assert world.watch_settings.undo_of(watch_id, SettingName.MONITOR_NUMBERS, NOON) is None


@pytest.mark.promise("P-30", guard="adapters.dynamo.settings:_place")
def test_numbers_live_as_long_as_their_watch() -> None:
    with on_dynamo(FrozenClock()) as world:
        watch_id = world.watch()
        for name in (SettingName.SOS_NUMBERS, SettingName.CONTACTS):
            world.watch_settings.replace(any_setting(watch_id, NOON, name=name, desired={"numbers": ["+31612345678"]}))
        for record in SettingRecord.query(watch_id):
            assert record.serialize().keys() == {"watch_id", "setting", "revision", "payload"}, "no TTL"
            assert b"316" not in record.payload
        world.clock.set(NOON + timedelta(days=5 * 365))
        assert len(world.watch_settings.of_watch(watch_id)) == 2, "after five years of use"
        world.sealer.destroy(Subject.BINDING, watch_id)
        assert world.watch_settings.of_watch(watch_id) == []
        with pytest.raises(Unreadable):
            world.watch_settings.replace(any_setting(watch_id, NOON))


def test_what_a_number_was_is_sealed_and_ends() -> None:
    with on_dynamo(FrozenClock()) as world:
        watch_id = world.watch()
        undo = Undo(watch_id=watch_id, name=SettingName.SOS_NUMBERS, desired={"numbers": ["+316"]}, since=NOON)
        world.watch_settings.replace(any_setting(watch_id, NOON, name=SettingName.SOS_NUMBERS), undo)
        [item] = [each.serialize() for each in UndoRecord.query(watch_id, UndoRecord.setting.startswith("undo"))]
        assert item.keys() == {"watch_id", "setting", "since", "payload", "expires_at"}
        assert b"316" not in item["payload"]["B"]


def any_presence(**known: object) -> Presence:
    defaults = {"addressee": "watch", "connection": "one", "queue": 0, "since": NOON, "heard_at": NOON}
    return Presence(**(defaults | known))  # type: ignore[arg-type] # a builder's


def test_the_end_of_an_old_connection_does_not_end_a_new_one(world: World) -> None:
    first, second = any_presence(), any_presence(connection="two", queue=3, since=NOON + SECOND)
    world.presences.put(first)
    assert world.presences.get("watch", NOON) == first
    world.presences.put(second)
    world.presences.end("watch", "one", NOON + MINUTE)
    assert world.presences.get("watch", NOON) == second
    world.presences.end("watch", "two", NOON + MINUTE)
    assert world.presences.get("watch", NOON) == replace(second, queue=None, heard_at=NOON + MINUTE)
    assert world.presences.get("another", NOON) is None
    world.presences.end("another", "two", NOON)
    assert world.presences.get("another", NOON) is None


def test_an_old_connection_does_not_take_the_place_of_a_new_one(world: World) -> None:
    newer = any_presence(connection="two", since=NOON + SECOND)
    world.presences.put(newer)
    world.presences.put(any_presence(queue=3, heard_at=NOON + MINUTE))
    assert world.presences.get("watch", NOON) == newer
    moved = replace(newer, queue=2)
    world.presences.put(moved)
    assert world.presences.get("watch", NOON) == moved


def test_a_queue_is_read_by_one_task_at_a_time(world: World) -> None:
    until = NOON + MINUTE
    assert world.leases.take(0, "one", NOON, until)
    assert not world.leases.take(0, "two", NOON + 59 * SECOND, FAR_AHEAD)
    assert world.leases.take(1, "two", NOON, until)
    assert world.leases.holder(0, NOON) == "one"
    assert world.leases.take(0, "one", NOON + SECOND, until + SECOND), "prolonged"
    assert world.leases.holder(0, until) == "one"
    assert world.leases.holder(0, until + SECOND) is None
    assert world.leases.take(0, "two", until + SECOND, FAR_AHEAD), "over"
    world.leases.release(0, "one")
    assert world.leases.holder(0, until) == "two", "another's is not given back"
    world.leases.release(0, "two")
    assert world.leases.holder(0, until) is None


def test_capabilities_come_back_whole(world: World) -> None:
    watch_id = world.watch()
    known = Capabilities(
        watch_id=watch_id,
        model="G75",
        reported={"TY": "G75", "UL": "600"},
        experience={"find": Support.ANSWERED, "contacts": Support.SILENT},
    )
    assert world.capabilities.get(watch_id) is None
    world.capabilities.put(known)
    assert world.capabilities.get(watch_id) == known
    world.capabilities.put(replace(known, reported={}))
    assert world.capabilities.get(watch_id) == replace(known, reported={})
