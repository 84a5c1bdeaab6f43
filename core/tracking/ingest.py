"""Frames into positions, telemetry and alarms: ordered lists of named steps.

A batch is taken in passes: ADMIT in order of receipt, after which its alarms are on their way; KEEP in order of the
corrected time; then those are told who watch over a watch or look at it; voices come last, as they take longest. So a
batch that comes twice, or in another order, leaves the same state.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from core.kernel.geo import Point, distance_m
from core.kernel.ids import WatchId
from core.retention.policy import POLICY
from core.tracking.admission import (
    Admission,
    Intake,
    Outcome,
    Passage,
    Reception,
    Step,
    admit,
    is_proven,
    take_through,
)
from core.tracking.model import Doubt, Position, ReceivedFrame, Report, Sighting, Source, TelemetryReading
from core.tracking.places import NULL_ISLAND, Fix, Surroundings, is_good_fix
from core.tracking.ports import (
    AccessPointNames,
    Cells,
    FrameName,
    Inbox,
    LearnedPlaces,
    LiveFeed,
    NotAsked,
    Positions,
    Quarantine,
    SeenFrames,
    SweepMarks,
    TelemetryReadings,
    Watchkeeper,
)
from core.vault.model import EpochOver, Unreadable

MAX_SPEED_KMH = 350
"""No train or car is faster; a plane is, and its positions are only marked."""
MIN_GAP_S = 1.0
"""The resolution of the watch's clock: two fixes of one second are up to a second apart."""
_POSITION = POLICY["position"]

UNREAD = frozenset({Outcome.UNDECODABLE, Outcome.EXPLODED})
TOLD = frozenset({Outcome.STORED, Outcome.DUPLICATE, Outcome.NOTHING_KEPT})
"""Of these the watchkeeper is told, even where nothing was kept: the watch was heard."""

VOICE_PATIENCE = timedelta(seconds=30)
"""How long a voice that cannot be stored holds up what stands behind it: that may be a call for help."""

QUARANTINED = "quarantined"
COORDINATES_REFUSED = "coordinates_refused"
DOUBTFUL = "doubtful"
UNWATCHED = "unwatched"
"""Watches whose watchkeeping met a bug in this batch; their frames are stored."""
UNHEARD = "unheard"
"""Voices that could not be stored in time, and were quarantined."""
NOT_ASKED = "not_asked"
"""Watches that could not be asked for another point: no batch waits for that, as a call for help may stand behind."""
NOT_SHOWN = "not_shown"
"""Batches in which those who are looking could not be told of new positions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports(Admission):
    """What ingest needs."""

    positions: Positions
    telemetry: TelemetryReadings
    seen_frames: SeenFrames
    quarantine: Quarantine
    sweep_marks: SweepMarks
    learned_places: LearnedPlaces
    access_point_names: AccessPointNames
    cells: Cells
    watchkeeper: Watchkeeper
    live_feed: LiveFeed
    inbox: Inbox


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
class Batch(Reception):
    """What the steps of one batch share besides."""

    ports: Ports
    seen: dict[FrameName, datetime] = field(default_factory=dict)
    spans: dict[WatchId, tuple[datetime, datetime]] = field(default_factory=dict)
    trails: dict[WatchId, Trail] = field(default_factory=dict)
    marked: set[tuple[WatchId, str | None]] = field(default_factory=set)
    kept: list[Passage] = field(default_factory=list)
    surroundings: Surroundings = field(init=False)

    def __post_init__(self) -> None:
        """Begin with unknown surroundings."""
        ports = self.ports
        self.surroundings = Surroundings(ports.learned_places, ports.access_point_names, ports.cells, self.now)


class Ingest:
    """Takes batches of frames."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports

    def take(self, frames: Sequence[ReceivedFrame]) -> Intake:
        """Take frames of any watches. A frame that fails is quarantined; an outage leaves the rest unfinished."""
        batch = Batch(self.ports, self.ports.clock.now())
        passages = [Passage(number, frame) for number, frame in enumerate(frames)]
        with _until_outage(self.ports.is_outage):
            admit(passages, batch)
            keep(passages, batch)
        with _until_outage(self.ports.is_outage):
            tell(batch)
        with _until_outage(self.ports.is_outage):
            hear(passages, batch)
        return Intake(batch.counts, frozenset(passage.number for passage in passages if not passage.is_finished))


@contextmanager
def _until_outage(is_outage: Callable[[Exception], bool]) -> Iterator[None]:
    """Go on behind the block where an outage ends it."""
    try:
        yield
    except Exception as exception:
        if not is_outage(exception):
            raise


def keep(passages: Sequence[Passage], batch: Batch) -> None:
    """Take what was admitted and is proven through KEEP; quarantine what could not be read. Raise an outage."""
    admitted = [passage for passage in passages if passage.outcome is None]
    for passage in admitted:
        take_through((prove,), passage, batch)
    for passage in passages:
        if passage.outcome not in (None, Outcome.RECORDING):
            _quarantine_unread(passage, batch)
            passage.is_finished = True
    proven = in_order(passage for passage in admitted if passage.outcome is None)
    look_ahead(proven, batch)
    for passage in proven:
        take_through(KEEP, passage, batch)
        _quarantine_unread(passage, batch)
        if passage.outcome in TOLD:
            batch.kept.append(passage)
        else:
            passage.is_finished = True


def _quarantine_unread(passage: Passage, batch: Batch) -> None:
    """Keep a frame that could not be understood, where it is known whose it is."""
    if passage.outcome in UNREAD and hasattr(passage, "binding"):
        _quarantine(passage, batch)


def _quarantine(passage: Passage, batch: Batch) -> None:
    """Keep a frame sealed, where it is proven whose it is."""
    if not is_proven(passage.frame, batch.ports):
        return
    raw, received_at = passage.frame.raw, passage.frame.received_at
    fingerprint = batch.ports.lookup.of("quarantined frame", raw.decode("latin-1"))
    try:
        batch.ports.quarantine.add(passage.watch_id, received_at, fingerprint, raw)
    except (EpochOver, Unreadable):
        return
    batch.counts[QUARANTINED] += 1


def look_ahead(passages: Sequence[Passage], batch: Batch) -> None:
    """Ask once for the whole batch what the steps would ask for each frame."""
    timed = {passage.name for passage in passages if passage.report.told_at != passage.frame.received_at}
    batch.seen.update(batch.ports.seen_frames.first_received(timed))
    reports: dict[WatchId, list[Report]] = {}
    for passage in passages:
        first, _ = batch.spans.get(passage.watch_id, (passage.at, passage.at))
        batch.spans[passage.watch_id] = first, passage.at
        reports.setdefault(passage.watch_id, []).append(passage.report)
    batch.surroundings.look_ahead(reports)


def tell(batch: Batch) -> None:
    """Tell the watchkeeper of each watch, in order of time, and those who are looking. Raise an outage of the former.

    What came before is told again: only thereby does nothing stay untold when an outage cut off the first delivery.
    """
    kept: dict[WatchId, list[Passage]] = {}
    for passage in batch.kept:
        kept.setdefault(passage.watch_id, []).append(passage)
    for watch_id, of_watch in kept.items():
        try:
            batch.ports.watchkeeper.saw(watch_id, [_sighting(passage) for passage in of_watch])
        except NotAsked:
            batch.counts[NOT_ASKED] += 1
        except Exception as exception:  # whatever bug watchkeeping meets costs one watch's zone alarms, not its history
            if batch.ports.is_outage(exception):
                raise
            batch.counts[UNWATCHED] += 1
        for passage in of_watch:
            passage.is_finished = True
        _show(watch_id, of_watch, batch)


def _show(watch_id: WatchId, passages: Iterable[Passage], batch: Batch) -> None:
    new = [_position(passage, passage.fix) for passage in passages if passage.fix and passage.is_new_place]
    if not new or batch.counts[NOT_SHOWN]:  # after one failure, each other would take as long to fail
        return
    try:
        batch.ports.live_feed.stored(watch_id, new)
    except Exception:  # noqa: BLE001 - a live view that misses a point shows the next one; a batch is worth more
        batch.counts[NOT_SHOWN] += 1


def hear(passages: Iterable[Passage], batch: Batch) -> None:
    """Give the recordings to the inbox, in order of receipt; of an unproven connection none.

    After an outage no other is tried, as each would take as long to fail. Raise it, unless they have waited too long.
    """
    recordings = [passage for passage in passages if passage.outcome is Outcome.RECORDING]
    outage: Exception | None = None
    for passage in sorted(recordings, key=lambda passage: passage.frame.received_ms):
        passage.outcome = None
        if outage is None:
            try:
                take_through(HEAR, passage, batch)
            except Exception as exception:
                if not batch.ports.is_outage(exception):
                    raise
                outage = exception
        if outage is not None:
            if batch.now - passage.frame.received_at < VOICE_PATIENCE:
                raise outage
            _quarantine(passage, batch)
            batch.counts[UNHEARD] += 1
        passage.is_finished = True


def receive(passage: Passage, batch: Batch) -> Outcome | None:
    """Give it to the inbox; count what became of it."""
    heard = batch.ports.inbox.received(passage.watch_id, passage.recording, passage.frame.received_at)
    batch.counts[heard] += 1
    return None


def prove(passage: Passage, batch: Batch) -> Outcome | None:
    """Keep nothing of what came over a connection that did not prove whose it is, unless the stage trusts it."""
    return None if is_proven(passage.frame, batch.ports) else Outcome.UNPROVEN


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
    """Find the best place that the frame gives."""
    report = passage.report
    passage.fix = batch.surroundings.locate(passage.watch_id, report, passage.at)
    if report.coordinates_refused or (report.point == NULL_ISLAND and report.fix_is_valid):
        batch.counts[COORDINATES_REFUSED] += 1
    if passage.fix is not None and passage.fix.source is Source.GPS:
        passage.doubts |= doubts_of_gps(report)
    return None


def doubts_of_gps(report: Report) -> set[Doubt]:
    """Return why the watch's own fix may be wrong by the report alone."""
    doubts = set()
    if not report.fix_is_valid:
        doubts.add(Doubt.NO_VALID_FIX)
    if report.hemisphere_contradicts:
        doubts.add(Doubt.CONTRADICTORY_HEMISPHERE)
    return doubts


def judge(passage: Passage, batch: Batch) -> Outcome | None:
    """Mark a place that cannot be reached in the time since the last undoubted one by GPS: only those lead the way."""
    fix, watch_id = passage.fix, passage.watch_id
    if fix is None:
        return None
    if watch_id not in batch.trails:
        batch.trails[watch_id] = Trail(batch.ports.positions, watch_id, *batch.spans[watch_id], batch.now)
    trail = batch.trails[watch_id]
    before = trail.before(passage.at)
    is_gps = fix.source is Source.GPS
    slack_m = 0.0 if is_gps or before is None else (fix.accuracy_m or 0.0) + (before.accuracy_m or 0.0)
    if is_impossible(before, fix.point, passage.at, slack_m):
        passage.doubts.add(Doubt.IMPOSSIBLE_SPEED)
    if is_gps and not passage.doubts:
        trail.bring(_position(passage, fix))
    return None


def is_impossible(before: Position | None, point: Point, at: datetime, slack_m: float = 0.0) -> bool:
    """Tell whether getting there takes more than MAX_SPEED_KMH. slack_m: by which the distance may be wrong."""
    if before is None:
        return False
    gap_s = max((at - before.at).total_seconds(), MIN_GAP_S)
    return distance_m(before.point, point) - slack_m > gap_s * MAX_SPEED_KMH / 3.6


def mark_day(passage: Passage, batch: Batch) -> Outcome | None:
    """Tell the sweeper of the day, before anything is stored: then nothing is ever stored that it does not know of."""
    if passage.fix is None and not passage.report.tells_telemetry:
        return Outcome.NOTHING_KEPT
    day = (passage.watch_id, _POSITION.epoch_id(passage.at))
    if day not in batch.marked:
        batch.ports.sweep_marks.mark(passage.watch_id, passage.at)
        batch.marked.add(day)
    return None


def store(passage: Passage, batch: Batch) -> Outcome | None:
    """Seal and store position and telemetry."""
    if passage.fix is not None:
        passage.is_new_place = batch.ports.positions.add(_position(passage, passage.fix))
        batch.counts[DOUBTFUL] += passage.is_new_place and bool(passage.doubts)
    if passage.report.tells_telemetry:
        passage.is_new_reading = batch.ports.telemetry.add(_reading(passage))
    return None


def learn(passage: Passage, batch: Batch) -> Outcome | None:
    """Learn from a good fix where the access points in sight are."""
    if not passage.doubts and is_good_fix(passage.report):
        batch.surroundings.learn(passage.watch_id, passage.report, passage.at)
    return None


def conclude(passage: Passage, _batch: Batch) -> Outcome | None:
    """Tell what became of the frame."""
    return Outcome.STORED if passage.is_new_place or passage.is_new_reading else Outcome.DUPLICATE


KEEP: Sequence[Step[Batch]] = (drop_replayed, locate, judge, mark_day, store, learn, conclude)
HEAR: Sequence[Step[Batch]] = (prove, receive)


def _sighting(passage: Passage) -> Sighting:
    report, received_at = passage.report, passage.frame.received_at
    return Sighting(
        at=min(passage.at, received_at),
        received_at=received_at,
        position=None if passage.fix is None else _position(passage, passage.fix),
        battery_percent=report.battery_percent,
        alarms=report.alarms if report.tells_alarms else None,
        backlog=report.backlog,
    )


def _position(passage: Passage, fix: Fix) -> Position:
    report, is_gps = passage.report, fix.source is Source.GPS
    return Position(
        watch_id=passage.watch_id,
        at=passage.at,
        received_at=passage.frame.received_at,
        point=fix.point,
        source=fix.source,
        accuracy_m=fix.accuracy_m,
        altitude_m=report.altitude_m if is_gps else None,
        speed_kmh=report.speed_kmh if is_gps else None,
        course_deg=report.course_deg if is_gps else None,
        satellites=report.satellites if is_gps else None,
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
