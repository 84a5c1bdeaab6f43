"""Received frames, what they report, and what is kept of it: positions and telemetry readings."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.kernel.clock import at_ms
from core.kernel.geo import Point
from core.kernel.ids import WatchId


@dataclass(frozen=True, slots=True)
class ReceivedFrame:
    """A frame as the bridge took it from a socket.

    received_ms: milliseconds since 1970 UTC. connection: random number of the connection. proven: the connection proved
    that it is this device. raw: the frame's bytes with its brackets.
    """

    received_ms: int
    connection: int
    proven: bool
    raw: bytes = field(repr=False)

    @property
    def received_at(self) -> datetime:
        """The instant of receipt."""
        return at_ms(self.received_ms)


@dataclass(frozen=True, slots=True)
class Addressed:
    """A frame of a kind that is kept, and whose it is. content: what the decoder wants back to read the rest."""

    device_id: str = field(repr=False)
    content: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class NothingKept:
    """A frame that was understood and of which nothing is kept (D11 and messages of later work)."""

    kind: str


@dataclass(frozen=True, slots=True)
class Undecodable:
    """A frame of a kind that is kept, but that could not be understood."""


class Cell(NamedTuple):
    """A cell of the network by its public name."""

    mcc: int
    mnc: int
    lac: int
    cid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a frame says of its watch; what it does not tell is None, never 0.

    identity: the same for a frame and its repetition under another word, different for anything else. told_at: when it
    was so by the watch's clock, the receive time for a frame that tells no time by design, None for a time that cannot
    be read. point: as the wire gives it. coordinates_refused: there were coordinates that no place has. tells_alarms:
    the frame is of a kind that would tell an alarm. access_points: hardware addresses in sight, lower case, the
    strongest first; they are neighbours' and never leave the frame's way through ingest. cells: the serving one first.
    """

    identity: str = field(repr=False)
    told_at: datetime | None
    point: Point | None = field(repr=False, default=None)
    coordinates_refused: bool = False
    hemisphere_contradicts: bool = False
    fix_is_valid: bool = False
    satellites: int | None = None
    accuracy_m: float | None = None
    altitude_m: float | None = field(repr=False, default=None)
    speed_kmh: float | None = field(repr=False, default=None)
    course_deg: float | None = field(repr=False, default=None)
    battery_percent: int | None = None
    signal_percent: int | None = None
    steps: int | None = field(repr=False, default=None)
    rolls: int | None = field(repr=False, default=None)
    alarms: tuple[str, ...] = ()
    tells_alarms: bool = False
    backlog: bool = False
    access_points: tuple[str, ...] = field(repr=False, default=())
    cells: tuple[Cell, ...] = field(repr=False, default=())

    @property
    def tells_telemetry(self) -> bool:
        """Whether there is anything to keep besides a place."""
        told = (self.battery_percent, self.signal_percent, self.steps, self.rolls)
        return bool(self.alarms) or any(value is not None for value in told)

    def alarms_only(self) -> "Report":
        """Return what still counts of a report that is too old to be kept."""
        return Report(identity=self.identity, told_at=self.told_at, alarms=self.alarms, backlog=self.backlog)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A voice as the watch sent it, or one part of it.

    name: what the watch calls the whole of which this is part `number` (1 to total); None for a whole one. content: as
    it was sent, whatever it is.
    """

    content: bytes = field(repr=False)
    name: str | None = field(default=None, repr=False)
    number: int = 1
    total: int = 1


class Heard(StrEnum):
    """What became of a recording; the names of the counters."""

    VOICE = "voices"
    PART = "voice_parts"
    KNOWN = "voices_known"
    """It came before."""
    REFUSED = "voices_refused"
    """It is no voice, or too long or large."""


class Source(StrEnum):
    """How a position was found."""

    GPS = "gps"
    WIFI = "wifi"
    CELL = "cell"


class Doubt(StrEnum):
    """Why a position may be wrong; a doubtful one is shown as such."""

    IMPOSSIBLE_SPEED = "impossible_speed"
    """Farther from the last undoubted position than 350 km/h allows."""
    NO_VALID_FIX = "no_valid_fix"
    """The watch itself says that the fix is not valid (V)."""
    CLOCK_CORRECTED = "clock_corrected"
    """The watch's clock was ahead or absurd; the time is that of receipt (D3)."""
    CONTRADICTORY_HEMISPHERE = "contradictory_hemisphere"
    """The sign of a coordinate and its letter disagree."""
    REPORTED_WRONG = "reported_wrong"
    """A guardian said that the watch was not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a watch was.

    at: the corrected fix time (D3), in whole milliseconds: order and retention use it. accuracy_m: as the watch or the
    locator tells, else None. fingerprint: of the frame's body; with `at` it names the position, so that a repeated
    frame is the same position. backlog: sent later, after a gap in the connection.
    """

    watch_id: WatchId
    at: datetime
    received_at: datetime
    point: Point = field(repr=False)
    source: Source
    accuracy_m: float | None
    altitude_m: float | None = field(repr=False)
    speed_kmh: float | None = field(repr=False)
    course_deg: float | None = field(repr=False)
    satellites: int | None
    doubts: frozenset[Doubt]
    backlog: bool
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TelemetryReading:
    """How a watch fares; what it did not tell is None, never 0.

    steps and rolls as the watch counts them (running total or daily, by model). alarms: names as the codec gives them.
    """

    watch_id: WatchId
    at: datetime
    received_at: datetime
    battery_percent: int | None
    signal_percent: int | None
    steps: int | None = field(repr=False)
    rolls: int | None = field(repr=False)
    alarms: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedPlace:
    """Where an access point is, as this watch learned it. access_point: its HMAC under the binding's key.

    learned_at: when it was last seen with a good fix; it is forgotten 89 days after. roams: it was met in two places
    far apart, such as a bus, and tells nothing.
    """

    access_point: str
    point: Point = field(repr=False)
    accuracy_m: float
    learned_at: datetime
    roams: bool = False


@dataclass(frozen=True, slots=True)
class CellPlace:
    """Where a cell is heard: centre and range in metres, as the imported table has them."""

    cell: Cell
    point: Point
    range_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one frame tells those who watch over a watch.

    at: corrected time of the frame, never after its receipt. position: None without a place. alarms: None where the
    frame is of a kind that tells none.
    """

    at: datetime
    received_at: datetime
    position: Position | None
    battery_percent: int | None
    alarms: tuple[str, ...] | None
    backlog: bool
