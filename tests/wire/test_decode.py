from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.wire.builders import BODY, PLACE, corpus, events_of, frame_of
from wire.decode import decode
from wire.framing import Frame, Garbage
from wire.messages import (
    AccessPoint,
    Alarm,
    BindingRequest,
    CallRecord,
    CapabilityReport,
    Cell,
    CellReport,
    CommandReply,
    Friends,
    Health,
    Heartbeat,
    ImeiReport,
    KeepAlive,
    Location,
    Malformed,
    MediaPart,
    Message,
    Photo,
    PhotoRequest,
    SettingRequest,
    SimReport,
    SpokenCommand,
    TextMessage,
    TimeRequest,
    Unbinding,
    Unknown,
    VendorReport,
    VideoCall,
    Voice,
    VoiceRequest,
    WeatherRequest,
    WifiScan,
    WifiSetup,
)
from wire.words import WORDS

MAC = "f4:db:e6:d2:a8:00"
FIELDS = BODY.split(",")
NAMES = (
    *("date", "time", "valid", "lat", "ns", "lon", "ew", "speed", "course", "altitude", "sats", "gsm"),
    *("battery", "steps", "rolls", "status"),
)
WITH_VALUES = [entry for entry in corpus("given") if "expected" in entry]
FRAMING_ONLY = [entry for entry in corpus("given") if "first_frame" in entry]


def decoded(content: str | bytes, received_at: datetime | None = None) -> Message:
    return decode(frame_of(content), received_at)


def location(content: str | bytes, received_at: datetime | None = None) -> Location:
    message = decoded(content, received_at)
    assert isinstance(message, Location)
    return message


def body(**changes: str) -> str:
    """Return a UD whose fields are changed by name."""
    values = dict(zip(NAMES, FIELDS, strict=True)) | changes
    return "UD," + ",".join(values[name] for name in NAMES)


def value_in(message: Message, name: str) -> Any:
    if name == "wifi_macs":
        assert isinstance(message, Location)
        return [point.mac for point in message.wifi]
    value = getattr(message, name)
    if name == "fix_time":
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if name == "cells":
        return [{"mcc": cell.mcc, "mnc": cell.mnc, "lac": cell.lac, "cid": cell.cid} for cell in value]
    return value


@pytest.mark.parametrize("entry", WITH_VALUES, ids=lambda entry: f"{entry['type']}-{entry['hex'][-12:]}")
def test_a_real_frame_gives_the_values_it_carries(entry: dict[str, Any]) -> None:
    [frame] = events_of(bytes.fromhex(entry["hex"]))
    assert isinstance(frame, Frame)
    assert (frame.device, frame.index, frame.type) == (entry["device"], entry["index"], entry["type"])
    assert len(frame.content) == entry["content_length"]
    message = decode(frame)
    assert {name: value_in(message, name) for name in entry["expected"]} == entry["expected"]


@pytest.mark.parametrize("entry", FRAMING_ONLY, ids=lambda entry: entry["hex"][:40])
def test_a_real_stream_begins_with_its_first_frame(entry: dict[str, Any]) -> None:
    first = events_of(bytes.fromhex(entry["hex"]))[0]
    assert isinstance(first, Frame)
    message = decode(first)
    if isinstance(message, Voice):  # the corpus gives this frame without its escapes
        assert first.raw[: -len(first.content) - 1] + b"TK," + message.audio + b"]" == bytes.fromhex(
            entry["first_frame"]
        )
    else:
        assert first.raw == bytes.fromhex(entry["first_frame"])


@pytest.mark.parametrize("entry", corpus("more"), ids=lambda entry: entry["hex"][-16:])
def test_every_frame_seen_in_public_is_named_or_called_garbage(entry: dict[str, Any]) -> None:
    events = events_of(bytes.fromhex(entry["hex"]))
    assert events
    for event in events:
        assert isinstance(event, Frame | Garbage)
        if isinstance(event, Frame):
            assert not isinstance(decode(event), Malformed)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("LK", Heartbeat()),
        ("LK,50", Heartbeat()),
        ("LK,50,100,255", Heartbeat(50, 100, 100)),
        ("LK,,x,-1", Heartbeat()),
        ("heart,71", Health(heart_rate_bpm=71)),
        ("HEART,0", Health()),
        ("PULSE,72", Health(heart_rate_bpm=72)),
        ("bphrt,112,73,67,,,,", Health(systolic=112, diastolic=73, heart_rate_bpm=67)),
        ("BP,120,80", Health(systolic=120, diastolic=80)),
        ("oxygen,0,97", Health(oxygen_percent=97)),
        ("oxygen,0", Health()),
        ("btemp2,1,36.6", Health(temperature_c=36.6)),
        ("btemp2,1,0", Health()),
        ("btemp2,1,nan", Health()),
        ("btemp2,1,x", Health()),
        ("TEMP,36.6", Health(temperature_c=36.6)),
        ("PING,1", KeepAlive("PING")),
        ("INIT", KeepAlive("INIT")),
        ("Time", TimeRequest(with_zone=False)),
        ("LGZONE", TimeRequest(with_zone=True)),
        ("WT", WeatherRequest()),
        ("WT,16-09-24,11:00:00,b6e0,2,-5", WeatherRequest()),
        ("WT_FUTR", WeatherRequest()),
        ("PHLQ", SettingRequest("PHL")),
        ("REMINDQ", SettingRequest("REMIND")),
        (b"TK,#!AMR}\x01}\x02}\x03}\x04}\x05\xff", Voice(b"#!AMR}[],*\xff")),
        ("TK", Voice(b"")),
        (b"TK2,\x00\xff", Voice(b"\x00\xff")),
        (b"VOICE,#!AMR", SpokenCommand(b"#!AMR")),
        ("TK,0", CommandReply("TK", accepted=False)),
        ("TKQ", VoiceRequest(of_friends=False)),
        ("TKQ2", VoiceRequest(of_friends=True)),
        (
            b"JXTK,0,a.amr,1,6,}\x04,x",
            MediaPart(channel="0", name="a.amr", number=1, total=6, payload=b",,x"),
        ),
        ("JXTK,0,a.amr,1", Malformed("JXTK", "fields are missing")),
        ("JXTK,0,a.amr,x,6,y", Malformed("JXTK", "a number cannot be read")),
        (
            b"img,5,260917101112,\xff\xd8}\x01",
            Photo(source="5", taken_at=datetime(2026, 9, 17, 10, 11, 12, tzinfo=UTC), image=b"\xff\xd8}"),
        ),
        (b"img,5,2609,\xff", Photo(source="5", taken_at=None, image=b"\xff")),
        ("img,5", Malformed("IMG", "fields are missing")),
        ("wdimgq", PhotoRequest()),
        ("CONFIG,TY:G75,UL:600,odd,", CapabilityReport((("TY", "G75"), ("UL", "600")))),
        ("ICCID,89310,350,204,eid,x", SimReport("89310", "350", "204")),
        ("CCID,89310", SimReport("89310")),
        ("RYIMEI,350", ImeiReport("350")),
        ("RYIMEI", ImeiReport()),
        ("DEVPWDCHECKBIND", BindingRequest()),
        (
            "calllog,+31612345678,004d0061,1,2,1497597457,12",
            CallRecord(
                number="+31612345678",
                name="Ma",
                incoming=True,
                connected=False,
                started_at=datetime(2017, 6, 16, 7, 17, 37, tzinfo=UTC),
                duration_s=12,
            ),
        ),
        (
            "calllog,1,zz,2,1,999999999999999999,x",
            CallRecord(number="1", name=None, incoming=False, connected=True, started_at=None, duration_s=None),
        ),
        ("calllog,1", Malformed("CALLLOG", "fields are missing")),
        ("SMS,+316,,dag, allemaal", TextMessage("+316", "dag, allemaal")),
        ("SMS,1", Malformed("SMS", "fields are missing")),
        ("PPQ,1,2", Friends(removed=False, ids=("1", "2"))),
        ("PPR", Friends(removed=True)),
        ("DLT", Unbinding()),
        ("WIFIINFOUP,004d0061,00700077,thuis,net", WifiSetup("Ma", "thuis,net")),
        ("WIFIINFOUP,1", Malformed("WIFIINFOUP", "fields are missing")),
        (f"WIFISEARCH,2,a,b,{MAC},c,{MAC}", WifiScan((AccessPoint("a,b", MAC, None), AccessPoint("c", MAC, None)))),
        ("WIFICUR,0", WifiScan()),
        ("UPGVUL,x", VideoCall("UPGVUL")),
        (
            "GS1,2,5,206,1,9126,50317,52,9126,50318,32",
            CellReport((Cell(206, 1, 9126, 50317, 52), Cell(206, 1, 9126, 50318, 32))),
        ),
        ("GS1", CellReport()),
        ("APPANDFNREPORT,16,x", VendorReport("APPANDFNREPORT")),
        ("CR", CommandReply("CR")),
        ("FIND,1", CommandReply("FIND")),
        ("PHBX,0", CommandReply("PHBX", accepted=False)),
        ("PHBX,-1", CommandReply("PHBX", accepted=False)),
        ("VERNO,G29_V1.00", CommandReply("VERNO", text="G29_V1.00")),
        ("profile", CommandReply("PROFILE")),
        ("XYZ,1,2", Unknown("XYZ")),
        ("z" * 99, Unknown("z" * 24)),
        ("MONITOR", Unknown("MONITOR")),
        ("UD", Malformed("UD", "fields are missing")),
    ],
)
def test_each_word_gives_its_message(content: str | bytes, message: Message) -> None:
    assert decoded(content) == message


def test_no_known_word_is_left_unknown() -> None:
    assert [word for word in WORDS if isinstance(decoded(f"{word},1,2,3,4,5,6"), Unknown)] == []


@pytest.mark.parametrize(
    "word",
    ["UD", "UD2", "UD3", "UD_LTE", "UD2_LTE", "UD_WCDMA", "UD_TDSCDMA", "UD3_LTE", "AL", "AL_LTE", "AL_TDSCDMA", "WT"],
)
def test_every_location_word_is_read_alike(word: str) -> None:
    report = location(f"{word},{BODY},1,0,204,8,9360,4082,131,1,Ziggo,{MAC},-53,12.0")
    assert report.fix_time == datetime(2026, 7, 22, 13, 46, 52, tzinfo=UTC)
    assert (report.latitude, report.longitude, report.battery_percent) == (52.211157, 5.9699231, 90)
    assert (report.cells, report.accuracy_m) == ((Cell(204, 8, 9360, 4082, 131),), 12.0)
    assert report.wifi == (AccessPoint("Ziggo", MAC, -53),)
    assert report.backlog == (word in ("UD2", "UD3", "UD2_LTE", "UD3_LTE"))
    assert report.refused == ()


@pytest.mark.parametrize("head", ["PP,091046", "RAD,CH", "RG", "RAD,CH,1"])
def test_older_forms_put_fields_before_the_date(head: str) -> None:
    assert location(f"{head},{BODY},0,0") == location(f"UD,{BODY},0,0")


def test_all_alarm_bits_are_told_and_sos_first() -> None:
    assert location(body(status="00010001")).alarms == (Alarm.SOS,)
    assert location(body(status="007F4000")).alarms == tuple(each for each in Alarm if each is not Alarm.GENERAL)
    assert location(body(status="80000000")).status == 0x80000000


@pytest.mark.parametrize("content", ["AL", f"AL,{BODY}", "AL,rubbish", "AL_LTE,1,2,3"])
def test_an_alarm_without_a_known_bit_is_a_general_alarm(content: str) -> None:
    assert location(content).alarms == (Alarm.GENERAL,)


@pytest.mark.parametrize(
    "content",
    [
        body(lat="52,211157", status="00010000"),
        body(speed="4,2", course="9,0", altitude="1,2", status="00010000") + ",0,0",
        body(status="00010000").replace(",4.2", ""),
        body(steps="12345678", status="10000"),
        body(lat="rubbish", lon="", status="00010000"),
        body(date="99", time="", status="00010000"),
        body(status="00010000") + ",9,zz,,,1",
        body(status="00010000") + ",\xff\xfe,]",
        body(status="10000"),
        body(status="00010000") + ",1,0,204,8",
    ],
)
def test_alarm_bits_are_found_in_a_frame_that_is_broken_elsewhere(content: str) -> None:
    assert location(content.replace("UD", "AL", 1)).alarms == (Alarm.SOS,)


@pytest.mark.parametrize(("status", "value"), [("0", 0), ("", None), ("8", 8)])
def test_a_wifi_name_is_no_status(status: str, value: int | None) -> None:
    report = location(body(status=status) + f",0,1,00010000,{MAC},-53")
    assert (report.status, report.alarms) == (value, ())
    assert report.wifi == (AccessPoint("00010000", MAC, -53),)


@pytest.mark.attack("W-18", guard="wire.location:_coordinate", part="the decoder")
@pytest.mark.parametrize(
    ("lat", "ns", "lon", "ew"),
    [
        ("91.0", "N", "5.9", "E"),
        ("52.2", "N", "180.1", "E"),
        ("nan", "N", "5.9", "E"),
        ("52.2", "N", "inf", "E"),
        ("-inf", "S", "5.9", "E"),
        ("52.2", "E", "5.9", "N"),
        ("52.2", "N", "", "E"),
        ("1e99", "N", "5.9", "E"),
        ("x", "N", "y", "E"),
    ],
)
def test_impossible_coordinates_are_refused_and_the_rest_stays(lat: str, ns: str, lon: str, ew: str) -> None:
    report = location(body(lat=lat, ns=ns, lon=lon, ew=ew, status="00010000").replace("UD", "AL", 1))
    assert (report.latitude, report.longitude) == (None, None)
    assert report.coordinates_refused
    assert (report.alarms, report.battery_percent) == ((Alarm.SOS,), 90)


@pytest.mark.parametrize(
    ("lat", "ns", "latitude"),
    [
        ("33.4", "S", -33.4),
        ("-33.4", "S", -33.4),
        ("-33.4", "N", -33.4),
        ("-33.4", "", -33.4),
        (" 9.5", "N", 9.5),
        ("0.0", "S", 0),
    ],
)
def test_sign_and_letter_of_a_hemisphere_may_both_say_minus(lat: str, ns: str, latitude: float) -> None:
    found = location(body(lat=lat, ns=ns)).latitude
    assert found == latitude
    assert not str(found).startswith("-0.0")


def test_coordinates_without_a_fix_are_printed_as_sent() -> None:
    report = location(body(valid="V", lat="0.000000", lon="0.0"))
    assert (report.valid, report.latitude, report.longitude, report.refused) == (False, 0.0, 0.0, ())


@pytest.mark.attack("W-15", guard="wire.location:fix_time", part="the decoder")
@pytest.mark.parametrize(
    ("date", "time"),
    [
        ("221326", "134652"),
        ("320126", "134652"),
        ("220726", "256000"),
        ("nan", "inf"),
        ("000000", "000000"),
        ("2²0726", "134652"),
        ("", ""),
    ],
)
def test_a_moment_that_does_not_exist_is_none_and_the_rest_stays(date: str, time: str) -> None:
    report = location(body(date=date, time=time).encode("latin-1"))
    assert report.fix_time is None
    assert report.latitude == 52.211157
    assert ("fix_time" in report.refused) == bool(date)


def test_without_a_receive_time_dates_are_ddmmyy() -> None:
    assert location(body(date="260722")).fix_time == datetime(2022, 7, 26, 13, 46, 52, tzinfo=UTC)


@pytest.mark.parametrize("date", ["220726", "260722"])
def test_the_date_order_nearest_to_the_receive_time_is_taken(date: str) -> None:
    received_at = datetime(2026, 7, 22, 14, 0, tzinfo=UTC)
    assert location(body(date=date), received_at).fix_time == datetime(2026, 7, 22, 13, 46, 52, tzinfo=UTC)


def test_a_date_that_exists_in_one_order_only_is_read_in_that_order() -> None:
    received_at = datetime(2026, 7, 22, 14, 0, tzinfo=UTC)
    assert location(body(date="991231"), received_at).fix_time == datetime(2099, 12, 31, 13, 46, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "text", "name", "value"),
    [
        ("battery", "255", "battery_percent", 100),
        ("battery", "-1", "battery_percent", None),
        ("gsm", "101", "signal_percent", 100),
        ("sats", "999", "satellites", None),
        ("sats", "7.5", "satellites", None),
        ("speed", "-3", "speed_kmh", None),
        ("speed", "nan", "speed_kmh", None),
        ("course", "inf", "course_deg", None),
        ("altitude", "x", "altitude_m", None),
        ("steps", "-5", "steps", None),
        ("rolls", "99999999999", "rolls", None),
    ],
)
def test_a_number_out_of_range_is_clamped_or_dropped_and_flagged(
    field: str, text: str, name: str, value: object
) -> None:
    report = location(body(**{field: text}))
    assert getattr(report, name) == value
    assert report.refused == (name,)
    assert report.latitude == 52.211157


def test_a_missing_value_is_none_and_no_refusal() -> None:
    report = location(body(speed="", sats="", battery="", steps="", status=""))
    assert (report.speed_kmh, report.satellites, report.battery_percent, report.steps) == (None, None, None, None)
    assert (report.status, report.refused) == (None, ())


def test_a_truncated_report_keeps_what_it_has() -> None:
    report = location("UD2,130418,145006,V,32.187883,N,34.8587693,E,65")
    assert (report.valid, report.latitude, report.speed_kmh, report.battery_percent) == (False, 32.187883, 65.0, None)
    assert (report.cells, report.wifi, report.alarms) == ((), (), ())


@given(st.binary(max_size=200), st.sampled_from([*WORDS, "XYZ", "\xff", "é"]))
@example(b"", "\xff")
@pytest.mark.attack("W-11", guard="wire.framing:_text", part="any bytes in a frame")
def test_whatever_a_frame_holds_there_is_a_message_for_it(arguments: bytes, word: str) -> None:
    content = word.encode("latin-1") + b"," + arguments.replace(b"]", b"").replace(b"[", b"")
    message = decode(frame_of(content), datetime(2026, 7, 22, tzinfo=UTC))
    assert message.kind


@pytest.mark.attack("W-11", guard="wire.decode:_at", part="missing arguments")
@example("OXYGEN", [])
@given(
    st.sampled_from(sorted(WORDS)),
    st.lists(st.sampled_from(["", "0", "1", "nan", "A", "220726", "9" * 5000, MAC, "-", "é"]), max_size=30),
)
def test_whatever_the_arguments_are_there_is_a_message_for_them(word: str, arguments: list[str]) -> None:
    frame = Frame("3G", "8800000015", None, word, ",".join((word, *arguments)).encode("latin-1"), b"")
    assert decode(frame).kind == decode(frame, datetime(2026, 7, 22, tzinfo=UTC)).kind


@pytest.mark.attack("W-11", guard="wire.framing:Frame.__repr__", part="no raw body in logs")
def test_no_repr_shows_personal_data() -> None:
    secrets = ["52.2", "5.96", "Ziggo", MAC, "4082", "+31612345678", "geheim", "8800000015"]
    frames = [
        frame_of(content)
        for content in (
            PLACE,
            "calllog,+31612345678,00670065,1,1,1497597457,12",
            "SMS,+31612345678,,geheim",
            "WIFIINFOUP,0061,0062,geheim",
            "TK,geheim",
            "JXTK,0,geheim,1,2,geheim",
            "img,5,260917101112,geheim",
            "ICCID,8800000015,8800000015",
            "RYIMEI,8800000015",
            "PPQ,8800000015",
            f"WIFISEARCH,1,geheim,{MAC}",
            "GS1,1,5,206,1,9126,4082,52",
            "TS,geheim",
            "geheim,1",
            "heart,52.2",
        )
    ]
    shown = " ".join(repr(decode(frame)) for frame in frames) + " ".join(map(repr, frames[:-2]))
    shown += " ".join(map(repr, (Cell(1, 1, 9360, 4082, 1), AccessPoint("Ziggo", MAC, -1))))
    assert [secret for secret in secrets if secret in shown] == []


@pytest.mark.parametrize("content", ["WIFISET,thuis,geheim,f4:db:e6:d2:a8:00", "PW,geheim"])
def test_a_password_that_a_watch_echoes_ends_in_the_decoder(content: str) -> None:
    word, _, _ = content.partition(",")
    assert decoded(content) == CommandReply(word)


def test_a_wifi_password_ends_in_the_decoder() -> None:
    message = decoded("WIFIINFOUP,004d0061,00700077,thuis")
    assert isinstance(message, WifiSetup)
    assert set(message.__slots__) == {"name", "ssid"}
