"""From commands and settings of the core to frames for a watch, and from its frames to what they tell of these."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from core.commands.capabilities import ROWS, PhoneBook, phone_book
from core.commands.clock_change import utc_offset_minutes
from core.commands.delivery import Item, Reply
from core.commands.model import Capabilities, Command, CommandKind, Setting, SettingName
from core.commands.values import (
    MOST_ALARM_CLOCKS,
    MOST_QUIET_TIMES,
    AlarmClock,
    Language,
    Repeats,
    SoundProfile,
    value_of,
)
from wire.arguments import Command as Word
from wire.arguments import Contact as Row
from wire.arguments import Period, Weekday, WeeklyPeriod
from wire.commands import daily, device, health, phone
from wire.decode import decode
from wire.encode import Address, encode, reply
from wire.framing import Frame
from wire.messages import CapabilityReport, CommandReply, SettingRequest, TimeRequest, VoiceRequest
from wire.provisioning import Provisioning, SetSmsPassword, provision

Content = str | bytes
"""Of a message: a text, or a voice as AMR-NB."""
Words = Sequence[Word | Provisioning]

ASKED_BY: Mapping[str, SettingName] = {
    "PHL": SettingName.CONTACTS,
    "SOS": SettingName.SOS_NUMBERS,
    "REMIND": SettingName.ALARM_CLOCKS,
}
"""What a watch asks for, by its word without the Q; there is no timetable here (SCHEDULEQ)."""

_OTHER_ANSWERS: Mapping[str, tuple[str, ...]] = {
    "POWEROFF": ("RESET", "CR"),  # C, D
    "SOS": ("SOS3", "SOS2", "SOS1"),  # A-C
}
_ANSWER_OF = {"DPHBX": "PHBX"}  # B, C
_LANGUAGES: Mapping[Language, int] = {
    Language.ENGLISH: 0,  # conflict: one vendor's clients use 1
    Language.PORTUGUESE: 3,
    Language.SPANISH: 4,
    Language.GERMAN: 5,
    Language.TURKISH: 7,
    Language.FRENCH: 10,
    Language.ITALIAN: 12,
    Language.SWEDISH: 13,
    Language.DUTCH: 16,
    Language.POLISH: 17,
    Language.FINNISH: 18,
    Language.DANISH: 23,
}
"""Numbers of LZ (C)."""
_SOUNDS = {
    SoundProfile.VIBRATE_AND_RING: device.Sound.VIBRATE_AND_RING,
    SoundProfile.RING: device.Sound.RING,
    SoundProfile.VIBRATE: device.Sound.VIBRATE,
    SoundProfile.SILENT: device.Sound.SILENT,
}
_FREQUENCIES = {
    Repeats.ONCE: daily.Frequency.ONCE,
    Repeats.DAILY: daily.Frequency.DAILY,
    Repeats.ON_DAYS: daily.Frequency.ON_DAYS,
}
_PHB_ROWS, _WHITELIST_ROWS = 5, 5
_MINUTES = 60  # of an hour
_MIDNIGHT = time()
_NO_PERIOD = Period(_MIDNIGHT, _MIDNIGHT)
_WHOLE_DAY = Period(_MIDNIGHT, time(23, 59))
_NO_ALARM = daily.Reminder(_MIDNIGHT, on=False, frequency=daily.Frequency.ONCE)
_CLEARED = "-"  # a reminder has a text, also when it is switched off


@dataclass(frozen=True, slots=True)
class Shipment:
    """One item as it goes down. expected_replies: for each frame its own word, then others that watches answer with."""

    frames: tuple[bytes, ...] = field(repr=False)
    expected_replies: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """The watch that it goes to. capabilities: None where nothing is known of it."""

    address: Address = field(repr=False)
    capabilities: Capabilities | None
    time_zone: str
    now: datetime


def shipment_of(item: Item, receiver: Receiver, content: Content | None = None) -> Shipment | None:
    """Return the frames of a command or setting; None where the watch cannot be told it.

    item: as its step gave it, not yet recorded as written. content: of a message's command.
    """
    words = _command_words(item, content) if isinstance(item, Command) else _setting_words(item, receiver)
    if words is None:
        return None
    frames = (encoded(word, receiver.address) for word in words)
    return Shipment(tuple(frames), tuple(_expected_reply(word.word) for word in words))


def reply_of(frame: Frame) -> Reply | None:
    """Return what a frame answers; None for one that answers nothing."""
    match decode(frame):
        case CommandReply(word=word, accepted=accepted):
            return Reply(word, accepted)
    return None


def asked_settings(frame: Frame) -> frozenset[SettingName]:
    """Return the settings that a frame asks for."""
    match decode(frame):
        case SettingRequest(setting=word) if word in ASKED_BY:
            return frozenset({ASKED_BY[word]})
    return frozenset()


def asks_for_voices(frame: Frame) -> bool:
    """Tell whether the watch has room for a guardian's voice (TKQ); those of friends are not ours (TKQ2)."""
    return decode(frame) == VoiceRequest(of_friends=False)


def reported_by(frame: Frame) -> tuple[tuple[str, str], ...] | None:
    """Return the pairs of a CONFIG report; None for any other frame."""
    match decode(frame):
        case CapabilityReport(capabilities=pairs):
            return pairs
    return None


def time_answer(frame: Frame, time_zone: str, now: datetime) -> bytes | None:
    """Return the answer to a frame that asks for the time (Time) or for zone, time and date (LGZONE, A and D)."""
    message = decode(frame)
    if not isinstance(message, TimeRequest):
        return None
    return reply(frame, message, now=now.astimezone(ZoneInfo(time_zone)))


def encoded(word: Word | Provisioning, address: Address) -> bytes:
    """Return the frame of a word; raise TypeError for one that no guardian and no part of the platform may send."""
    if not isinstance(word, Provisioning):
        return encode(word, address)
    if not may_provision(word):
        raise TypeError("server and access point are set on the bench alone")
    return provision(word, address)


def may_provision(word: Provisioning) -> bool:
    """Tell whether a watch that belongs to somebody may be sent this: its SMS password, which is our own, alone."""
    return type(word) is SetSmsPassword


def _expected_reply(word: str) -> tuple[str, ...]:
    word = word.upper()
    return (_ANSWER_OF.get(word, word), *_OTHER_ANSWERS.get(word, ()))


def _command_words(command: Command, content: Content | None) -> Words | None:
    arguments = command.arguments
    match command.kind:
        case CommandKind.CALL:
            return [phone.Call(arguments["number"])]
        case CommandKind.HEARTS:
            return [daily.SendHearts(arguments["hearts"])]
        case CommandKind.TEXT:
            return [daily.SendMessage(content)] if isinstance(content, str) else None
        case CommandKind.VOICE:
            return [daily.SendVoice(content)] if isinstance(content, bytes) else None
    return [_BARE_WORDS[command.kind]]


_BARE_WORDS: Mapping[CommandKind, Word] = {
    CommandKind.LOCATE: device.Locate(),
    CommandKind.FIND: device.Ring(),
    CommandKind.RESTART: device.Restart(),
    CommandKind.POWER_OFF: device.PowerOff(),
    CommandKind.FACTORY_RESET: device.FactoryReset(),
}


def _setting_words(setting: Setting, receiver: Receiver) -> Words | None:
    words = _WORDS.get(setting.name)
    return None if words is None else words(value_of(setting.name, setting.desired), setting, receiver)


def _whitelist(value: Any, _setting: Setting, _receiver: Receiver) -> Words:
    numbers: tuple[str, ...] = value.numbers
    return [phone.SetWhitelist(numbers[:_WHITELIST_ROWS]), phone.SetSecondWhitelist(numbers[_WHITELIST_ROWS:])]


def _phone_book(value: Any, setting: Setting, receiver: Receiver) -> Words | None:
    """As long as the watch has answered no kind of phone book, each attempt tries another.

    Rows that are not used any more are cleared: by empty ones, or by a word where there is one for each row.
    """
    contacts, before = value.contacts, _rows_before(setting, "contacts")
    kind = phone_book(receiver.capabilities) or tuple(PhoneBook)[setting.attempts % len(PhoneBook)]
    if len(contacts) > ROWS[kind]:
        return None
    rows = tuple(Row(each.number, each.name) for each in contacts)
    match kind:
        case PhoneBook.PHB:
            first, second, third = (rows[at : at + _PHB_ROWS] for at in (0, _PHB_ROWS, 2 * _PHB_ROWS))
            words: list[Word] = [phone.SetPhoneBook(first), phone.SetSecondPhoneBook(second)]
            # watches with ten rows do not know the third word
            return [*words, phone.SetThirdPhoneBook(third)] if max(len(rows), before) > 2 * _PHB_ROWS else words
        case PhoneBook.PHL:
            return [phone.SetContactList(rows)]
        case PhoneBook.PHBX:
            kept = [phone.SetContact(at, row.name, row.number) for at, row in enumerate(rows, 1)]
            return [*kept, *(phone.DeleteContact(at) for at in range(len(rows) + 1, before + 1))]


def _quiet_times(value: Any, _setting: Setting, _receiver: Receiver) -> Words:
    periods = [WeeklyPeriod(Period(each.begins, each.ends), _days(each.days)) for each in value.periods]
    empty = [WeeklyPeriod(_NO_PERIOD, frozenset())] * (MOST_QUIET_TIMES - len(periods))
    return [daily.SetWeeklySilence((*periods, *empty))]


def _alarm_clocks(value: Any, _setting: Setting, _receiver: Receiver) -> Words:
    alarms = list(map(_alarm, value.alarms))
    return [daily.SetReminders((*alarms, *[_NO_ALARM] * (MOST_ALARM_CLOCKS - len(alarms))))]


def _reminders(value: Any, setting: Setting, _receiver: Receiver) -> Words:
    used = [daily.SetPillReminder(_alarm(each.clock), slot, each.text) for slot, each in enumerate(value.reminders, 1)]
    last = max(1, _rows_before(setting, "reminders"))
    return [*used, *(daily.SetPillReminder(_NO_ALARM, slot, _CLEARED) for slot in range(len(used) + 1, last + 1))]


def _step_counter(value: Any, _setting: Setting, _receiver: Receiver) -> Words:
    """Counting is off until periods were sent (C)."""
    periods = health.SetWalkTimes((_WHOLE_DAY, _NO_PERIOD, _NO_PERIOD))
    return [health.CountSteps(on=True), periods] if value.on else [health.CountSteps(on=False)]


def _language(value: Any, _setting: Setting, receiver: Receiver) -> Words:
    hours = _zone_hours(receiver.time_zone, receiver.now)
    return [device.SetLanguageAndZone(_LANGUAGES[value.language], hours)]


def _rows_before(setting: Setting, field: str) -> int:
    return len(setting.acknowledged[field]) if setting.acknowledged else 0


def _alarm(clock: AlarmClock) -> daily.Reminder:
    return daily.Reminder(clock.at, clock.on, _FREQUENCIES[clock.repeats], _days(clock.days))


def _days(days: Iterable[int]) -> frozenset[Weekday]:
    """The wire's week begins with Sunday."""
    return frozenset(Weekday((day + 1) % len(Weekday)) for day in days)


def _zone_hours(time_zone: str, now: datetime) -> float:
    return utc_offset_minutes(time_zone, now) / _MINUTES


_WORDS: Mapping[SettingName, Callable[[Any, Any, Receiver], Words | None]] = {
    SettingName.SOS_NUMBERS: lambda value, *_: [phone.SetSosNumbers(value.numbers)],
    SettingName.CONTACTS: _phone_book,
    SettingName.ALLOWED_CALLERS: _whitelist,
    SettingName.REFUSE_STRANGERS: lambda value, *_: [phone.RefuseStrangers(value.on)],
    SettingName.QUIET_TIMES: _quiet_times,
    SettingName.ALARM_CLOCKS: _alarm_clocks,
    SettingName.REMINDERS: _reminders,
    SettingName.REPORTING_INTERVAL: lambda value, *_: [device.SetUploadInterval(value.seconds)],
    SettingName.STEP_COUNTER: _step_counter,
    SettingName.TAKE_OFF_ALARM: lambda value, *_: [health.AlarmOnTakingOff(value.on)],
    SettingName.FALL_ALARM: lambda value, *_: [health.AlarmOnFall(value.on)],
    SettingName.LANGUAGE: _language,
    SettingName.SOUND: lambda value, *_: [device.SetSound(_SOUNDS[value.profile])],
    SettingName.SMS_PASSWORD: lambda value, *_: [SetSmsPassword(value.password)],
}
"""Of each setting that a watch can be told: value, setting, receiver -> words.

No monitor numbers: nothing can be told of them (D6).
"""
