"""What watches say, as values. Missing or unusable values are None; coordinates and times are those of the wire.

Whatever is personal (places, numbers, names, networks, sound, pictures, readings) stays out of every repr, so that no
log and no exception can show it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NamedTuple


class Alarm(StrEnum):
    """Alarm bits of the status field, most urgent first. bit_22: abnormal heart rate (A-C) or fall (T)."""

    SOS = "sos"
    LOW_BATTERY = "low_battery"
    ZONE_LEFT = "zone_left"
    ZONE_ENTERED = "zone_entered"
    TAKEN_OFF = "taken_off"
    FALL = "fall"
    POWER_CUT = "power_cut"
    BIT_22 = "bit_22"
    GENERAL = "general"


class Cell(NamedTuple):
    """A cell in reach. signal: rxlev as sent, a 100-170 scale or dBm. CDMA: lac is the nid, cid the base station id."""

    mcc: int | None
    mnc: int | None
    lac: int
    cid: int
    signal: int | None

    def __repr__(self) -> str:
        """Nothing: cells are a place."""
        return "Cell()"


class AccessPoint(NamedTuple):
    """An access point in reach. mac: lower case, each octet with two digits, also where the watch sent one."""

    ssid: str
    mac: str
    signal_dbm: int | None

    def __repr__(self) -> str:
        """Nothing: access points are a place."""
        return "AccessPoint()"


class Location(NamedTuple):
    """A location report, with or without a fix (UD*, AL*, WT, PP, RAD, RG).

    status: the state and alarm bits, unsigned. rolls: turn-overs in sleep. refused: what stood on the wire but cannot
    be (`coordinates`, `fix_time`, `speed_kmh` ...) or was clamped (`battery_percent`, `signal_percent`).
    A tuple, as most of what watches send are locations and a frozen dataclass takes ten times as long to make.
    """

    fix_time: datetime | None = None
    valid: bool | None = None
    latitude: float | None = None
    longitude: float | None = None
    speed_kmh: float | None = None
    course_deg: float | None = None
    altitude_m: float | None = None
    satellites: int | None = None
    signal_percent: int | None = None
    battery_percent: int | None = None
    steps: int | None = None
    rolls: int | None = None
    status: int | None = None
    alarms: tuple[Alarm, ...] = ()
    cells: tuple[Cell, ...] = ()
    wifi: tuple[AccessPoint, ...] = ()
    accuracy_m: float | None = None
    backlog: bool = False
    refused: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """As of every message."""
        return "location"

    @property
    def coordinates_refused(self) -> bool:
        """Whether the frame held coordinates that no place has."""
        return "coordinates" in self.refused

    def __repr__(self) -> str:
        """No place, no steps."""
        return f"Location(valid={self.valid}, status={self.status}, alarms={list(map(str, self.alarms))})"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """LK: the watch is there."""

    kind: ClassVar[str] = "heartbeat"
    steps: int | None = field(default=None, repr=False)
    rolls: int | None = field(default=None, repr=False)
    battery_percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One reading, of one or more quantities."""

    kind: ClassVar[str] = "health"
    heart_rate_bpm: int | None = field(default=None, repr=False)
    systolic: int | None = field(default=None, repr=False)
    diastolic: int | None = field(default=None, repr=False)
    temperature_c: float | None = field(default=None, repr=False)
    oxygen_percent: int | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """PING, KA, WG, INIT: noise of the connection; the arguments vary and mean nothing to us."""

    kind: ClassVar[str] = "keep_alive"
    word: str


@dataclass(frozen=True, slots=True)
class TimeRequest:
    """Time asks for the epoch; LGZONE (with_zone) for zone, local time and date."""

    kind: ClassVar[str] = "time_request"
    with_zone: bool


@dataclass(frozen=True, slots=True)
class WeatherRequest:
    """WT without a location, WT2, WT_FUTR."""

    kind: ClassVar[str] = "weather_request"


@dataclass(frozen=True, slots=True)
class SettingRequest:
    """The watch asks for a setting: PHL, SOS, REMIND or SCHEDULE (D)."""

    kind: ClassVar[str] = "setting_request"
    setting: str


@dataclass(frozen=True, slots=True)
class Voice:
    """TK, TK2: a voice message, AMR without its escapes."""

    kind: ClassVar[str] = "voice"
    audio: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SpokenCommand:
    """VOICE: a command spoken to the watch, AMR."""

    kind: ClassVar[str] = "spoken_command"
    audio: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class VoiceRequest:
    """TKQ asks for waiting voice messages, TKQ2 for those of friends."""

    kind: ClassVar[str] = "voice_request"
    of_friends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPart:
    """JXTK: one part of an upload; number counts from 1 to total. channel: the undocumented first field."""

    kind: ClassVar[str] = "media_part"
    channel: str
    name: str = field(repr=False)
    number: int
    total: int
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """An img frame: a JPEG and when the watch says it was taken."""

    kind: ClassVar[str] = "photo"
    source: str
    taken_at: datetime | None
    image: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PhotoRequest:
    """The watch asks for waiting photos."""

    kind: ClassVar[str] = "photo_request"


@dataclass(frozen=True, slots=True)
class CapabilityReport:
    """CONFIG: what this model can do, as pairs of key and value in the order sent."""

    kind: ClassVar[str] = "capability_report"
    capabilities: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SimReport:
    """ICCID, CCID."""

    kind: ClassVar[str] = "sim_report"
    iccid: str | None = field(default=None, repr=False)
    imei: str | None = field(default=None, repr=False)
    imsi: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ImeiReport:
    """RYIMEI."""

    kind: ClassVar[str] = "imei_report"
    imei: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class BindingRequest:
    """DEVPWDCHECKBIND: the watch asks whether someone owns it."""

    kind: ClassVar[str] = "binding_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """A finished call."""

    kind: ClassVar[str] = "call_record"
    number: str = field(repr=False)
    name: str | None = field(repr=False)
    incoming: bool = field(repr=False)
    connected: bool = field(repr=False)
    started_at: datetime | None = field(repr=False)
    duration_s: int | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """An SMS that the watch received."""

    kind: ClassVar[str] = "text_message"
    number: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Friends:
    """PPQ: the watch's friends; PPR: those that it removed."""

    kind: ClassVar[str] = "friends"
    removed: bool
    ids: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Unbinding:
    """DLT: the watch was unbound by hand."""

    kind: ClassVar[str] = "unbinding"


@dataclass(frozen=True, slots=True)
class WifiSetup:
    """The network that the watch uses. The frame's password ends in the decoder."""

    kind: ClassVar[str] = "wifi_setup"
    name: str | None = field(repr=False)
    ssid: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WifiScan:
    """The answer to WIFISEARCH or WIFICUR."""

    kind: ClassVar[str] = "wifi_scan"
    wifi: tuple[AccessPoint, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class VideoCall:
    """Signalling of a video call (D)."""

    kind: ClassVar[str] = "video_call"
    signal: str


@dataclass(frozen=True, slots=True)
class CellReport:
    """GS1: cells in reach, of model LM003."""

    kind: ClassVar[str] = "cell_report"
    cells: tuple[Cell, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class VendorReport:
    """A word that watches send and no public text explains."""

    kind: ClassVar[str] = "vendor_report"
    word: str


@dataclass(frozen=True, slots=True)
class CommandReply:
    """The watch answers a command by its word. accepted: False where it says 0 or -1. text: its arguments, if more.

    A password that the watch echoes (PW, WIFISET) ends in the decoder.
    """

    kind: ClassVar[str] = "command_reply"
    word: str
    accepted: bool = True
    text: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A TYPE that no text or server names. Only its first characters are kept."""

    kind: ClassVar[str] = "unknown"
    type: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A known TYPE whose arguments cannot be read. reason is one of a few constant texts, without any content."""

    kind: ClassVar[str] = "malformed"
    type: str
    reason: str


Message = (
    Location
    | Heartbeat
    | Health
    | KeepAlive
    | TimeRequest
    | WeatherRequest
    | SettingRequest
    | Voice
    | SpokenCommand
    | VoiceRequest
    | MediaPart
    | Photo
    | PhotoRequest
    | CapabilityReport
    | SimReport
    | ImeiReport
    | BindingRequest
    | CallRecord
    | TextMessage
    | Friends
    | Unbinding
    | WifiSetup
    | WifiScan
    | VideoCall
    | CellReport
    | VendorReport
    | CommandReply
    | Unknown
    | Malformed
)
