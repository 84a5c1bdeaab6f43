"""From frames of the wire to reports of the core."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import cast

from core.kernel.geo import Point
from core.tracking.model import Addressed, Cell, NothingKept, Recording, Report, Undecodable
from wire.decode import decode
from wire.framing import Frame, Framer
from wire.messages import AccessPoint, Alarm, Heartbeat, Location, Malformed, MediaPart, Voice
from wire.replies import meaning

KEPT_KINDS = frozenset({"location", "heartbeat", "voice", "media_part"})
"""All else that a watch says is dropped unread here: what is not kept at all (D11), and what only the bridge needs."""
_MINUS_WITH_NORTH_OR_EAST = re.compile(rb"(?:[^,]*,){3,6}?[AV],(?:[^,]*,[^,]*,)??\s*-[\d.]*[1-9][\d.]*,[NE],")
"""The sign of a coordinate and its letter disagree."""
_NOT_A_MAKERS = 0x03
_NO_ADDRESS = "00:00:00:00:00:00"  # what fills an empty slot
_WEAKEST = 1_000  # behind all that have a signal


class WireDecoder:
    """Decoder of the watch protocol."""

    def address(self, raw: bytes) -> Addressed | NothingKept | None:
        """Return whose frame it is, NothingKept for a kind that is dropped unread, None when it is no frame."""
        framer = Framer()
        match [*framer.receive(raw), *framer.end()]:
            case [Frame() as frame]:
                kind = meaning(frame).kind
                return Addressed(frame.device, frame) if is_kept(kind) else NothingKept(kind)
        return None

    def decode(self, addressed: Addressed, received_at: datetime) -> Report | Recording | NothingKept | Undecodable:
        """Return what the frame says."""
        frame = cast("Frame", addressed.content)
        match decode(frame, received_at):
            case Location() as location:
                return _located(frame, location)
            case Heartbeat() as heartbeat:
                return _heard(frame, heartbeat, received_at)
            case Voice(audio):
                return Recording(content=audio)
            case MediaPart() as part:
                return Recording(content=part.payload, name=part.name, number=part.number, total=part.total)
            case Malformed():
                return Undecodable()
            case other:
                return NothingKept(other.kind)


def is_kept(kind: str) -> bool:
    """Tell whether anything of such a frame is read here; a kind that nobody decided on is not."""
    return kind in KEPT_KINDS


def _heard(frame: Frame, heartbeat: Heartbeat, received_at: datetime) -> Report:
    """A heartbeat tells no time, so each one is of its receipt and none repeats another."""
    return Report(
        identity=f"{_arguments(frame)} {received_at.isoformat()}",
        told_at=received_at,
        battery_percent=heartbeat.battery_percent,
        steps=heartbeat.steps,
        rolls=heartbeat.rolls,
    )


def _located(frame: Frame, location: Location) -> Report:
    point = None
    if location.latitude is not None and location.longitude is not None:
        point = Point(location.latitude, location.longitude)
    return Report(
        identity=_identity(frame, location),
        told_at=location.fix_time,
        point=point,
        coordinates_refused=location.coordinates_refused,
        hemisphere_contradicts=_MINUS_WITH_NORTH_OR_EAST.match(frame.content) is not None,
        fix_is_valid=location.valid is True,
        satellites=location.satellites,
        accuracy_m=location.accuracy_m,
        altitude_m=location.altitude_m,
        speed_kmh=location.speed_kmh,
        course_deg=location.course_deg,
        battery_percent=location.battery_percent,
        signal_percent=location.signal_percent,
        steps=location.steps,
        rolls=location.rolls,
        alarms=tuple(alarm.value for alarm in location.alarms),
        tells_alarms=True,
        backlog=location.backlog,
        access_points=_access_points(location.wifi),
        cells=tuple(
            Cell(cell.mcc, cell.mnc, cell.lac, cell.cid)
            for cell in location.cells
            if cell.mcc is not None and cell.mnc is not None
        ),
    )


def _access_points(sighted: Iterable[AccessPoint]) -> tuple[str, ...]:
    """Return the addresses that stay where they are, each once, the strongest first; without a signal last."""
    by_strength = sorted(sighted, key=_weakness)
    return tuple(dict.fromkeys(point.mac for point in by_strength if is_stationary(point.mac)))


def _weakness(point: AccessPoint) -> int:
    """Sort dBm, of which some watches leave out the minus."""
    return _WEAKEST if point.signal_dbm is None else abs(point.signal_dbm)


def is_stationary(mac: str) -> bool:
    """Tell whether a maker gave the address: one that is administered locally is a phone's, new on each day or trip.

    IEEE 802: bit 0x02 of the first octet; bit 0x01 is a group's, and no access point has one.
    """
    return mac != _NO_ADDRESS and not int(mac[:2], 16) & _NOT_A_MAKERS


def _identity(frame: Frame, location: Location) -> str:
    """What it says, whatever the word: but an alarm that the word alone tells is not the position before it again."""
    return f"{_arguments(frame)} alarm" if Alarm.GENERAL in location.alarms else _arguments(frame)


def _arguments(frame: Frame) -> str:
    """What follows the word: equal for a position that is sent again as UD2."""
    return frame.content.partition(b",")[2].decode("latin-1")
