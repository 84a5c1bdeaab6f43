import re
from datetime import UTC, datetime, time
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire import strategies
from tests.wire.builders import ADDRESS, BODY, DEVICE, events_of, frame_of
from wire.arguments import Command, Contact, InvalidArgument, Period, UnsafeArgument, Weekday, WeeklyPeriod
from wire.commands import COMMANDS, daily, device, health, phone
from wire.decode import decode
from wire.encode import Address, acknowledgement, address_for, encode, parse_command, reply
from wire.encode import frame_of as frame_with
from wire.framing import Frame
from wire.messages import Cell, Location, Message, Unknown
from wire.provisioning import Provisioning, SetAccessPointName, SetServer, SetSmsPassword, provision
from wire.uplink import encode_uplink

ADDRESSES = st.sampled_from([ADDRESS, Address("SG", "689466020014198"), Address("ZJ", "689466020014198", "0001")])
SCHOOL_DAYS = frozenset(Weekday) - {Weekday.SUNDAY, Weekday.SATURDAY}
SECRET_EARS_AND_EYES = {"MONITOR", "RE", "RECORD", "ACALL", "RCAPTURE"}


def only_frame(data: bytes) -> Frame:
    [frame] = events_of(data)
    assert isinstance(frame, Frame)
    return frame


def test_every_command_and_every_message_has_a_strategy() -> None:
    assert set(strategies.COMMANDS) == set(COMMANDS.values())


@given(st.one_of(*strategies.COMMANDS.values()), ADDRESSES)
def test_a_command_is_read_as_it_was_written(command: Command, address: Address) -> None:
    frame = only_frame(encode(command, address))
    assert (frame.manufacturer, frame.device, frame.index) == address
    assert parse_command(frame) == command


@pytest.mark.parametrize("kind", strategies.MESSAGES, ids=lambda kind: kind.__name__)
@given(st.data())
def test_a_message_is_read_as_it_was_written(kind: type[Message], data: st.DataObject) -> None:
    message = data.draw(strategies.MESSAGES[kind])
    frame = only_frame(encode_uplink(message, ADDRESS))
    assert decode(frame) == message


@pytest.mark.parametrize("name", ["AL_LTE", "ALCUSTOMER1", "AL_WCDMA"])
def test_a_message_can_go_out_under_another_word_of_its_kind(name: str) -> None:
    alarm = decode(frame_of(f"{name},{BODY},0,0"))
    assert decode(only_frame(encode_uplink(alarm, ADDRESS, name))) == alarm
    with pytest.raises(ValueError, match="TYPE"):
        encode_uplink(alarm, ADDRESS, "LK")


def test_what_no_watch_sends_cannot_be_written() -> None:
    two_networks = Location(cells=tuple(cell._replace(mnc=number) for number, cell in enumerate(_cells())))
    for message in (Unknown("XYZ"), two_networks):
        with pytest.raises(ValueError):  # noqa: PT011 - two different facts
            encode_uplink(message, ADDRESS)


def _cells() -> tuple[Cell, ...]:
    return (Cell(204, 8, 1, 1, 1), Cell(204, 8, 2, 2, 2))


@pytest.mark.parametrize(
    ("command", "content"),
    [
        (device.Locate(), "CR"),
        (device.SetUploadInterval(600), "UPLOAD,600"),
        (device.SetLanguageAndZone(0, 1.0), "LZ,0,+1"),
        (device.SetLanguageAndZone(5, 11.5), "LZ,5,+11.5"),
        (device.SetZone(-3.0), "ZONE,-3"),
        (device.SetSound(device.Sound.SILENT), "profile,4"),
        (device.SwitchFeature((device.Feature.GPS, True)), "APPLOCK,DW-1"),
        (phone.SetFirstSosNumber("00000000000"), "SOS1,00000000000"),
        (
            phone.SetPhoneBook((Contact("1111111", "friend1"), Contact("2222222", "friend2"))),
            "PHB,1111111,0066007200690065006e00640031,2222222,0066007200690065006e00640032,,,,,,",
        ),
        (
            daily.SetSilence((Period(time(21, 10), time(7, 30)),) * 4),
            "SILENCETIME,21:10-07:30,21:10-07:30,21:10-07:30,21:10-07:30",
        ),
        (
            daily.SetWeeklySilence((WeeklyPeriod(Period(time(8), time(15)), frozenset({Weekday.SUNDAY})),)),
            "SILENCETIME2,08:00-15:00-1000000",
        ),
        (
            daily.SetReminders(
                (
                    daily.Reminder(time(8, 10), True, daily.Frequency.ONCE),
                    daily.Reminder(
                        time(8, 10),
                        True,
                        daily.Frequency.ON_DAYS,
                        frozenset(Weekday) - {Weekday.SUNDAY, Weekday.SATURDAY},
                    ),
                )
            ),
            "REMIND,08:10-1-1,08:10-1-3-0111110",
        ),
        (
            daily.SetTimetable((daily.LessonTime(time(7), time(8)), *[daily.LessonTime()] * 7), "1_1_语文"),
            "SCHEDULE,07000800" + "-00000000" * 7 + ",0031005f0031005f8bed6587",
        ),
        (daily.SendMessage("Hé"), "MESSAGE,004800e9"),
        (health.AlarmOnFall(True), "FALLDOWN,1"),
        (health.SetFallSensitivity((5, 8)), "LSSET,5+8"),
        (health.MeasureHealth(1, True, 300), "HEALTHAUTOSET,1,1,300"),
    ],
)
def test_commands_look_as_the_vendor_texts_and_logs_show_them(command: Command, content: str) -> None:
    assert only_frame(encode(command, ADDRESS)).content.decode() == content


def test_the_length_is_lower_case_hexadecimal_of_the_escaped_bytes() -> None:
    assert encode(daily.SendVoice(b"#!AMR}"), ADDRESS) == b"[3G*8800000015*000a*TK,#!AMR}\x01]"


@pytest.mark.parametrize(
    "make",
    [
        lambda: device.SetUploadInterval(9),
        lambda: device.SetZone(1.1),
        lambda: device.SetZone(99.0),
        lambda: device.JoinWifi("", "x", "f4:db:e6:d2:a8:00"),
        lambda: device.JoinWifi("net", "x", "f4"),
        lambda: phone.Call("112]"),
        lambda: phone.Call("+"),
        lambda: phone.Call("1" * 21),
        lambda: phone.Call("\u0661\u0662"),
        lambda: phone.SetSosNumbers(("1",) * 4),
        lambda: phone.SetPhoneBook((Contact("1", "x" * 11),)),
        lambda: phone.SetContactList((Contact("1", "x"),) * 51),
        lambda: phone.SetContact(1, "x", "1", photo="jpeg"),  # type: ignore[arg-type] # the point of the test
        lambda: daily.SetSilence(()),
        lambda: health.SetSleepTime(Period(time(1, 1, 1), time(2))),
        lambda: daily.SetReminders((daily.Reminder(time(8), True, daily.Frequency.ON_DAYS),)),
        lambda: daily.SetTimetable((), "x"),
        lambda: daily.SendMessage("\ud800"),
        lambda: daily.SendMessage(""),
        lambda: daily.SendVoice(b"<html>"),
        lambda: daily.SendVoice(b"#!AMR" + b"}" * 0x8000),
        lambda: health.SetFallSensitivity((7, 6)),
        lambda: health.SetFallSensitivity((1, 7)),
        lambda: health.MeasureHeartRate(2),
        lambda: health.WarnOfTemperature(20.0, 38.0, True, 1, "1"),
        lambda: health.SetTemperatureTimes(()),
        lambda: SetSmsPassword(123),
    ],
)
def test_a_value_that_cannot_be_sent_makes_no_command(make: object) -> None:
    assert callable(make)
    with pytest.raises(InvalidArgument) as refused:
        make()
    assert not re.search("112|html", str(refused.value))


@pytest.mark.parametrize(
    "content",
    [
        "MONITOR,1",
        "XYZ",
        "CR,1",
        "UPLOAD",
        "UPLOAD,x",
        "UPLOAD,1",
        "LZ,0",
        "LZ,0,x",
        "profile,9",
        "profile,x",
        "REMOVE,2",
        "APPLOCK,ZZ-1",
        "APPLOCK,DW-x",
        "PHB,1,zz,,,,,,,,",
        "SLEEPTIME,21:10",
        "SLEEPTIME,25:10-26:00",
        "SILENCETIME2,08:00-15:00-12",
        "REMIND,08:10",
        "REMIND,08:10-1-9",
        "SCHEDULE,0700,0031",
        "SCHEDULE,99990000-00000000,0031",
        "LSSET,5",
        "LSSET,7+6",
        "SCHEDULE," + "-".join(["07000800"] * 8) + ",zz",
        "SILENCETIME2,08:00-15:00-0000002",
        "BTWARNSET,x,38.0,1,1,1",
        "hrtstart,x",
        "TAKEPILLS,08:10-1-1,1,0031,voice",
        "BTTIMESET,1,xx-1",
    ],
)
def test_what_we_never_send_is_no_command(content: str) -> None:
    assert parse_command(frame_of(content)) is None or content.startswith("TAKEPILLS")


INJECTION = f"Oma],[3G*{DEVICE}*0017*MONITOR,+31612345678"


@pytest.mark.attack("W-12", guard="wire.arguments:require_safe")
@given(st.text(st.sampled_from("ab[],*}\r\n\x00\xff\u4e2d"), min_size=1, max_size=32))
def test_no_plain_text_changes_a_command(name: str) -> None:
    try:
        command = device.JoinWifi(name, "geheim", "f4:db:e6:d2:a8:00")
    except InvalidArgument:
        assert set(name) - set("ab")
        return
    assert parse_command(only_frame(encode(command, ADDRESS))) == command


@pytest.mark.attack("W-12", guard="wire.encode:reads_back")
@pytest.mark.parametrize("argument", [INJECTION, "x]", "x][", "x]\r\n"])
def test_a_frame_that_would_be_read_as_another_is_never_written(argument: str) -> None:
    with pytest.raises(UnsafeArgument):
        frame_with("CR", [argument], ADDRESS)
    with pytest.raises(UnsafeArgument):
        encode(device.Locate(), Address("3G", f"{DEVICE}*0002*CR]["))


@pytest.mark.promise("P-14", guard="wire.escaping:to_hex_text", part="the frame of a phone book")
@given(strategies.contacts(5))
def test_no_name_in_a_phone_book_changes_the_frame(book: tuple[Contact, ...]) -> None:
    named = (*book[:4], Contact("+31612345678", INJECTION[:10]))
    assert parse_command(only_frame(encode(phone.SetPhoneBook(named), ADDRESS))) == phone.SetPhoneBook(named)


class _Impostor(Command):
    word: ClassVar[str] = "MONITOR"

    def arguments(self) -> list[str]:
        return ["+31612345678"]


class _Eye(_Impostor):
    word = "rcapture"


class _Renamed(_Impostor):
    word = "CR"


@pytest.mark.attack("C-01", guard="wire.encode:is_listed")
def test_no_command_listens_records_or_answers_in_secret() -> None:
    assert SECRET_EARS_AND_EYES.isdisjoint(word.upper() for word in COMMANDS)
    for impostor in (_Impostor(), _Renamed()):
        with pytest.raises(TypeError):
            encode(impostor, ADDRESS)
    assert parse_command(frame_of("MONITOR,+31612345678")) is None


@pytest.mark.attack("C-06", guard="wire.encode:is_listed")
def test_no_command_takes_a_picture_from_afar() -> None:
    assert SECRET_EARS_AND_EYES.isdisjoint(word.upper() for word in COMMANDS)
    with pytest.raises(TypeError):
        encode(_Eye(), ADDRESS)


@pytest.mark.parametrize(
    ("what", "users"),
    [
        (r"\bframe_of\b|\bwire\.uplink\b", []),
        # of its words the SMS password alone: tests/adapters/watch/test_downlink.py
        (r"\bwire\.provisioning\b", ["adapters/watch/downlink.py"]),
    ],
)
def test_only_the_codec_itself_builds_frames_from_words(what: str, users: list[str]) -> None:
    root = Path(__file__).parents[2]
    deployed = ("core", "adapters", "lambdas", "device_bridge", "ops")
    found = [
        str(path.relative_to(root))
        for package in deployed
        for path in (root / package).rglob("*.py")
        if re.search(what, path.read_text(encoding="utf-8"))
    ]
    assert found == users


def test_provisioning_words_are_no_commands() -> None:
    class Impostor(Provisioning):
        word: ClassVar[str] = "MONITOR"

        def arguments(self) -> list[str]:
            return []

    assert {"IP", "APN", "PW", "UPGRADE"}.isdisjoint(COMMANDS)
    assert provision(SetServer("watch.example.org", 8001), ADDRESS) == b"[3G*8800000015*0019*IP,watch.example.org,8001]"
    assert provision(SetAccessPointName("iot", None, None, 20404), ADDRESS) == b"[3G*8800000015*000f*APN,iot,,,20404]"
    assert provision(SetSmsPassword(482913), ADDRESS) == b"[3G*8800000015*0009*PW,482913]"
    with pytest.raises(TypeError):
        encode(SetServer("watch.example.org", 8001), ADDRESS)  # type: ignore[arg-type] # the point of the test
    with pytest.raises(TypeError):
        provision(Impostor(), ADDRESS)


def test_no_repr_of_a_command_shows_personal_data() -> None:
    commands = [
        phone.Call("+31612345678"),
        phone.SetPhoneBook((Contact("+31612345678", "Oma"),)),
        daily.SendMessage("geheim"),
        device.JoinWifi("geheim", "geheim", "f4:db:e6:d2:a8:00"),
        Contact("+31612345678", "Oma"),
    ]
    assert not re.search("316|Oma|geheim|f4", repr(commands))


NOW = datetime(2026, 9, 23, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ("LK,1,2,3", "LK"),
        ("AL_LTE", "AL_LTE"),
        ("UD", None),
        ("CONFIG,TY:g36", "CONFIG,1"),
        ("ICCID,1", "ICCID"),
        ("CCID,1", None),
        ("RYIMEI,1", "RYIMEI,1"),
        ("INIT,1", "INIT,1"),
        ("PING,1", "PING"),
        ("KA", "KA"),
        ("WG", "WG"),
        ("TKQ", "TKQ"),
        ("TKQ2", "TKQ2"),
        ("TK", "TK,1"),
        ("TK,#!AMR", "TK,1"),
        ("TK,1", None),
        ("JXTK,0,a,1,2,x", "JXTKR,1"),
        ("img,5,,x", "img"),
        ("heart,71", "heart"),
        ("Heart,71", "Heart"),
        ("bphrt,1,2", "bphrt"),
        ("oxygen,0,97", "oxygen,1"),
        ("btemp2,1,36", "btemp2"),
        ("BLOOD,1,2", "BLOOD"),
        ("calllog,1", "calllog,1"),
        ("SMS,1,,x", "SMS"),
        ("WIFIINFOUP,1,2,3", "WIFIINFOUP,1"),
        ("DLT", "DLT"),
        ("Time", "Time,1790157600"),
        ("LGZONE", f"LGZONE,+0,{NOW:%H:%M:%S},{NOW:%Y-%m-%d}"),
        ("WT", None),
        ("PP", None),
        ("PHLQ", None),
        ("DEVPWDCHECKBIND", None),
        ("VOICE,x", None),
        ("wdimgq", None),
        ("PPQ", None),
        ("UPGVUL", None),
        ("GS1", None),
        ("UPLOAD", None),
        ("XYZ", None),
    ],
)
def test_every_word_gets_the_reply_of_the_protocol(content: str, answer: str | None) -> None:
    frame, indexed = frame_of(content), frame_of(content, index="0003")
    expected = None if answer is None else f"[3G*{DEVICE}*{len(answer):04x}*{answer}]".encode()
    assert reply(frame, decode(frame), now=NOW) == expected
    if not content.startswith(("Time", "LGZONE")):
        assert acknowledgement(frame) == expected
    with_index = None if answer is None else f"[3G*{DEVICE}*0003*{len(answer):04x}*{answer}]".encode()
    assert reply(indexed, decode(indexed), now=NOW) == with_index


@pytest.mark.parametrize("word", ["Time", "LGZONE"])
def test_the_time_is_told_only_by_one_who_knows_it(word: str) -> None:
    frame = frame_of(word)
    assert reply(frame, decode(frame)) is None


def test_commands_to_a_watch_with_an_index_carry_one() -> None:
    assert address_for(frame_of("LK")) == ADDRESS
    assert address_for(frame_of("LK", index="0042")) == Address("3G", DEVICE, "0001")
