"""Frames as a watch sends them: for simulated watches, and to prove that decoding loses nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from wire.encode import Address, frame_of
from wire.escaping import escape, to_hex_text
from wire.messages import (
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
    VendorReport,
    VideoCall,
    Voice,
    VoiceRequest,
    WeatherRequest,
    WifiScan,
    WifiSetup,
)
from wire.words import word_of

Written = tuple[str, list[str]]  # TYPE and its arguments, one character for each byte


def encode_uplink(message: Message, address: Address, type_name: str | None = None) -> bytes:
    """Return the frame by which a watch says this; ValueError where the protocol has no frame for it.

    type_name: instead of the usual TYPE, such as AL_LTE for a location. A WIFIINFOUP goes out without a password.
    """
    writer = _WRITERS.get(type(message))
    if writer is None:
        raise ValueError("no watch sends this")
    usual, arguments = writer(message)
    if type_name is not None and word_of(type_name).kind != word_of(usual).kind:
        raise ValueError("this TYPE does not carry such a message")
    return frame_of(type_name or usual, arguments, address)


def _location(message: Location) -> Written:
    usual = "AL" if Alarm.GENERAL in message.alarms else "UD2" if message.backlog else "UD"
    moment = message.fix_time
    return usual, [
        moment.strftime("%d%m%y") if moment else "",
        moment.strftime("%H%M%S") if moment else "",
        "" if message.valid is None else "A" if message.valid else "V",
        *_coordinate(message.latitude, "N", "S"),
        *_coordinate(message.longitude, "E", "W"),
        _text(message.speed_kmh),
        _text(message.course_deg),
        _text(message.altitude_m),
        _text(message.satellites),
        _text(message.signal_percent),
        _text(message.battery_percent),
        _text(message.steps),
        _text(message.rolls),
        "" if message.status is None else f"{message.status:08X}",
        *_cells(message.cells),
        str(len(message.wifi)),
        *(text for point in message.wifi for text in (_bytes(point.ssid), point.mac, _text(point.signal_dbm))),
        *([] if message.accuracy_m is None else [_text(message.accuracy_m)]),
    ]


def _coordinate(degrees: float | None, positive: str, negative: str) -> tuple[str, str]:
    if degrees is None:
        return "", ""
    return repr(abs(degrees)), negative if degrees < 0 else positive


def _cells(cells: tuple[Cell, ...]) -> list[str]:
    if not cells:
        return ["0"]
    networks = {(cell.mcc, cell.mnc) for cell in cells}
    if len(networks) > 1:
        raise ValueError("cells of a frame are all of one network")
    [(mcc, mnc)] = networks
    numbers = [text for cell in cells for text in (str(cell.lac), str(cell.cid), _text(cell.signal))]
    return [str(len(cells)), "0", _text(mcc), _text(mnc), *numbers]


def _health(message: Health) -> Written:
    if message.oxygen_percent is not None:
        return "oxygen", ["0", str(message.oxygen_percent)]
    if message.temperature_c is not None:
        return "btemp2", ["1", str(message.temperature_c)]
    if message.systolic is None and message.diastolic is None:
        return "heart", [_text(message.heart_rate_bpm)]
    readings = (message.systolic, message.diastolic, message.heart_rate_bpm)
    return "bphrt", [*map(_text, readings), "", "", "", ""]


def _call_record(message: CallRecord) -> Written:
    return "calllog", [
        _bytes(message.number),
        to_hex_text(message.name or ""),
        "1" if message.incoming else "2",
        "1" if message.connected else "2",
        _epoch(message.started_at),
        _text(message.duration_s),
    ]


def _photo(message: Photo) -> Written:
    taken = message.taken_at.strftime("%y%m%d%H%M%S") if message.taken_at else ""
    return "img", [message.source, taken, _escaped(message.image)]


def _sim_report(message: SimReport) -> Written:
    return "ICCID", [_bytes(text or "") for text in (message.iccid, message.imei, message.imsi)]


def _wifi_scan(message: WifiScan) -> Written:
    pairs = [text for point in message.wifi for text in (_bytes(point.ssid), point.mac)]
    return "WIFISEARCH", [str(len(message.wifi)), *pairs]


def _media_part(message: MediaPart) -> Written:
    return "JXTK", [
        message.channel,
        message.name,
        str(message.number),
        str(message.total),
        _escaped(message.payload),
    ]


def _command_reply(message: CommandReply) -> Written:
    if message.text is not None:
        return message.word, [_bytes(message.text)]
    return message.word, ["1" if message.accepted else "0"]


def _text(value: float | None) -> str:
    return "" if value is None else repr(value)


def _bytes(text: str) -> str:
    return text.encode("utf-8").decode("latin-1")


def _escaped(payload: bytes) -> str:
    return escape(payload).decode("latin-1")


def _epoch(moment: datetime | None) -> str:
    return "" if moment is None else str(int(moment.timestamp()))


_WRITERS: Final[dict[type, Callable[[Any], Written]]] = {
    Location: _location,
    Heartbeat: lambda beat: ("LK", [_text(beat.steps), _text(beat.rolls), _text(beat.battery_percent)]),
    Health: _health,
    KeepAlive: lambda message: (message.word, []),
    TimeRequest: lambda message: ("LGZONE" if message.with_zone else "Time", []),
    WeatherRequest: lambda _: ("WT2", []),
    SettingRequest: lambda message: (f"{message.setting}Q", []),
    Voice: lambda message: ("TK", [_escaped(message.audio)]),
    SpokenCommand: lambda message: ("VOICE", [_escaped(message.audio)]),
    VoiceRequest: lambda message: ("TKQ2" if message.of_friends else "TKQ", []),
    MediaPart: _media_part,
    Photo: _photo,
    PhotoRequest: lambda _: ("wdimgq", []),
    CapabilityReport: lambda message: ("CONFIG", [f"{key}:{_bytes(value)}" for key, value in message.capabilities]),
    SimReport: _sim_report,
    ImeiReport: lambda message: ("RYIMEI", [_bytes(message.imei or "")]),
    BindingRequest: lambda _: ("DEVPWDCHECKBIND", []),
    CallRecord: _call_record,
    TextMessage: lambda message: ("SMS", [_bytes(message.number), "", _bytes(message.text)]),
    Friends: lambda message: ("PPR" if message.removed else "PPQ", list(map(_bytes, message.ids))),
    Unbinding: lambda _: ("DLT", []),
    WifiSetup: lambda message: ("WIFIINFOUP", [to_hex_text(message.name or ""), "", _bytes(message.ssid)]),
    WifiScan: _wifi_scan,
    VideoCall: lambda message: (message.signal, []),
    CellReport: lambda message: ("GS1", _cells(message.cells)),
    VendorReport: lambda message: (message.word, []),
    CommandReply: _command_reply,
}
