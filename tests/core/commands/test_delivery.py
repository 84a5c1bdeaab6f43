"""What goes down a connection, and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.commands.delivery import (
    ATTEMPTS,
    LATE,
    TOLD_AGAIN_AFTER,
    TRY_AGAIN_AFTER,
    USUAL_ATTEMPTS,
    USUAL_TIME_OUT,
    UTC_OFFSET,
    Delivery,
    Item,
    Reply,
    Step,
    may_still,
    support_shown_by,
)
from core.commands.ledger import Ledger
from core.commands.model import (
    Command,
    CommandKind,
    CommandState,
    Failure,
    Setting,
    SettingName,
    SettingState,
    Support,
)
from core.commands.transitions import SETTING_TRANSITIONS, TRANSITIONS, Event, after
from core.kernel.ids import AccountId, WatchId, new_id
from core.watches.model import Membership, Role
from tests.builders import any_command, any_setting
from tests.clocks import NOON, FrozenClock
from tests.fakes.commands import InMemoryCommands, InMemorySettings

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
WATCH = WatchId(new_id())
WORDS: dict[CommandKind | SettingName, list[tuple[str, ...]]] = {
    CommandKind.LOCATE: [("CR",)],
    CommandKind.FIND: [("FIND",)],
    CommandKind.TEXT: [("MESSAGE",)],
    CommandKind.VOICE: [("TK",)],
    CommandKind.POWER_OFF: [("POWEROFF", "RESET", "CR")],
    CommandKind.FACTORY_RESET: [("FACTORY",)],
    SettingName.STEP_COUNTER: [("PEDO",), ("WALKTIME",)],
    SettingName.CONTACTS: [("PHBX",), ("PHBX",), ("PHBX",)],
    SettingName.SOUND: [("PROFILE",)],
    SettingName.LANGUAGE: [("LZ",)],
}


class Line:
    """A watch's connection, driven as the bridge drives it: each step is stored, what is written is noted."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.commands, self.settings = InMemoryCommands(self.clock), InMemorySettings()
        self.ledger = Ledger(self.commands, self.settings)
        self.written: list[Any] = []
        self.connect()

    def connect(self) -> None:
        self.delivery = Delivery()
        self.load()

    def load(self) -> None:
        waiting, settings = self.commands.waiting(WATCH, self.clock.now()), self.settings.of_watch(WATCH)
        self.delivery.load(waiting, settings, "Europe/Amsterdam")

    def order(self, kind: CommandKind, number: int = 0, **known: Any) -> Command:
        return self.commands.add(any_command(WATCH, self.clock.now(), number, kind=kind, **known))

    def want(self, name: SettingName, **known: Any) -> Setting:
        stored = self.settings.replace(any_setting(WATCH, self.clock.now(), name=name, **known))
        assert stored is not None
        return stored

    def run(self) -> list[Any]:
        """Do all that is to be done now; return the kinds and names that were written."""
        before = len(self.written)
        for _ in range(20):
            steps = self.delivery.steps(self.clock.now())
            if not steps:
                return self.written[before:]
            for step in steps:
                self.record(step)
        raise AssertionError("there is always something to do")

    def record(self, step: Step) -> Item | None:
        now = self.clock.now()
        stored = self.ledger.record(step, now)
        name = step.item.kind if isinstance(step.item, Command) else step.item.name
        is_written = step.event is Event.WRITTEN and stored is not None
        self.delivery.recorded(step, stored, WORDS[name] if is_written else (), now)
        if is_written:
            self.written.append(name)
        return stored

    def ask(self, *names: SettingName) -> None:
        self.delivery.asked(names, self.clock.now())

    def answer(self, *words: str, accepted: bool = True) -> Event | None:
        """Let the watch say these words; return what the last one led to."""
        step = None
        for word in words:
            step = self.delivery.replied(Reply(word, accepted), self.clock.now())
            if step is not None:
                self.record(step)
        return None if step is None else step.event

    def lose(self) -> None:
        for step in self.delivery.lost():
            self.record(step)

    def command(self, command: Command) -> Command:
        found = self.commands.get(WATCH, command.command_id, self.clock.now())
        assert found is not None
        return found

    def setting(self, name: SettingName) -> Setting:
        found = self.settings.get(WATCH, name)
        assert found is not None
        return found


@pytest.fixture
def line() -> Line:
    return Line()


STEPS = "core.commands.transitions:after"
STATES = pytest.mark.promise("P-70", guard=STEPS, part="states of commands")


@STATES
def test_a_command_is_written_and_acknowledged_by_its_word(line: Line) -> None:
    find = line.order(CommandKind.FIND)
    line.load()
    assert line.run() == [CommandKind.FIND]
    assert (line.command(find).state, line.command(find).attempts) == (CommandState.SENT, 1)
    assert line.answer("FIND") is Event.ANSWERED
    assert line.command(find).state is CommandState.ACKNOWLEDGED
    assert line.commands.waiting(WATCH, line.clock.now()) == []


@STATES
def test_a_watch_that_says_no_has_refused(line: Line) -> None:
    find = line.order(CommandKind.FIND)
    line.load()
    line.run()
    assert line.answer("FIND", accepted=False) is Event.REFUSED
    assert (line.command(find).state, line.command(find).failure) == (CommandState.FAILED, Failure.REFUSED)


@STATES
def test_silence_is_tried_again_and_then_called_no_answer(line: Line) -> None:
    locate = line.order(CommandKind.LOCATE)
    line.load()
    for attempt in range(1, USUAL_ATTEMPTS + 1):
        assert line.run() == [CommandKind.LOCATE]
        assert line.command(locate).attempts == attempt
        line.clock.advance(USUAL_TIME_OUT - SECOND)
        assert line.run() == []
        line.clock.advance(SECOND)
    assert line.run() == []
    assert (line.command(locate).state, line.command(locate).failure) == (CommandState.FAILED, Failure.NO_ANSWER)


@STATES
def test_what_would_act_twice_is_not_written_twice(line: Line) -> None:
    for number, kind in enumerate(each for each in ATTEMPTS if each in WORDS):
        command = line.order(kind, number)
        line.load()
        written = line.run()
        while line.command(command).state is CommandState.SENT:
            line.clock.advance(USUAL_TIME_OUT)
            written += line.run()
        assert written == [kind] * ATTEMPTS[kind]


@STATES
def test_a_lost_connection_brings_a_command_back_as_long_as_an_attempt_is_left(line: Line) -> None:
    locate, reset = line.order(CommandKind.LOCATE), line.order(CommandKind.FACTORY_RESET, 1)
    line.load()
    line.run()
    line.lose()
    assert line.command(locate).state is CommandState.QUEUED
    assert line.command(reset).failure is Failure.NO_ANSWER
    for _ in range(USUAL_ATTEMPTS - 1):
        line.connect()
        assert line.run() == [CommandKind.LOCATE]
        line.lose()
    assert line.command(locate).failure is Failure.NO_ANSWER


@STATES
def test_a_task_that_died_leaves_nothing_in_flight(line: Line) -> None:
    locate = line.order(CommandKind.LOCATE)
    line.load()
    line.run()
    line.connect()
    assert line.run() == [CommandKind.LOCATE]
    assert line.command(locate).attempts == 2


@STATES
def test_a_command_past_its_deadline_is_not_sent(line: Line) -> None:
    find = line.order(CommandKind.FIND, expires_at=NOON + MINUTE)
    line.clock.advance(MINUTE)
    line.load()
    assert line.run() == []
    assert line.command(find).state is CommandState.EXPIRED


def test_one_of_a_kind_is_in_flight_and_the_oldest_goes_first(line: Line) -> None:
    first = line.order(CommandKind.TEXT, 1)
    line.clock.advance(SECOND)
    second = line.order(CommandKind.TEXT, 0)
    line.load()
    assert line.run() == [CommandKind.TEXT]
    assert line.command(first).state is CommandState.SENT
    assert line.command(second).state is CommandState.QUEUED
    line.answer("MESSAGE")
    assert line.run() == [CommandKind.TEXT]
    line.answer("MESSAGE")
    assert line.command(second).state is CommandState.ACKNOWLEDGED


def test_who_looks_for_a_child_waits_for_no_voice(line: Line) -> None:
    line.order(CommandKind.VOICE)
    line.order(CommandKind.TEXT, 1)
    line.clock.advance(SECOND)
    line.order(CommandKind.LOCATE)
    line.order(CommandKind.FIND, 1)
    line.load()
    assert line.run() == [CommandKind.LOCATE, CommandKind.FIND, CommandKind.TEXT, CommandKind.VOICE]


def test_a_voice_that_the_watch_has_no_room_for_waits_until_it_asks(line: Line) -> None:
    voice = line.order(CommandKind.VOICE)
    line.clock.advance(SECOND)
    line.order(CommandKind.VOICE)
    line.load()
    line.run()
    assert line.answer("TK", accepted=False) is Event.RETURNED
    assert line.command(voice).state is CommandState.QUEUED
    assert line.run() == [], "nor does the next one go"
    line.delivery.asked_for_voices()
    assert line.run() == [CommandKind.VOICE]
    line.answer("TK")
    assert line.command(voice).state is CommandState.ACKNOWLEDGED


def test_a_late_answer_to_an_earlier_command_acknowledges_no_newer_one(line: Line) -> None:
    line.order(CommandKind.FIND)
    line.load()
    line.run()
    for _ in range(ATTEMPTS[CommandKind.FIND]):
        line.clock.advance(USUAL_TIME_OUT)
        line.run()
    newer = line.order(CommandKind.FIND)
    line.load()
    line.run()
    for _ in range(ATTEMPTS[CommandKind.FIND]):
        assert line.answer("FIND") is None, "to the first one"
    assert line.command(newer).state is CommandState.SENT
    line.answer("FIND")
    assert line.command(newer).state is CommandState.ACKNOWLEDGED


def test_an_answer_that_never_came_is_owed_no_longer_after_a_while(line: Line) -> None:
    line.order(CommandKind.FIND)
    line.load()
    line.run()
    line.clock.advance(USUAL_TIME_OUT)
    line.run()
    line.clock.advance(LATE)
    line.run()
    newer = line.order(CommandKind.FIND)
    line.load()
    line.run()
    line.answer("FIND")
    assert line.command(newer).state is CommandState.ACKNOWLEDGED


def test_a_late_answer_to_the_first_attempt_is_one_to_the_command(line: Line) -> None:
    locate = line.order(CommandKind.LOCATE)
    line.load()
    line.run()
    line.clock.advance(USUAL_TIME_OUT)
    line.run()
    line.answer("CR")
    assert line.command(locate).state is CommandState.ACKNOWLEDGED
    assert line.answer("CR") is None


def test_an_answer_that_nothing_waits_for_changes_nothing(line: Line) -> None:
    assert line.answer("FIND", "TK", "NEVER") is None


def test_other_words_of_a_watch_count_only_where_nothing_waits_for_them_as_its_own(line: Line) -> None:
    off = line.order(CommandKind.POWER_OFF)
    line.clock.advance(SECOND)
    locate = line.order(CommandKind.LOCATE)
    line.load()
    line.run()
    line.answer("CR")
    assert line.command(locate).state is CommandState.ACKNOWLEDGED
    assert line.command(off).state is CommandState.SENT
    line.answer("CR")
    assert line.command(off).state is CommandState.ACKNOWLEDGED


@pytest.mark.parametrize("name", [SettingName.STEP_COUNTER, SettingName.CONTACTS])
def test_a_setting_of_several_frames_is_acknowledged_when_all_are(line: Line, name: SettingName) -> None:
    setting = line.want(name)
    line.load()
    assert line.run() == [name]
    *first, last = [words[0] for words in WORDS[name]]
    assert line.answer(*first) is None
    assert line.setting(name).state is SettingState.SENT
    assert line.answer(last) is Event.ANSWERED
    stored = line.setting(name)
    assert (stored.state, stored.acknowledged, stored.acknowledged_version) == (
        SettingState.ACKNOWLEDGED,
        setting.desired,
        1,
    )


def test_settings_go_one_after_the_other_and_hold_up_no_command(line: Line) -> None:
    line.want(SettingName.SOUND)
    line.clock.advance(SECOND)
    line.want(SettingName.STEP_COUNTER)
    line.order(CommandKind.FIND)
    line.load()
    assert line.run() == [CommandKind.FIND, SettingName.SOUND]
    line.answer("PROFILE")
    assert line.run() == [SettingName.STEP_COUNTER]


def change(line: Line, name: SettingName, desired: Any) -> None:
    current = line.setting(name)
    fresh = replace(current, desired=desired, version=current.version + 1, state=SettingState.PENDING, attempts=0)
    assert line.settings.replace(fresh) is not None


def test_a_newer_value_waits_for_the_answer_to_the_older_one_and_both_are_told_apart(line: Line) -> None:
    line.want(SettingName.SOUND, desired="old")
    line.load()
    line.run()
    change(line, SettingName.SOUND, "new")
    line.load()
    assert line.run() == [], "one of a kind is in flight"
    line.answer("PROFILE")
    stored = line.setting(SettingName.SOUND)
    assert (stored.state, stored.desired) == (SettingState.PENDING, "new")
    assert (stored.acknowledged, stored.acknowledged_version) == ("old", 1)
    line.load()
    assert line.run() == [SettingName.SOUND]
    line.answer("PROFILE")
    stored = line.setting(SettingName.SOUND)
    assert (stored.state, stored.acknowledged, stored.acknowledged_version) == (SettingState.ACKNOWLEDGED, "new", 2)


def test_a_newer_value_replaces_one_that_still_waits(line: Line) -> None:
    line.want(SettingName.SOUND, desired="old")
    change(line, SettingName.SOUND, "new")
    line.load()
    assert line.run() == [SettingName.SOUND]
    line.answer("PROFILE")
    assert line.setting(SettingName.SOUND).acknowledged == "new"
    assert line.run() == []


def test_a_late_answer_to_an_older_value_does_not_acknowledge_the_newer_one(line: Line) -> None:
    line.want(SettingName.SOUND, desired="old")
    line.load()
    line.run()
    change(line, SettingName.SOUND, "new")
    line.load()
    line.clock.advance(USUAL_TIME_OUT)
    assert line.run() == [SettingName.SOUND]
    assert line.answer("PROFILE") is None, "to the older one"
    assert line.setting(SettingName.SOUND).state is SettingState.SENT
    line.answer("PROFILE")
    assert line.setting(SettingName.SOUND).acknowledged == "new"


def test_a_value_that_changed_while_its_frame_was_recorded_is_not_written(line: Line) -> None:
    line.want(SettingName.SOUND, desired="old")
    line.load()
    [step] = line.delivery.steps(line.clock.now())
    change(line, SettingName.SOUND, "new")
    assert line.record(step) is None
    assert line.written == []
    line.load()
    assert line.run() == [SettingName.SOUND]


def test_a_setting_left_unanswered_is_offered_again_after_a_day(line: Line) -> None:
    line.want(SettingName.SOUND)
    line.load()
    for _ in range(USUAL_ATTEMPTS):
        line.run()
        line.clock.advance(USUAL_TIME_OUT)
    line.run()
    stored = line.setting(SettingName.SOUND)
    assert (stored.state, stored.failure) == (SettingState.FAILED, Failure.NO_ANSWER)
    line.connect()
    assert line.run() == []
    line.clock.advance(TRY_AGAIN_AFTER)
    assert line.run() == [SettingName.SOUND]


def test_a_watch_that_asks_is_told_again(line: Line) -> None:
    line.want(SettingName.SOUND)
    line.load()
    line.run()
    line.answer("PROFILE")
    assert line.run() == []
    line.clock.advance(TOLD_AGAIN_AFTER)
    line.ask(SettingName.SOUND, SettingName.CONTACTS)
    assert line.run() == [SettingName.SOUND]
    line.answer("PROFILE")
    assert line.run() == []


def test_a_watch_that_asks_and_asks_is_told_once_in_a_while(line: Line) -> None:
    line.want(SettingName.SOUND)
    line.load()
    told = []
    for _ in range(60):
        line.ask(SettingName.SOUND)
        told += line.run()
        line.answer("PROFILE")
        line.clock.advance(SECOND)
    assert len(told) == MINUTE / TOLD_AGAIN_AFTER


def test_after_a_factory_reset_every_setting_is_told_again(line: Line) -> None:
    line.want(SettingName.SOUND)
    line.load()
    line.run()
    line.answer("PROFILE")
    line.order(CommandKind.FACTORY_RESET)
    line.load()
    line.run()
    line.answer("FACTORY")
    assert line.run() == [SettingName.SOUND]


def test_a_reset_that_took_its_connection_along_leaves_every_setting_to_be_told(line: Line) -> None:
    line.want(SettingName.SOUND)
    line.load()
    line.run()
    line.answer("PROFILE")
    line.order(CommandKind.FACTORY_RESET)
    line.load()
    line.run()
    line.lose()
    assert line.setting(SettingName.SOUND).state is SettingState.PENDING


def test_what_is_only_kept_here_is_never_sent(line: Line) -> None:
    line.want(SettingName.MONITOR_NUMBERS, state=SettingState.STORED)
    line.load()
    line.ask(SettingName.MONITOR_NUMBERS)
    assert line.run() == []


SPRING, AUTUMN = datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)


@pytest.mark.parametrize(("change_at", "before", "behind"), [(SPRING, 60, 120), (AUTUMN, 120, 60)])
def test_the_clock_of_a_watch_is_set_again_at_each_change(
    line: Line, change_at: datetime, before: int, behind: int
) -> None:
    line.clock.set(change_at - MINUTE)
    line.want(SettingName.LANGUAGE, desired={"language": "nl"})
    line.load()
    line.run()
    line.answer("LZ")
    assert line.setting(SettingName.LANGUAGE).acknowledged == {"language": "nl", UTC_OFFSET: before}
    assert line.run() == []
    assert line.delivery.look_again_at(line.clock.now()) == change_at
    line.clock.set(change_at)
    assert line.run() == [SettingName.LANGUAGE]
    line.answer("LZ")
    assert line.setting(SettingName.LANGUAGE).acknowledged == {"language": "nl", UTC_OFFSET: behind}


def test_it_tells_when_to_look_again(line: Line) -> None:
    assert line.delivery.look_again_at(NOON) is None
    line.order(CommandKind.FIND, expires_at=NOON + MINUTE)
    line.order(CommandKind.FIND, 1, expires_at=NOON + SECOND)
    line.load()
    line.run()
    assert line.delivery.look_again_at(NOON) == NOON + SECOND
    line.clock.advance(SECOND)
    line.run()
    assert line.delivery.look_again_at(NOON) == NOON + USUAL_TIME_OUT


def test_a_step_is_given_once_until_it_is_recorded(line: Line) -> None:
    line.order(CommandKind.FIND)
    line.load()
    [step] = line.delivery.steps(NOON)
    assert line.delivery.steps(NOON) == []
    line.record(step)
    assert line.delivery.steps(NOON) == []


def part(role: Role) -> Membership:
    return Membership(account_id=AccountId("a"), watch_id=WATCH, role=role, since=NOON)


ANY_GUARDIAN = AccountId(new_id())


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [(CommandKind.FIND, {Role.OWNER, Role.GUARDIAN}), (CommandKind.FACTORY_RESET, {Role.OWNER})],
)
def test_rights_are_those_of_the_moment_of_delivery(kind: CommandKind, allowed: set[Role]) -> None:
    command = any_command(WATCH, NOON, kind=kind, ordered_by=ANY_GUARDIAN)
    assert {role for role in Role if may_still(command, part(role))} == allowed
    assert not may_still(command, None)
    assert may_still(replace(command, ordered_by=None), None), "the platform's own"


def test_who_lost_the_right_has_failed(line: Line) -> None:
    find = line.order(CommandKind.FIND, ordered_by=ANY_GUARDIAN)
    line.load()
    [step] = line.delivery.steps(NOON)
    line.record(replace(step, event=Event.FORBIDDEN))
    assert line.command(find).failure is Failure.RIGHTS_GONE
    assert line.run() == []


def test_what_a_step_shows_of_a_watch() -> None:
    assert support_shown_by(Event.ANSWERED) is Support.ANSWERED
    assert support_shown_by(Event.GIVEN_UP) is Support.SILENT
    assert {support_shown_by(event) for event in (Event.WRITTEN, Event.RETURNED, Event.OVERDUE)} == {None}


@pytest.mark.parametrize("state", CommandState)
def test_what_is_final_stays_so(state: CommandState) -> None:
    command = any_command(WATCH, NOON, state=state)
    leads_on = {event for event in Event if after(command, event, NOON) is not None}
    assert leads_on == set(TRANSITIONS[state])
    assert bool(leads_on) == (state in (CommandState.QUEUED, CommandState.SENT))


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(CommandState)
    assert set(SETTING_TRANSITIONS) == set(SettingState)
