"""From a frame to what the watch says. Total: whatever bytes a frame holds, there is a message for it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from wire.escaping import from_hex_text, unescape, wire_text
from wire.framing import Frame
from wire.location import MAX_COUNT, VALID_AT, VALIDITY, count, fix_time, percent, read_location
from wire.messages import (
    AccessPoint,
    BindingRequest,
    CallRecord,
    CapabilityReport,
    CellReport,
    CommandReply,
    Friends,
    Health,
    Heartbeat,
    ImeiReport,
    KeepAlive,
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
from wire.network import mac_of, read_cells
from wire.replies import meaning
from wire.words import COMMAND_REPLY_KIND, on_every_network

_TYPE_SHOWN: Final = 24  # an unknown TYPE may be as long as its frame
_LOCATION_FIELDS: Final = 4  # TYPE, date, time, validity: with fewer it is no location
_MAX_BPM: Final = 300
_MAX_MMHG: Final = 300
_BODY_TEMPERATURE_C: Final = (20.0, 50.0)  # btemp2 says 0 for too low and 1 for too high to measure
_MISSING: Final = "fields are missing"
_NO_NUMBER: Final = "a number cannot be read"


class _Unreadable(ValueError):  # noqa: N818 - the error is the fact
    """The arguments are not those of this TYPE; the text is constant and becomes the reason."""


def decode(frame: Frame, received_at: datetime | None = None) -> Message:
    """Return what a frame says. With the (aware) receive time, the date order that is nearest to it is taken."""
    name = frame.type.upper()
    read = _LOCATIONS.get(name)
    if read is not None:
        return read(frame.content.decode("latin-1").split(","), received_at)
    try:
        return _decode_arguments(name, frame)
    except _Unreadable as unreadable:
        return Malformed(name, str(unreadable))


def _decode_arguments(name: str, frame: Frame) -> Message:
    word = meaning(frame)
    _, _, arguments = frame.content.partition(b",")
    if word.kind == COMMAND_REPLY_KIND:
        return _command_reply(name, arguments)
    if name in _PAYLOADS:
        return _PAYLOADS[name](arguments)
    if name in _ARGUMENTS:
        return _ARGUMENTS[name](arguments.decode("latin-1").split(",") if arguments else [])
    return Unknown(frame.type[:_TYPE_SHOWN])


def _location(
    *, is_alarm: bool = False, is_backlog: bool = False, cdma: bool = False
) -> Callable[[list[str], datetime | None], Message]:
    def read(fields: list[str], received_at: datetime | None) -> Message:
        # Even a bare AL is a cry for help.
        if len(fields) < _LOCATION_FIELDS and not is_alarm:
            return Malformed(fields[0], _MISSING)
        return read_location(fields, received_at, is_alarm=is_alarm, is_backlog=is_backlog, cdma=cdma)

    return read


def _weather_request(fields: list[str], received_at: datetime | None) -> Message:
    if len(fields) < _LOCATION_FIELDS or fields[VALID_AT] not in VALIDITY:
        return WeatherRequest()
    return read_location(fields, received_at, is_alarm=False, is_backlog=False)


def _command_reply(name: str, arguments: bytes) -> Message:
    text = wire_text(arguments.decode("latin-1"))
    if text in _VERDICTS:
        return CommandReply(name, accepted=_VERDICTS[text])
    if name in _WITH_PASSWORD:
        return CommandReply(name)
    return CommandReply(name, text=text)


def _heartbeat(arguments: list[str]) -> Message:
    if len(arguments) < 3:  # noqa: PLR2004 - steps, rolls, battery, or no data at all (T)
        return Heartbeat()
    steps, rolls, battery, *_ = arguments
    return Heartbeat(count(steps, MAX_COUNT), count(rolls, MAX_COUNT), percent(battery))


def _heart_rate(arguments: list[str]) -> Message:
    return Health(heart_rate_bpm=_reading(_at(arguments, 0), _MAX_BPM))


def _blood_pressure(arguments: list[str]) -> Message:
    return Health(
        systolic=_reading(_at(arguments, 0), _MAX_MMHG),
        diastolic=_reading(_at(arguments, 1), _MAX_MMHG),
        heart_rate_bpm=_reading(_at(arguments, 2), _MAX_BPM),
    )


def _oxygen(arguments: list[str]) -> Message:
    return Health(oxygen_percent=_reading(_at(arguments, 1), 100))


def _wrist_temperature(arguments: list[str]) -> Message:
    return Health(temperature_c=_celsius(_at(arguments, 1)))


def _temperature(arguments: list[str]) -> Message:
    return Health(temperature_c=_celsius(_at(arguments, 0)))


def _capabilities(arguments: list[str]) -> Message:
    pairs = (argument.partition(":") for argument in arguments if ":" in argument)
    return CapabilityReport(tuple((wire_text(key), wire_text(value)) for key, _, value in pairs))


def _sim(arguments: list[str]) -> Message:
    iccid, imei, imsi = (wire_text(_at(arguments, position)) or None for position in range(3))
    return SimReport(iccid, imei, imsi)


def _call(arguments: list[str]) -> Message:
    if len(arguments) < 6:  # noqa: PLR2004 - number, name, direction, outcome, epoch, seconds
        raise _Unreadable(_MISSING)
    number, name, direction, outcome, epoch, seconds, *_ = arguments
    return CallRecord(
        number=wire_text(number),
        name=from_hex_text(name),
        incoming=direction == "1",
        connected=outcome == "1",
        started_at=_epoch(epoch),
        duration_s=count(seconds, MAX_COUNT),
    )


def _text_message(arguments: list[str]) -> Message:
    if len(arguments) < 3:  # noqa: PLR2004 - number, an empty field, text
        raise _Unreadable(_MISSING)
    number, _, *text = arguments
    return TextMessage(wire_text(number), wire_text(",".join(text)))


def _wifi_setup(arguments: list[str]) -> Message:
    if len(arguments) < 3:  # noqa: PLR2004 - name, password, network
        raise _Unreadable(_MISSING)
    name, _password, *ssid = arguments
    return WifiSetup(from_hex_text(name), wire_text(",".join(ssid)))


def _wifi_scan(arguments: list[str]) -> Message:
    points, name_start = [], 1
    for position, argument in enumerate(arguments):
        mac = mac_of(argument)
        if mac is not None and position > name_start:
            points.append(AccessPoint(wire_text(",".join(arguments[name_start:position])), mac, None))
            name_start = position + 1
    return WifiScan(tuple(points))


def _media_part(arguments: bytes) -> Message:
    fields = arguments.split(b",", 4)
    if len(fields) < 5:  # noqa: PLR2004 - channel, name, number, total, bytes
        raise _Unreadable(_MISSING)
    channel, name, number, total, payload = fields
    if not (number.isdigit() and total.isdigit() and max(len(number), len(total)) <= _PART_DIGITS):
        raise _Unreadable(_NO_NUMBER)
    return MediaPart(
        channel=channel.decode("latin-1"),
        name=name.decode("latin-1"),
        number=int(number),
        total=int(total),
        payload=unescape(payload),
    )


def _photo(arguments: bytes) -> Message:
    fields = arguments.split(b",", 2)
    if len(fields) < 3:  # noqa: PLR2004 - source, time, image
        raise _Unreadable(_MISSING)
    source, taken, image = fields
    stamp = taken.decode("latin-1")
    return Photo(
        source=source.decode("latin-1"),
        taken_at=fix_time(stamp[4:6] + stamp[2:4] + stamp[:2], stamp[6:], None),  # yyMMddHHmmss
        image=unescape(image),
    )


def _at(arguments: list[str], position: int) -> str:
    return arguments[position] if position < len(arguments) else ""


def _reading(field: str, most: int) -> int | None:
    """Return a reading; None for 0, which says that there was none."""
    return count(field, most) or None


def _celsius(field: str) -> float | None:
    try:
        value = float(field)
    except ValueError:
        return None
    least, most = _BODY_TEMPERATURE_C
    return value if least <= value <= most else None


def _epoch(field: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(field), UTC)
    except (ValueError, OverflowError, OSError):
        return None


_PART_DIGITS: Final = 6  # far more parts than any limit lets pass
_WITH_PASSWORD: Final = ("PW", "WIFISET")  # a watch may echo the arguments, which end here
_VERDICTS: Final = {"": True, "1": True, "0": False, "-1": False}

_LOCATIONS: Final = {
    **dict.fromkeys((*on_every_network("UD"), "PP", "RAD", "RG"), _location()),
    **dict.fromkeys(on_every_network("UD2", "UD3"), _location(is_backlog=True)),
    **dict.fromkeys((*on_every_network("AL"), "ALCUSTOMER1"), _location(is_alarm=True)),
    "UD_CDMA": _location(cdma=True),
    **dict.fromkeys(("UD2_CDMA", "UD3_CDMA"), _location(is_backlog=True, cdma=True)),
    "AL_CDMA": _location(is_alarm=True, cdma=True),
    "WT": _weather_request,
}

_PAYLOADS: Final[dict[str, Callable[[bytes], Message]]] = {
    "TK": lambda payload: Voice(unescape(payload)),
    "TK2": lambda payload: Voice(unescape(payload)),
    "VOICE": lambda payload: SpokenCommand(unescape(payload)),
    "JXTK": _media_part,
    "IMG": _photo,
}

_ARGUMENTS: Final[dict[str, Callable[[list[str]], Message]]] = {
    "LK": _heartbeat,
    **dict.fromkeys(("HEART", "HR", "PULSE"), _heart_rate),
    **dict.fromkeys(("BPHRT", "BLOOD", "BP"), _blood_pressure),
    "OXYGEN": _oxygen,
    "BTEMP2": _wrist_temperature,
    "TEMP": _temperature,
    "CONFIG": _capabilities,
    **dict.fromkeys(("ICCID", "CCID"), _sim),
    "RYIMEI": lambda arguments: ImeiReport(wire_text(_at(arguments, 0)) or None),
    "CALLLOG": _call,
    "SMS": _text_message,
    "WIFIINFOUP": _wifi_setup,
    **dict.fromkeys(("WIFISEARCH", "WIFICUR"), _wifi_scan),
    "PPQ": lambda arguments: Friends(removed=False, ids=tuple(map(wire_text, arguments))),
    "PPR": lambda arguments: Friends(removed=True, ids=tuple(map(wire_text, arguments))),
    "GS1": lambda arguments: CellReport(read_cells(arguments, 0)),
    "TIME": lambda _: TimeRequest(with_zone=False),
    "LGZONE": lambda _: TimeRequest(with_zone=True),
    "TKQ": lambda _: VoiceRequest(of_friends=False),
    "TKQ2": lambda _: VoiceRequest(of_friends=True),
    "WDIMGQ": lambda _: PhotoRequest(),
    "DEVPWDCHECKBIND": lambda _: BindingRequest(),
    "DLT": lambda _: Unbinding(),
    **dict.fromkeys(("WT2", "WT_FUTR"), lambda _: WeatherRequest()),
}


def _named(words: tuple[str, ...], message: Callable[[str], Message]) -> dict[str, Callable[[list[str]], Message]]:
    return {word: lambda _, word=word: message(word) for word in words}  # type: ignore[misc] # mypy has no defaults here


_ARGUMENTS.update(
    {
        **_named(("PING", "KA", "WG", "INIT"), KeepAlive),
        **_named(("UPGVUL", "UPVCALLAPP", "UPWATCHHANGUP"), VideoCall),
        **_named(("APPANDFNREPORT", "APPCONTACTTEL", "SMSREMINDSTATUSINFO", "FFZDPAYH5", "SHBR"), VendorReport),
        **_named(("PHLQ", "SOSQ", "REMINDQ", "SCHEDULEQ"), lambda word: SettingRequest(word.removesuffix("Q"))),
    }
)
