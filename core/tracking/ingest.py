"""Frames into positions and telemetry: an ordered list of named steps.

A batch is taken in two passes: ADMIT in order of receipt, KEEP in order of the corrected time. So a batch that comes
twice, or in another order, leaves the same state.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from core.kernel.clock import Clock
from core.kernel.geo import Point, distance_m
from core.kernel.ids import WatchId
from core.retention.policy import POLICY, is_over
from core.tracking.model import (
    Addressed,
    Doubt,
    NothingKept,
    Position,
    ReceivedFrame,
    Report,
    Source,
    TelemetryReading,
    Undecodable,
)
from core.tracking.ports import (
    Decoder,
    FrameName,
    Positions,
    Quarantine,
    SeenFrames,
    SweepMarks,
    TelemetryReadings,
)
from core.vault.model import EpochOver, Unreadable
from core.vault.ports import Lookup
from core.watches.model import Binding
from core.watches.ports import Devices

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a watch's clock may be off before its time is no time (D3)."""
FIRST_CREDIBLE = datetime.fromisoformat("2015-01-01T00:00:00Z")
"""Clocks that lost their time fall back to 1970, 1980, 1999, 2000 or (GPS week rollover) 2007; no watch is so old."""
MAX_SPEED_KMH = 350
"""No train or car is faster; a plane is, and its positions are only marked."""
MIN_GAP_S = 1.0
"""The resolution of the watch's clock: two fixes of one second are up to a second apart."""
ENOUGH_SATELLITES = 4
"""A fix needs four; a `V` frame with so many has good coordinates all the same."""
NULL_ISLAND = Point(0.0, 0.0)
"""What a watch without a fix sends."""
_MS = 1000
_POSITION = POLICY["position"]


class Outcome(StrEnum):
    """What became of a frame; the names of the counters."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    NOTHING_KEPT = "nothing_kept"
    UNPROVEN = "unproven"
    NOT_A_FRAME = "not_a_frame"
    NOT_BOUND = "not_bound"
    REPLAYED = "replayed"
    TOO_OLD = "too_old"
    ERASED = "erased"
    UNDECODABLE = "undecodable"
    EXPLODED = "exploded"


QUARANTINED = "quarantined"
COORDINATES_REFUSED = "coordinates_refused"
DOUBTFUL = "doubtful"
"""Counters of what may happen to a frame besides its outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What ingest needs. is_outage: whether an exception tells that the world, not the frame, is at fault."""

    decoder: Decoder
    devices: Devices
    positions: Positions
    telemetry: TelemetryReadings
    seen_frames: SeenFrames
    quarantine: Quarantine
    sweep_marks: SweepMarks
    lookup: Lookup
    clock: Clock
    is_outage: Callable[[Exception], bool]
    trust_unproven: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a batch: counts by Outcome and the other counters, and the places of frames to be taken again."""

    counts: Counter[str]
    unfinished: frozenset[int]


class Passage:
    """One frame on its way; each attribute is set by the step that finds it out."""

    __slots__ = (
        "addressed", "at", "binding", "doubts", "fingerprint", "frame", "number", "point", "report", "timed_by_receipt"
    )  # fmt: skip
    addressed: Addressed
    binding: Binding
    report: Report
    fingerprint: str
    at: datetime
    point: Point | None

    def __init__(self, number: int, frame: ReceivedFrame) -> None:
        self.number = number
        self.frame = frame
        self.doubts: set[Doubt] = set()
        self.timed_by_receipt = False

    @property
    def watch_id(self) -> WatchId:
        """The watch that the device was when the frame was received."""
        return self.binding.watch_id

    @property
    def name(self) -> FrameName:
        """What names the frame wherever it comes again."""
        return self.watch_id, self.fingerprint


def in_order(passages: Iterable[Passage]) -> list[Passage]:
    """Return them by time; where times are equal, in an order that the order of receipt does not change."""

    def order(passage: Passage) -> tuple[datetime, int, str, bytes]:
        return passage.at, passage.frame.received_ms, passage.fingerprint, passage.frame.raw

    return sorted(passages, key=order)


class Trail:
    """Where a watch was last without a doubt: by what is stored, and by what this batch has brought so far.

    first, last: the times between which this batch brings positions, in the order of time.
    """

    def __init__(self, positions: Positions, watch_id: WatchId, first: datetime, last: datetime, now: datetime) -> None:
        self._before = partial(positions.latest_before, watch_id, now=now)
        self._brought: Position | None = None
        before_last = self._before(last)
        self._is_alone = before_last is None or before_last.at < first
        self._stored = before_last

    def bring(self, position: Position) -> None:
        """Go on from this position."""
        self._brought = position

    def before(self, at: datetime) -> Position | None:
        """Return the last undoubted position before `at`; one query serves unless positions are stored in between."""
        stored = self._stored if self._is_alone else self._before(at)
        known = [position for position in (stored, self._brought) if position is not None]
        return max(known, key=lambda position: position.at, default=None)


@dataclass(slots=True)
class Batch:
    """What the steps of one batch share."""

    ports: Ports
    now: datetime
    counts: Counter[str] = field(default_factory=Counter)
    bindings: dict[str, Sequence[Binding]] = field(default_factory=dict, repr=False)
    seen: dict[FrameName, datetime] = field(default_factory=dict)
    trails: dict[WatchId, Trail] = field(default_factory=dict)
    marked: set[tuple[WatchId, str | None]] = field(default_factory=set)


Step = Callable[[Passage, Batch], Outcome | None]
"""Does one thing to a frame; an outcome ends its way."""


class Ingest:
    """Takes batches of frames."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports

    def take(self, frames: Sequence[ReceivedFrame]) -> Intake:
        """Take frames of any watches. A frame that fails is quarantined; an outage leaves the rest unfinished."""
        batch = Batch(self.ports, self.ports.clock.now())
        waiting = {number: Passage(number, frame) for number, frame in enumerate(frames)}
        try:
            for passage in list(waiting.values()):
                if _through(ADMIT, passage, batch):
                    del waiting[passage.number]
            passages = in_order(waiting.values())
            _look_ahead(passages, batch)
            for passage in passages:
                if not _through(KEEP, passage, batch):
                    batch.counts[Outcome.STORED] += 1
                del waiting[passage.number]
        except Exception as exception:
            if not self.ports.is_outage(exception):
                raise
        return Intake(batch.counts, frozenset(waiting))


def _through(steps: Sequence[Step], passage: Passage, batch: Batch) -> bool:
    """Take the frame through the steps; tell whether its way ended, and count how."""
    try:
        outcome = next(filter(None, (step(passage, batch) for step in steps)), None)
    except EpochOver:
        outcome = Outcome.TOO_OLD
    except Unreadable:
        outcome = Outcome.ERASED
    except Exception as exception:  # whatever bug a frame meets costs that frame alone
        if batch.ports.is_outage(exception):
            raise
        outcome = Outcome.EXPLODED
    if outcome in (Outcome.UNDECODABLE, Outcome.EXPLODED):
        _quarantine(passage, batch)
    if outcome:
        batch.counts[outcome] += 1
    return outcome is not None


def _look_ahead(passages: Sequence[Passage], batch: Batch) -> None:
    """Ask once for the whole batch what the steps would ask for each frame."""
    timed = {passage.name for passage in passages if passage.report.told_at != passage.frame.received_at}
    batch.seen.update(batch.ports.seen_frames.first_received(timed))
    spans: dict[WatchId, list[datetime]] = {}
    for passage in passages:
        if not is_no_fix(passage.report):
            spans.setdefault(passage.watch_id, []).append(passage.at)
    for watch_id, span in spans.items():
        batch.trails[watch_id] = Trail(batch.ports.positions, watch_id, span[0], span[-1], batch.now)


def _quarantine(passage: Passage, batch: Batch) -> None:
    """Keep the frame sealed where it is known whose it is."""
    if not hasattr(passage, "binding"):
        return
    raw, received_at = passage.frame.raw, passage.frame.received_at
    fingerprint = batch.ports.lookup.of("quarantined frame", raw.decode("latin-1"))
    try:
        batch.ports.quarantine.add(passage.watch_id, received_at, fingerprint, raw)
    except (EpochOver, Unreadable):
        return
    batch.counts[QUARANTINED] += 1


def prove(passage: Passage, batch: Batch) -> Outcome | None:
    """Refuse what came over a connection that did not prove whose it is, unless the stage trusts it."""
    return None if passage.frame.proven or batch.ports.trust_unproven else Outcome.UNPROVEN


def address(passage: Passage, batch: Batch) -> Outcome | None:
    """Read whose frame it is."""
    addressed = batch.ports.decoder.address(passage.frame.raw)
    if addressed is None:
        return Outcome.NOT_A_FRAME
    if isinstance(addressed, NothingKept):
        return Outcome.NOTHING_KEPT
    passage.addressed = addressed
    return None


def bind(passage: Passage, batch: Batch) -> Outcome | None:
    """Find the binding that was open when the frame was received; without one, nothing of the frame is kept."""
    device_id = passage.addressed.device_id
    if device_id not in batch.bindings:
        batch.bindings[device_id] = batch.ports.devices.bindings(device_id)
    binding = open_binding(batch.bindings[device_id], passage.frame.received_at)
    if binding is None:
        return Outcome.NOT_BOUND
    passage.binding = binding
    return None


def open_binding(bindings: Sequence[Binding], at: datetime) -> Binding | None:
    """Return the binding that was open at that instant."""
    return next((binding for binding in bindings if binding.was_open_at(at)), None)


def decode(passage: Passage, batch: Batch) -> Outcome | None:
    """Read what the frame says, and name it."""
    report = batch.ports.decoder.decode(passage.addressed, passage.frame.received_at)
    if isinstance(report, Undecodable):
        return Outcome.UNDECODABLE
    if isinstance(report, NothingKept):
        return Outcome.NOTHING_KEPT
    passage.report = report
    passage.fingerprint = fingerprint_of(report, passage.watch_id, batch.ports.lookup)
    return None


def fingerprint_of(report: Report, watch_id: WatchId, lookup: Lookup) -> str:
    """Return the same text for a frame and its repetition; it tells nothing of the content."""
    return lookup.of("frame", f"{watch_id} {report.identity}")


def correct_time(passage: Passage, batch: Batch) -> Outcome | None:
    """Take the watch's time, or the receive time where its clock is wrong; of what is too old only alarms count."""
    told_at, received_at = passage.report.told_at, passage.frame.received_at
    passage.at = received_at
    if told_at is None or is_incredible(told_at, received_at):
        passage.timed_by_receipt = True
        passage.doubts.add(Doubt.CLOCK_CORRECTED)
    elif is_over(_POSITION.expires_at(told_at), batch.now) or told_at < passage.binding.bound_at - CLOCK_TOLERANCE:
        passage.report = passage.report.alarms_only()
        passage.timed_by_receipt = True
        if not passage.report.alarms:
            return Outcome.TOO_OLD
    else:
        passage.at = told_at.replace(microsecond=told_at.microsecond // _MS * _MS)
    return None


def is_incredible(told_at: datetime, received_at: datetime) -> bool:
    """Tell whether a watch's time is ahead of receipt or absurd (D3)."""
    return told_at > received_at + CLOCK_TOLERANCE or told_at < FIRST_CREDIBLE


def drop_replayed(passage: Passage, batch: Batch) -> Outcome | None:
    """Drop a frame that was received before and stored by its receive time; the same receipt is a new delivery.

    A frame that is stored by its own time needs no memory: its repetition is the same item.
    """
    first = batch.seen.get(passage.name)
    if first is None and passage.timed_by_receipt:
        first = batch.seen[passage.name] = batch.ports.seen_frames.note(passage.name, passage.frame.received_at)
    return Outcome.REPLAYED if is_replay(first, passage.frame.received_at) else None


def is_replay(first_received_at: datetime | None, received_at: datetime) -> bool:
    """Tell whether a frame that is remembered came over a socket once more."""
    return first_received_at is not None and first_received_at != received_at


def locate(passage: Passage, batch: Batch) -> Outcome | None:
    """Take the place that the frame gives, if it can be one."""
    report = passage.report
    passage.point = None if is_no_fix(report) else report.point
    if report.coordinates_refused or (report.point == NULL_ISLAND and report.fix_is_valid):
        batch.counts[COORDINATES_REFUSED] += 1
    if not report.fix_is_valid:
        passage.doubts.add(Doubt.NO_VALID_FIX)
    if report.hemisphere_contradicts:
        passage.doubts.add(Doubt.CONTRADICTORY_HEMISPHERE)
    return None


def is_no_fix(report: Report) -> bool:
    """Tell whether the frame's coordinates are none: out of range, 0,0, or a `V` frame's of too few satellites."""
    if report.point is None or report.coordinates_refused or report.point == NULL_ISLAND:
        return True
    return not report.fix_is_valid and (report.satellites or 0) < ENOUGH_SATELLITES


def judge(passage: Passage, batch: Batch) -> Outcome | None:
    """Mark a place that cannot be reached in the time since the last undoubted one."""
    if passage.point is None:
        return None
    trail = batch.trails[passage.watch_id]
    if is_impossible(trail.before(passage.at), passage.point, passage.at):
        passage.doubts.add(Doubt.IMPOSSIBLE_SPEED)
    if not passage.doubts:
        trail.bring(_position(passage, passage.point))
    return None


def is_impossible(before: Position | None, point: Point, at: datetime) -> bool:
    """Tell whether getting there takes more than MAX_SPEED_KMH."""
    if before is None:
        return False
    gap_s = max((at - before.at).total_seconds(), MIN_GAP_S)
    return distance_m(before.point, point) > gap_s * MAX_SPEED_KMH / 3.6


def mark_day(passage: Passage, batch: Batch) -> Outcome | None:
    """Tell the sweeper of the day, before anything is stored: then nothing is ever stored that it does not know of."""
    if passage.point is None and not passage.report.tells_telemetry:
        return Outcome.NOTHING_KEPT
    day = (passage.watch_id, _POSITION.epoch_id(passage.at))
    if day not in batch.marked:
        batch.ports.sweep_marks.mark(passage.watch_id, passage.at)
        batch.marked.add(day)
    return None


def store(passage: Passage, batch: Batch) -> Outcome | None:
    """Seal and store position and telemetry."""
    is_new = False
    if passage.point is not None:
        is_new = batch.ports.positions.add(_position(passage, passage.point))
        batch.counts[DOUBTFUL] += is_new and bool(passage.doubts)
    if passage.report.tells_telemetry:
        is_new = batch.ports.telemetry.add(_reading(passage)) or is_new
    return None if is_new else Outcome.DUPLICATE


ADMIT: Sequence[Step] = (prove, address, bind, decode, correct_time)
KEEP: Sequence[Step] = (drop_replayed, locate, judge, mark_day, store)


def _position(passage: Passage, point: Point) -> Position:
    report = passage.report
    return Position(
        watch_id=passage.watch_id,
        at=passage.at,
        received_at=passage.frame.received_at,
        point=point,
        source=Source.GPS,
        accuracy_m=report.accuracy_m,
        altitude_m=report.altitude_m,
        speed_kmh=report.speed_kmh,
        course_deg=report.course_deg,
        satellites=report.satellites,
        doubts=frozenset(passage.doubts),
        backlog=report.backlog,
        fingerprint=passage.fingerprint,
    )


def _reading(passage: Passage) -> TelemetryReading:
    report = passage.report
    return TelemetryReading(
        watch_id=passage.watch_id,
        at=passage.at,
        received_at=passage.frame.received_at,
        battery_percent=report.battery_percent,
        signal_percent=report.signal_percent,
        steps=report.steps,
        rolls=report.rolls,
        alarms=report.alarms,
        fingerprint=passage.fingerprint,
    )
