"""Frames as far as their alarms: whose a frame is, what it says, when that was, and what guardians must hear at once.

Nothing of a frame is stored, and no store but that of the devices is asked, before the alarms of its batch are durable.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from core.kernel.clock import Clock
from core.kernel.ids import WatchId
from core.retention.policy import POLICY, is_over
from core.tracking.alarms import Alarm, AlarmKind, alert_id_of
from core.tracking.model import Addressed, Doubt, NothingKept, ReceivedFrame, Recording, Report, Undecodable
from core.tracking.places import Fix
from core.tracking.ports import AlarmQueue, Decoder, FrameName
from core.vault.model import EpochOver, Unreadable
from core.vault.ports import Lookup
from core.watches.model import Binding
from core.watches.ports import Devices

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a watch's clock may be off before its time is no time (D3)."""
FIRST_CREDIBLE = datetime.fromisoformat("2015-01-01T00:00:00Z")
"""Clocks that lost their time fall back to 1970, 1980, 1999, 2000 or (GPS week rollover) 2007; no watch is so old."""
LATE_AFTER = timedelta(minutes=15)
"""An alarm that is told so long after it happened is history: nobody runs to where the child was then."""
NAMED_FOR = timedelta(minutes=10)
"""Alarms without a credible time of their own are one alert in each span of this length: a watch that gets no answer
repeats itself for less, and one whose clock stands still can call for help again in the next."""
_MS = 1000
_POSITION = POLICY["position"]
_KINDS = {
    "sos": AlarmKind.SOS,
    "fall": AlarmKind.FALL,
    "taken_off": AlarmKind.TAKEN_OFF,
    "low_battery": AlarmKind.LOW_BATTERY,
}
"""All others are general: power cut and bit 22 mean a thing in each model, fences of the watch's own are never set."""


class Outcome(StrEnum):
    """What became of a frame; the names of the counters."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    NOTHING_KEPT = "nothing_kept"
    RECORDING = "recordings"
    """It goes to the inbox."""
    UNPROVEN = "unproven"
    NOT_A_FRAME = "not_a_frame"
    NOT_BOUND = "not_bound"
    REPLAYED = "replayed"
    TOO_OLD = "too_old"
    ERASED = "erased"
    UNDECODABLE = "undecodable"
    EXPLODED = "exploded"


ALARMS = "alarms"
"""Counter of the alarms that were put on the queue, repetitions included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What admission needs. is_outage: whether an exception tells that the world, not the frame, is at fault."""

    decoder: Decoder
    devices: Devices
    lookup: Lookup
    alarms: AlarmQueue
    clock: Clock
    is_outage: Callable[[Exception], bool]
    trust_unproven: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a batch: counts by Outcome and the other counters, and the places of frames to be taken again."""

    counts: Counter[str]
    unfinished: frozenset[int]


class Passage:
    """One frame on its way; each attribute is set by the step that finds it out. outcome: None while it goes on."""

    __slots__ = (
        "addressed", "at", "binding", "doubts", "fingerprint", "fix", "frame", "is_finished", "is_new_place",
        "is_new_reading", "number", "outcome", "recording", "report", "timed_by_receipt",
    )  # fmt: skip
    addressed: Addressed
    binding: Binding
    recording: Recording
    report: Report
    fingerprint: str
    at: datetime

    def __init__(self, number: int, frame: ReceivedFrame) -> None:
        self.number = number
        self.frame = frame
        self.doubts: set[Doubt] = set()
        self.timed_by_receipt = False
        self.fix: Fix | None = None
        self.is_new_place = self.is_new_reading = False
        self.outcome: Outcome | None = None
        self.is_finished = False

    @property
    def watch_id(self) -> WatchId:
        """The watch that the device was when the frame was received."""
        return self.binding.watch_id

    @property
    def name(self) -> FrameName:
        """What names the frame wherever it comes again."""
        return self.watch_id, self.fingerprint


@dataclass(slots=True)
class Reception:
    """What the steps of one batch share."""

    ports: Admission
    now: datetime
    counts: Counter[str] = field(default_factory=Counter)
    bindings: dict[str, Sequence[Binding]] = field(default_factory=dict, repr=False)
    alarms: list[Alarm] = field(default_factory=list)


AnyReception = TypeVar("AnyReception", bound=Reception)
Step = Callable[[Passage, AnyReception], Outcome | None]
"""Does one thing to a frame; an outcome ends its way."""


def raise_alarms_of(frames: Sequence[ReceivedFrame], ports: Admission) -> Intake:
    """Raise the alarms of frames and keep nothing else of them; an outage leaves all unfinished."""
    reception = Reception(ports, ports.clock.now())
    try:
        admit([Passage(number, frame) for number, frame in enumerate(frames)], reception)
    except Exception as exception:
        if not ports.is_outage(exception):
            raise
        return Intake(reception.counts, frozenset(range(len(frames))))
    return Intake(reception.counts, frozenset())


def admit(passages: Iterable[Passage], reception: Reception) -> None:
    """Take frames through ADMIT; the alarms of all that came through are durable when this returns.

    An outage half way is raised after the alarms of those before it.
    """
    try:
        for passage in passages:
            take_through(ADMIT, passage, reception)
    finally:
        raise_noted(reception)


def raise_noted(reception: Reception) -> None:
    """Put the alarms of the batch on the queue, by one call."""
    if reception.alarms:
        reception.ports.alarms.raise_all(reception.alarms)
        reception.counts[ALARMS] += len(reception.alarms)


def take_through(steps: Sequence[Step[AnyReception]], passage: Passage, reception: AnyReception) -> None:
    """Take the frame through the steps until one ends its way; count how it ended. Raise an outage."""
    try:
        passage.outcome = next(filter(None, (step(passage, reception) for step in steps)), None)
    except EpochOver:
        passage.outcome = Outcome.TOO_OLD
    except Unreadable:
        passage.outcome = Outcome.ERASED
    except Exception as exception:  # whatever bug a frame meets costs that frame alone
        if reception.ports.is_outage(exception):
            raise
        passage.outcome = Outcome.EXPLODED
    if passage.outcome:
        reception.counts[passage.outcome] += 1


def address(passage: Passage, reception: Reception) -> Outcome | None:
    """Read whose frame it is."""
    addressed = reception.ports.decoder.address(passage.frame.raw)
    if addressed is None:
        return Outcome.NOT_A_FRAME
    if isinstance(addressed, NothingKept):
        return Outcome.NOTHING_KEPT
    passage.addressed = addressed
    return None


def bind(passage: Passage, reception: Reception) -> Outcome | None:
    """Find the binding that was open when the frame was received; without one, nothing of the frame is kept."""
    device_id = passage.addressed.device_id
    if device_id not in reception.bindings:
        reception.bindings[device_id] = reception.ports.devices.bindings(device_id)
    binding = open_binding(reception.bindings[device_id], passage.frame.received_at)
    if binding is None:
        return Outcome.NOT_BOUND
    passage.binding = binding
    return None


def open_binding(bindings: Sequence[Binding], at: datetime) -> Binding | None:
    """Return the binding that was open at that instant."""
    return next((binding for binding in bindings if binding.was_open_at(at)), None)


def decode(passage: Passage, reception: Reception) -> Outcome | None:
    """Read what the frame says, and name it."""
    report = reception.ports.decoder.decode(passage.addressed, passage.frame.received_at)
    if isinstance(report, Undecodable):
        return Outcome.UNDECODABLE
    if isinstance(report, NothingKept):
        return Outcome.NOTHING_KEPT
    if isinstance(report, Recording):
        passage.recording = report
        return Outcome.RECORDING
    passage.report = report
    passage.fingerprint = fingerprint_of(report, passage.watch_id, reception.ports.lookup)
    return None


def fingerprint_of(report: Report, watch_id: WatchId, lookup: Lookup) -> str:
    """Return the same text for a frame and its repetition; it tells nothing of the content."""
    return lookup.of("frame", f"{watch_id} {report.identity}")


def correct_time(passage: Passage, reception: Reception) -> Outcome | None:
    """Take the watch's time, or the receive time where its clock is wrong; of what is too old only alarms count."""
    told_at, received_at = passage.report.told_at, passage.frame.received_at
    passage.at = received_at
    if told_at is None or is_incredible(told_at, received_at):
        passage.timed_by_receipt = True
        passage.doubts.add(Doubt.CLOCK_CORRECTED)
    elif is_over(_POSITION.expires_at(told_at), reception.now) or told_at < passage.binding.bound_at - CLOCK_TOLERANCE:
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


def note_alarms(passage: Passage, reception: Reception) -> Outcome | None:
    """Note the alarms that go out once the batch is admitted."""
    reception.alarms += alarms_of(passage, reception.ports)
    return None


ADMIT: Sequence[Step[Reception]] = (address, bind, decode, correct_time, note_alarms)


def is_proven(frame: ReceivedFrame, ports: Admission) -> bool:
    """Tell whether the frame's connection proved whose it is, or the stage trusts it all the same."""
    return frame.proven or ports.trust_unproven


def alarms_of(passage: Passage, ports: Admission) -> list[Alarm]:
    """Return the alarms that an admitted frame raises."""
    received_at = passage.frame.received_at
    is_confirmed = is_proven(passage.frame, ports)
    at = passage.at if is_confirmed else received_at  # of what is unproven, no time is believed either
    named_at = naming_instant(passage, is_confirmed=is_confirmed)
    return [
        Alarm(
            alert_id=alert_id_of(
                passage.watch_id, kind, named_at, told_apart_by(passage, kind, is_confirmed=is_confirmed), ports.lookup
            ),
            watch_id=passage.watch_id,
            kind=kind,
            at=at,
            received_at=received_at,
            is_late=passage.report.backlog or received_at - at > LATE_AFTER,
            is_confirmed=is_confirmed,
        )
        for kind in raised_kinds(passage.report, is_confirmed=is_confirmed)
    ]


def raised_kinds(report: Report, *, is_confirmed: bool) -> Sequence[AlarmKind]:
    """Return what the frame's alarms are to guardians, each once; of an unconfirmed one only the call for help."""
    kinds = dict.fromkeys(_KINDS.get(alarm, AlarmKind.GENERAL) for alarm in report.alarms)
    return [kind for kind in kinds if is_confirmed or kind is AlarmKind.SOS]


def told_apart_by(passage: Passage, kind: AlarmKind, *, is_confirmed: bool) -> str:
    """Return what tells an alarm from others of its kind and instant.

    A call for help without a fix by its frame: such watches tell the time of the last fix, and may call twice in it.
    """
    if not is_confirmed:
        return "unconfirmed"  # or a stranger could use up the name of a true call
    has_own_time = passage.report.fix_is_valid or passage.timed_by_receipt
    return passage.fingerprint if kind is AlarmKind.SOS and not has_own_time else ""


def naming_instant(passage: Passage, *, is_confirmed: bool) -> datetime:
    """Return what a repetition of the frame's alarms shares with them: the watch's own time where that can be believed.

    Else the start of the span of receipt; an unconfirmed frame's too, as an attacker chooses the time that it tells.
    """
    if is_confirmed and not passage.timed_by_receipt:
        return passage.at
    received_ms = passage.frame.received_ms
    return passage.frame.received_at - timedelta(milliseconds=received_ms % (NAMED_FOR // timedelta(milliseconds=1)))
