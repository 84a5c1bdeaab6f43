"""What goes down one connection of a watch, and when. Sans-I/O: whoever drives it stores, encodes and writes.

delivery = Delivery()
delivery.load(commands.waiting(watch_id, now), settings.of_watch(watch_id), time_zone)  # at first, and at each nudge
for step in delivery.steps(now):  # until there are none
    stored = ledger.record(step, now)  # before the first byte leaves; another event, if may_still says no
    delivery.recorded(step, stored, expected_replies, now)  # and, of WRITTEN, the frames are written
delivery.replied(reply, now)  # a step or None
delivery.lost()  # the last steps, when the connection has ended
delivery.look_again_at(now)  # when `steps` has news although nobody was heard
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from core.commands.clock_change import next_clock_change, utc_offset_minutes
from core.commands.model import (
    FINAL,
    Command,
    CommandKind,
    CommandState,
    Failure,
    Setting,
    SettingName,
    SettingState,
    Support,
)
from core.commands.transitions import Event
from core.kernel.ids import CommandId
from core.watches.model import Membership, Role

Item = Command | Setting
Key = CommandId | SettingName
"""Of an item, on one watch."""

USUAL_TIME_OUT = timedelta(seconds=25)
"""A watch echoes at once; a sleeping modem and a 2G network take the rest, and the slowest server gives up after 10 s
only to ask the watch again.
"""
TIME_OUTS: Mapping[CommandKind, timedelta] = {CommandKind.VOICE: timedelta(seconds=60)}
"""64 KiB take half a minute over GPRS."""
USUAL_ATTEMPTS = 3
ATTEMPTS: Mapping[CommandKind, int] = {
    # once more would ring, dial or switch off again what has done so and was not heard
    CommandKind.FIND: 2,
    CommandKind.CALL: 1,
    CommandKind.RESTART: 1,
    CommandKind.POWER_OFF: 1,
    CommandKind.FACTORY_RESET: 1,
}
LATE = timedelta(minutes=2)
"""After this an answer to what was written does not come any more."""
TOLD_AGAIN_AFTER = timedelta(seconds=30)
"""A watch asks when it has started, which takes longer than this; one that asks and asks costs no writes."""
TRY_AGAIN_AFTER = timedelta(days=1)
"""A setting that a watch left unanswered is offered again, as its firmware may have learned it."""
_URGENCY: Mapping[CommandKind, int] = {CommandKind.TEXT: 1, CommandKind.VOICE: 2}
"""What is long goes last: whoever looks for a child does not wait for a voice (0: all else)."""
_OWNERS_ONLY = frozenset({CommandKind.FACTORY_RESET})
_GUARDIANS = frozenset({Role.OWNER, Role.GUARDIAN})
UTC_OFFSET = "utc_offset_minutes"
"""In the acknowledged value of LANGUAGE: the offset that the watch was told with it."""
_UNSETTLED = frozenset({CommandState.QUEUED, CommandState.SENT, SettingState.PENDING, SettingState.SENT})
_KEPT_BY_WATCH = frozenset({SettingState.SENT, SettingState.ACKNOWLEDGED, SettingState.FAILED})
_SUPPORT = {Event.ANSWERED: Support.ANSWERED, Event.REFUSED: Support.REFUSED, Event.GIVEN_UP: Support.SILENT}


class Reply(NamedTuple):
    """An answer of the watch: the word that it echoes, upper case, and whether it says yes."""

    word: str
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that happens to an item and is to be recorded.

    shown: see transitions.setting_after. answered: of ANSWERED, the words by which the watch did it.
    """

    item: Item
    event: Event
    shown: Any = field(default=None, repr=False)
    answered: frozenset[str] = frozenset()

    @property
    def key(self) -> Key:
        """Of the item."""
        return key_of(self.item)


def key_of(item: Item) -> Key:
    """Return what tells the item from the others of its watch."""
    return item.command_id if isinstance(item, Command) else item.name


def may_still(command: Command, membership: Membership | None) -> bool:
    """Tell whether whoever ordered it may order it now. membership: theirs, as it is now."""
    if command.ordered_by is None:
        return True
    allowed = {Role.OWNER} if command.kind in _OWNERS_ONLY else _GUARDIANS
    return membership is not None and membership.role in allowed


def support_shown_by(event: Event) -> Support | None:
    """Return what the event tells of the watch's abilities."""
    return _SUPPORT.get(event)


class _Written(NamedTuple):
    """One frame that may still be answered. words: its own word first, then what some watches say instead."""

    name: tuple[Key, int]
    attempt: int
    words: Sequence[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class _InFlight:
    """An item as it was written last.

    time_zone: the watch's at that instant. words: of each attempt the own words of its frames; open_words: those that
    are not answered yet. One attempt that is answered whole is enough, and another may have used other words.
    """

    item: Item
    at: datetime
    time_zone: str
    words: dict[int, frozenset[str]]
    open_words: dict[int, Counter[str]]


class Delivery:
    """One connection of one watch. Not for several threads.

    A step that was given is not given again before it was `recorded`. An item that was in flight on an earlier
    connection is taken over: the watch speaks here now.
    """

    def __init__(self) -> None:
        self._time_zone = ""
        self._items: dict[Key, Item] = {}
        self._in_flight: dict[Key, _InFlight] = {}
        self._timed_out: dict[Key, _InFlight] = {}
        self._written: list[_Written] = []
        self._being_recorded: set[Key] = set()
        self._asked: set[Key] = set()
        self._forgotten: set[Key] = set()
        self._takes_voices = True

    def load(self, commands: Iterable[Command], settings: Iterable[Setting], time_zone: str) -> None:
        """Take what the stores hold now."""
        self._time_zone = time_zone
        items: list[Item] = [*commands, *settings]
        self._items = {key_of(item): item for item in items}

    def steps(self, now: datetime) -> list[Step]:
        """Return what is to be recorded, and of WRITTEN to be written too, the most urgent first."""
        for key in [key for key, each in self._in_flight.items() if now >= each.at + _time_out(each.item)]:
            if key not in self._being_recorded:
                self._timed_out[key] = self._in_flight.pop(key)
        ended = [step for key in self._idle() if (step := self._end_of(self._items[key], now))]
        return self._given(ended) + self._given(Step(item=item, event=Event.WRITTEN) for item in self._next(now))

    def recorded(
        self, step: Step, stored: Item | None, expected_replies: Sequence[Sequence[str]], now: datetime
    ) -> None:
        """Take in that a step was stored; None: others changed the item, and it is to be loaded again.

        step: as it was recorded. expected_replies: of WRITTEN, for each frame its own word, then others that watches
        answer it with.
        """
        self._being_recorded.discard(step.key)
        self._forgotten.discard(step.key)
        if step.event is not Event.WRITTEN:
            self._timed_out.pop(step.key, None)
        if stored is None or (isinstance(stored, Command) and stored.state in FINAL):
            self._items.pop(step.key, None)
        else:
            self._items[step.key] = stored
        if stored is not None and step.event is Event.WRITTEN:
            self._asked.discard(step.key)
            self._write(stored, expected_replies, now)
        if _may_have_reset(step):
            self._forgotten = {item.name for item in self._settings() if item.state in _KEPT_BY_WATCH}

    def replied(self, reply: Reply, now: datetime) -> Step | None:
        """Take an answer: to the oldest frame with its word, as a socket keeps the order of what is said."""
        written = self._answered_by(reply, now)
        if written is None:
            return None
        key, _ = written.name
        in_flight = self._in_flight.get(key) or self._timed_out.get(key)
        if in_flight is None or _name_of(in_flight.item) != written.name or key in self._being_recorded:
            return None
        if not reply.accepted:
            return self._refused(in_flight)
        open_words = in_flight.open_words[written.attempt]
        open_words[written.words[0]] -= 1
        if open_words.total():
            return None
        return self._over(in_flight, Event.ANSWERED, in_flight.words[written.attempt])

    def asked(self, names: Collection[SettingName], now: datetime) -> None:
        """Take in that the watch wants to be told these settings, unless it has just been told."""
        told = {item.name for item in self._settings() if item.sent_at and now < item.sent_at + TOLD_AGAIN_AFTER}
        self._asked |= set(names) - told

    def asked_for_voices(self) -> None:
        """Take in that the watch has room for voices that it refused."""
        self._takes_voices = True

    def lost(self) -> list[Step]:
        """Return the last steps; ask again when steps that were still being recorded are."""
        steps = []
        for key in set(self._in_flight) - self._being_recorded:
            item = self._in_flight.pop(key).item
            if self._items.get(key) == item:
                steps.append(Step(item=item, event=Event.RETURNED if _may_be_written(item) else Event.GIVEN_UP))
        if any(map(_may_have_reset, steps)):
            self._forgotten = {item.name for item in self._settings() if item.state in _KEPT_BY_WATCH}
        given = self._given(steps)
        idle = (self._items[key] for key in self._idle() if key in self._forgotten)
        return given + self._given(Step(item=item, event=Event.RETURNED) for item in idle)

    def look_again_at(self, now: datetime) -> datetime | None:
        """Return when `steps` has more to tell: a time-out, a deadline, a change of the clocks; None: not by itself."""
        times = [each.at + _time_out(each.item) for each in self._in_flight.values()]
        times += [item.expires_at for item in self._commands() if item.state is CommandState.QUEUED]
        if SettingName.LANGUAGE in self._items:
            times += filter(None, [next_clock_change(self._time_zone, now)])
        return min(times, default=None)

    def is_settled(self, now: datetime) -> bool:
        """Tell whether nothing waits and no answer may come any more, so that a new one would know as much."""
        if self._in_flight or self._being_recorded or self._asked & self._items.keys():
            return False
        if any(now < written.at + LATE for written in self._written):
            return False
        return not any(item.state in _UNSETTLED for item in self._items.values())

    def _idle(self) -> list[Key]:
        """Return what is neither in flight nor being recorded."""
        return [key for key in self._items if key not in self._in_flight and key not in self._being_recorded]

    def _commands(self) -> Iterator[Command]:
        return (item for item in self._items.values() if isinstance(item, Command))

    def _settings(self) -> Iterator[Setting]:
        return (item for item in self._items.values() if isinstance(item, Setting))

    def _end_of(self, item: Item, now: datetime) -> Step | None:
        """Return what ends the item's wait, or what begins it anew."""
        event = None
        if item.state in (CommandState.SENT, SettingState.SENT) and not (_may_be_written(item) and _in_time(item, now)):
            event = Event.GIVEN_UP
        elif not _in_time(item, now):
            event = Event.OVERDUE
        elif key_of(item) in self._forgotten:
            event = Event.RETURNED
        return None if event is None else Step(item=item, event=event)

    def _next(self, now: datetime) -> Iterator[Item]:
        """Yield the oldest command of each kind of which none is under way, and a setting when none is."""
        under_way = [item for key, item in self._items.items() if key in self._in_flight or key in self._being_recorded]
        kinds = {item.kind for item in under_way if isinstance(item, Command)}
        idle = [self._items[key] for key in self._idle()]
        commands = [item for item in idle if isinstance(item, Command)]
        for command in sorted(commands, key=lambda each: (_URGENCY.get(each.kind, 0), each.ordered_at)):
            if command.kind in kinds or (command.kind is CommandKind.VOICE and not self._takes_voices):
                continue
            kinds.add(command.kind)
            yield command
        if any(isinstance(item, Setting) for item in under_way):
            return
        settings = [item for item in idle if isinstance(item, Setting) and self._is_wanted(item, now)]
        yield from sorted(settings, key=lambda each: (each.name not in self._asked, each.desired_at))[:1]

    def _is_wanted(self, setting: Setting, now: datetime) -> bool:
        """Tell whether the watch is to be told this setting."""
        match setting.state:
            case SettingState.STORED:
                return False
            case SettingState.PENDING | SettingState.SENT:
                return True
            case SettingState.ACKNOWLEDGED:
                return setting.name in self._asked or self._is_off_time(setting, now)
            case SettingState.FAILED:
                silent_at = setting.sent_at if setting.failure is Failure.NO_ANSWER else None
                return setting.name in self._asked or (silent_at is not None and now >= silent_at + TRY_AGAIN_AFTER)

    def _is_off_time(self, setting: Setting, now: datetime) -> bool:
        """Tell whether the watch shows the time of another offset than that of its zone."""
        if setting.name is not SettingName.LANGUAGE:
            return False
        return bool(setting.acknowledged.get(UTC_OFFSET) != utc_offset_minutes(self._time_zone, now))

    def _write(self, item: Item, expected_replies: Sequence[Sequence[str]], now: datetime) -> None:
        before = self._timed_out.pop(key_of(item), None)
        is_again = before is not None and _name_of(before.item) == _name_of(item)
        words, open_words = (before.words, before.open_words) if before and is_again else ({}, {})
        own = Counter(each[0] for each in expected_replies)
        words[item.attempts], open_words[item.attempts] = frozenset(own), own
        self._forget_written(now)
        self._in_flight[key_of(item)] = _InFlight(item, now, self._time_zone, words, open_words)
        self._written += [_Written(_name_of(item), item.attempts, each, now) for each in expected_replies]

    def _forget_written(self, now: datetime) -> None:
        """Wait no more for answers that would come late."""
        self._written = [each for each in self._written if now < each.at + LATE]

    def _answered_by(self, reply: Reply, now: datetime) -> _Written | None:
        """Return the oldest frame that waits for this word as its own, else for it as another, and wait no more."""
        self._forget_written(now)
        for is_own in (True, False):
            for place, written in enumerate(self._written):
                if reply.word in (written.words[:1] if is_own else written.words[1:]):
                    return self._written.pop(place)
        return None

    def _refused(self, in_flight: _InFlight) -> Step:
        item = in_flight.item
        if isinstance(item, Command) and item.kind is CommandKind.VOICE:
            self._takes_voices = False
            if _may_be_written(item):
                return self._over(in_flight, Event.RETURNED)
        return self._over(in_flight, Event.REFUSED)

    def _over(self, in_flight: _InFlight, event: Event, answered: frozenset[str] = frozenset()) -> Step:
        item = in_flight.item
        self._in_flight.pop(key_of(item), None)
        shown = None
        if event is Event.ANSWERED and isinstance(item, Setting) and item.name is SettingName.LANGUAGE:
            shown = {**item.desired, UTC_OFFSET: utc_offset_minutes(in_flight.time_zone, in_flight.at)}
        [step] = self._given([Step(item=item, event=event, shown=shown, answered=answered)])
        return step

    def _given(self, steps: Iterable[Step]) -> list[Step]:
        given = list(steps)
        self._being_recorded |= {step.key for step in given}
        return given


def _name_of(item: Item) -> tuple[Key, int]:
    """Return what tells an item from all others, of a setting its earlier versions too."""
    return key_of(item), item.version if isinstance(item, Setting) else 0


def _time_out(item: Item) -> timedelta:
    return TIME_OUTS.get(item.kind, USUAL_TIME_OUT) if isinstance(item, Command) else USUAL_TIME_OUT


def _may_be_written(item: Item) -> bool:
    """Tell whether an attempt is left."""
    most = ATTEMPTS.get(item.kind, USUAL_ATTEMPTS) if isinstance(item, Command) else USUAL_ATTEMPTS
    return item.attempts < most


def _in_time(item: Item, now: datetime) -> bool:
    return isinstance(item, Setting) or now < item.expires_at


def _may_have_reset(step: Step) -> bool:
    """Tell whether the watch has forgotten its settings: a reset that nobody confirmed may have been one."""
    is_reset = isinstance(step.item, Command) and step.item.kind is CommandKind.FACTORY_RESET
    return is_reset and step.event in (Event.ANSWERED, Event.GIVEN_UP)
