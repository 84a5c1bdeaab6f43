"""From commands and settings to frames, and back from frames to what they tell of these."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from adapters.watch.downlink import (
    Receiver,
    Shipment,
    asked_settings,
    asks_for_voices,
    encoded,
    reply_of,
    reported_by,
    shipment_of,
    time_answer,
)
from core.commands.capabilities import ROWS, PhoneBook
from core.commands.delivery import Reply
from core.commands.model import Capabilities, CommandKind, InvalidSetting, Setting, SettingName, Support
from core.commands.values import MOST_CONTACTS, Contact, Contacts, Value, content_of
from core.kernel.ids import WatchId, new_id
from tests.builders import any_command, any_setting
from tests.clocks import NOON
from tests.core.commands.strategies import NUMBERS, OF_EACH, VALUES, texts
from wire.arguments import Command
from wire.commands import COMMANDS
from wire.encode import Address, parse_command
from wire.framing import Frame, Framer
from wire.messages import CommandReply
from wire.provisioning import Provisioning, SetAccessPointName, SetServer, SetSmsPassword
from wire.uplink import encode_uplink

WATCH = WatchId(new_id())
ADDRESS = Address("3G", "8800000015")
SUMMER = datetime(2027, 7, 1, 12, tzinfo=UTC)
UNSHRUNK = settings(phases=(Phase.explicit, Phase.generate))
"""Without its guard nearly every example fails: the smallest one is worth no minutes."""
FORBIDDEN = ("MONITOR", "RECORD", "RE", "ACALL", "RCAPTURE", "CENTER", "SLAVE", "SMS", "IP", "APN", "UPGRADE")


def receiver(**known: Any) -> Receiver:
    defaults: dict[str, Any] = {"capabilities": None, "time_zone": "Europe/Amsterdam", "now": NOON}
    return Receiver(address=ADDRESS, **(defaults | known))


def frames_in(data: bytes) -> list[Frame]:
    """Return what a watch makes of these bytes; everything in them is a frame."""
    framer = Framer()
    events = [*framer.receive(data), *framer.end()]
    assert all(isinstance(event, Frame) for event in events)
    return events  # type: ignore[return-value] # all are frames


def setting_of(name: SettingName, value: Value, **known: Any) -> Setting:
    return any_setting(WATCH, NOON, name=name, desired=content_of(value), **known)


def words_of(shipment: Shipment) -> list[str]:
    return [frame.type for each in shipment.frames for frame in frames_in(each)]


@pytest.mark.promise("P-14", guard="wire.escaping:to_hex_text", part="no value alters a frame")
@pytest.mark.attack("W-12", guard="wire.escaping:to_hex_text", part="settings")
@UNSHRUNK
@given(VALUES)
def test_whatever_a_guardian_writes_is_exactly_the_frames_of_its_setting(named: tuple[SettingName, Value]) -> None:
    name, value = named
    shipment = shipment_of(setting_of(name, value), receiver())
    if name is SettingName.MONITOR_NUMBERS:
        assert shipment is None
        return
    assert shipment is not None
    for each, replies in zip(shipment.frames, shipment.expected_replies, strict=True):
        [frame] = frames_in(each)
        assert (frame.raw, frame.device) == (each, ADDRESS.device)
        assert frame.type.upper() == replies[0]
        if name is not SettingName.SMS_PASSWORD:
            assert parse_command(frame) is not None


@pytest.mark.attack("W-12", guard="wire.escaping:to_hex_text", part="messages")
@UNSHRUNK
@given(texts(30))
def test_a_text_is_one_frame_whatever_stands_in_it(text: str) -> None:
    shipment = shipment_of(any_command(WATCH, NOON, kind=CommandKind.TEXT), receiver(), text)
    assert shipment is not None
    [frame] = frames_in(b"".join(shipment.frames))
    assert parse_command(frame) == COMMANDS["MESSAGE"](text)  # type: ignore[call-arg] # SendMessage


@pytest.mark.promise("P-14", guard="core.commands.values:checked_number", part="numbers")
@given(st.text(max_size=20))
def test_no_number_but_one_in_e164_becomes_a_value(text: str) -> None:
    if re.fullmatch(r"\+[1-9][0-9]{6,14}", text):
        assert Contact("Opa", text).number == text
        return
    with pytest.raises(InvalidSetting):
        Contact("Opa", text)


@dataclass(frozen=True)
class Monitor(Command):
    """What a maker's text calls the word that listens in silence."""

    word = "MONITOR"


@pytest.mark.attack("C-01", guard="wire.encode:is_listed")
@pytest.mark.attack("W-13", guard="wire.encode:is_listed")
def test_a_word_that_is_in_no_table_goes_to_no_watch() -> None:
    with pytest.raises(TypeError):
        encoded(Monitor(), ADDRESS)


@given(st.data())
def test_no_command_and_no_setting_listens_records_or_photographs(data: st.DataObject) -> None:
    words = set()
    for kind in CommandKind:
        command = any_command(WATCH, NOON, kind=kind, arguments={"number": data.draw(NUMBERS), "hearts": 3})
        for content in (None, "text", b"#!AMR\n"):
            shipment = shipment_of(command, receiver(), content)
            words |= set() if shipment is None else set(words_of(shipment))
    for name in SettingName:
        shipment = shipment_of(setting_of(name, data.draw(OF_EACH[name])), receiver())
        words |= set() if shipment is None else set(words_of(shipment))
    assert words.isdisjoint(FORBIDDEN)
    assert words - {SetSmsPassword.word} <= COMMANDS.keys()


@pytest.mark.attack("W-14", guard="adapters.watch.downlink:may_provision")
@pytest.mark.parametrize("word", [SetServer("evil.example", 8001), SetAccessPointName("evil", None, None, 20_404)])
def test_nothing_of_the_platform_moves_a_watch_to_another_server(word: Provisioning) -> None:
    with pytest.raises(TypeError):
        encoded(word, ADDRESS)


KINDS = {
    CommandKind.LOCATE: ("CR", {}),
    CommandKind.FIND: ("FIND", {}),
    CommandKind.CALL: ("CALL,+31612345678", {"number": "+31612345678"}),
    CommandKind.HEARTS: ("FLOWER,3", {"hearts": 3}),
    CommandKind.RESTART: ("RESET", {}),
    CommandKind.POWER_OFF: ("POWEROFF", {}),
    CommandKind.FACTORY_RESET: ("FACTORY", {}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_command_is_its_word(kind: CommandKind) -> None:
    content, arguments = KINDS[kind]
    shipment = shipment_of(any_command(WATCH, NOON, kind=kind, arguments=arguments), receiver())
    assert shipment is not None
    assert contents(shipment) == [content]


def test_a_message_without_its_content_cannot_be_told() -> None:
    assert set(KINDS) | {CommandKind.TEXT, CommandKind.VOICE} == set(CommandKind)
    for kind, wrong in ((CommandKind.TEXT, b"#!AMR\n"), (CommandKind.VOICE, "text")):
        for content in (None, wrong):
            assert shipment_of(any_command(WATCH, NOON, kind=kind), receiver(), content) is None


def contents(shipment: Shipment) -> list[str]:
    return [frame.content.decode() for each in shipment.frames for frame in frames_in(each)]


@pytest.mark.parametrize(
    ("name", "desired", "frames"),
    [
        (SettingName.SOS_NUMBERS, {"numbers": ["+31612345678"]}, ["SOS,+31612345678,,"]),
        (SettingName.SOS_NUMBERS, {"numbers": []}, ["SOS,,,"]),
        (
            SettingName.ALLOWED_CALLERS,
            {"numbers": [f"+3161234567{each}" for each in range(6)]},
            [
                "WHITELIST1,+31612345670,+31612345671,+31612345672,+31612345673,+31612345674",
                "WHITELIST2,+31612345675,,,,",
            ],
        ),
        (
            SettingName.QUIET_TIMES,
            {"periods": [{"begins": "21:00", "ends": "07:30", "days": [6, 0]}]},
            ["SILENCETIME2,21:00-07:30-1100000" + ",00:00-00:00-0000000" * 3],
        ),
        (
            SettingName.ALARM_CLOCKS,
            {"alarms": [{"at": "07:15", "repeats": "on_days", "days": [0, 5], "on": True}]},
            ["REMIND,07:15-1-3-0100001,00:00-0-1,00:00-0-1"],
        ),
        (SettingName.REPORTING_INTERVAL, {"seconds": 600}, ["UPLOAD,600"]),
        (SettingName.STEP_COUNTER, {"on": True}, ["PEDO,1", "WALKTIME,00:00-23:59,00:00-00:00,00:00-00:00"]),
        (SettingName.STEP_COUNTER, {"on": False}, ["PEDO,0"]),
        (SettingName.TAKE_OFF_ALARM, {"on": True}, ["REMOVE,1"]),
        (SettingName.FALL_ALARM, {"on": False}, ["FALLDOWN,0"]),
        (SettingName.REFUSE_STRANGERS, {"on": True}, ["DEVREFUSEPHONESWITCH,1"]),
        (SettingName.SOUND, {"profile": "silent"}, ["profile,4"]),
        (SettingName.LANGUAGE, {"language": "nl"}, ["LZ,16,+1"]),
        (SettingName.SMS_PASSWORD, {"password": 271_828}, ["PW,271828"]),
    ],
)
@pytest.mark.promise("P-13", guard="adapters.watch.downlink:encoded", part="frames")
@pytest.mark.promise("P-70", guard="adapters.watch.downlink:encoded", part="frames")
def test_each_setting_is_its_words(name: SettingName, desired: Any, frames: list[str]) -> None:
    shipment = shipment_of(any_setting(WATCH, NOON, name=name, desired=desired), receiver())
    assert shipment is not None
    assert contents(shipment) == frames


def test_the_zone_of_a_watch_is_that_of_the_day() -> None:
    setting = any_setting(WATCH, NOON, name=SettingName.LANGUAGE, desired={"language": "en"})
    shipment = shipment_of(setting, receiver(now=SUMMER))
    assert shipment is not None
    assert contents(shipment) == ["LZ,0,+2"]


def people(count: int) -> Contacts:
    return Contacts(tuple(Contact(f"name {each}", f"+316123456{each:02}") for each in range(count)))


def book(count: int, **known: Any) -> Setting:
    return setting_of(SettingName.CONTACTS, people(count), **known)


def test_as_long_as_no_kind_of_phone_book_was_answered_each_attempt_tries_another() -> None:
    tried = [words_of(told(book(2, attempts=attempts))) for attempts in range(3)]
    assert tried == [["PHB", "PHB2"], ["PHL"], ["PHBX", "PHBX"]]


def told(setting: Setting, **known: Any) -> Shipment:
    shipment = shipment_of(setting, receiver(**known))
    assert shipment is not None
    return shipment


@pytest.mark.parametrize("kind", PhoneBook)
@pytest.mark.parametrize("attempts", [0, 1, 2])
def test_the_kind_that_a_watch_has_answered_is_the_one_that_it_is_told(kind: PhoneBook, attempts: int) -> None:
    known = Capabilities(watch_id=WATCH, model="any", experience={kind: Support.ANSWERED})
    setting = book(2, attempts=attempts)
    assert words_of(told(setting, capabilities=known))[0] == kind
    if ROWS[kind] < MOST_CONTACTS:
        assert shipment_of(book(ROWS[kind] + 1), receiver(capabilities=known)) is None


def test_rows_that_are_not_used_any_more_are_cleared() -> None:
    before = content_of(people(12))
    assert words_of(told(book(2, acknowledged=before))) == ["PHB", "PHB2", "PHB3"]
    assert contents(told(book(0, acknowledged=before)))[2] == "PHB3,,,,,,,,,,"
    known = Capabilities(watch_id=WATCH, model="any", experience={PhoneBook.PHBX: Support.ANSWERED})
    shipment = told(book(1, acknowledged=content_of(people(3))), capabilities=known)
    assert contents(shipment)[1:] == ["DPHBX,2", "DPHBX,3"]
    assert shipment.expected_replies == (("PHBX",),) * 3


def test_a_reminder_that_is_gone_is_switched_off() -> None:
    clock = {"at": "08:00", "repeats": "daily", "days": [], "on": True}
    some = {"reminders": [{"clock": clock, "text": "Pil"}] * 2}
    setting = any_setting(WATCH, NOON, name=SettingName.REMINDERS, desired={"reminders": []}, acknowledged=some)
    assert contents(told(setting)) == ["TAKEPILLS,00:00-0-1,1,002d,", "TAKEPILLS,00:00-0-1,2,002d,"]
    assert contents(told(replace(setting, desired=some, acknowledged=None)))[0] == (
        "TAKEPILLS,08:00-1-2,1,00500069006c,"
    )
    assert len(told(replace(setting, acknowledged=None)).frames) == 1, "a watch answers something"


def heard(content: bytes) -> Frame:
    [frame] = frames_in(b"[3G*8800000015*%04x*%b]" % (len(content), content))
    return frame


@pytest.mark.parametrize(
    ("content", "reply"),
    [
        (b"FIND", Reply("FIND", accepted=True)),
        (b"profile,1", Reply("PROFILE", accepted=True)),
        (b"PHBX,0", Reply("PHBX", accepted=False)),
        (b"TK,1", Reply("TK", accepted=True)),
        (b"TK,0", Reply("TK", accepted=False)),
        (b"PW,123456", Reply("PW", accepted=True)),
        (b"LK,1,2,90", None),
        (b"PHLQ", None),
        (b"NEVERHEARD", None),
    ],
)
def test_what_a_frame_answers(content: bytes, reply: Reply | None) -> None:
    assert reply_of(heard(content)) == reply


def test_a_simulated_watchs_answers_are_understood() -> None:
    [frame] = frames_in(encode_uplink(CommandReply("FIND"), ADDRESS))
    assert reply_of(frame) == Reply("FIND", accepted=True)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"PHLQ", {SettingName.CONTACTS}),
        (b"SOSQ", {SettingName.SOS_NUMBERS}),
        (b"REMINDQ", {SettingName.ALARM_CLOCKS}),
        (b"SCHEDULEQ", set()),
        (b"LK", set()),
    ],
)
def test_what_a_watch_asks_for(content: bytes, names: set[SettingName]) -> None:
    assert asked_settings(heard(content)) == names


def test_only_the_guardians_voices_are_ours() -> None:
    assert asks_for_voices(heard(b"TKQ"))
    assert not asks_for_voices(heard(b"TKQ2"))


def test_a_report_of_abilities_is_read() -> None:
    assert reported_by(heard(b"CONFIG,TY:G75,UL:600")) == (("TY", "G75"), ("UL", "600"))
    assert reported_by(heard(b"LK")) is None


@pytest.mark.parametrize(
    ("time_zone", "now", "answer"),
    [
        ("Europe/Amsterdam", NOON, b"LGZONE,+1,13:00:00,2026-11-22"),
        ("Europe/Amsterdam", SUMMER, b"LGZONE,+2,14:00:00,2027-07-01"),
        ("America/Caracas", NOON - timedelta(hours=11), b"LGZONE,-4,21:00:00,2026-11-21"),
        ("Asia/Kolkata", NOON, b"LGZONE,+5.5,17:30:00,2026-11-22"),
    ],
)
def test_a_watch_is_told_the_time_of_its_zone(time_zone: str, now: datetime, answer: bytes) -> None:
    sent = time_answer(heard(b"LGZONE"), time_zone, now)
    assert sent is not None
    [frame] = frames_in(sent)
    assert frame.content == answer


def test_the_bare_time_has_no_zone() -> None:
    sent = time_answer(heard(b"Time"), "Europe/Amsterdam", NOON)
    assert sent is not None
    assert frames_in(sent)[0].content == b"Time,%d" % NOON.timestamp()
    assert time_answer(heard(b"LK"), "Europe/Amsterdam", NOON) is None
