"""A recorded track taken through judge and zones in memory, as fast as it goes.

Each zone event is a line of JSON; the last line tells how many points were used, doubtful and dropped.
"""

import argparse
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import gpxpy
from gpxpy.gpx import GPX, GPXException, GPXTrackPoint

from core.kernel.geo import Point, is_on_earth
from core.kernel.ids import WatchId, ZoneId, new_id
from core.tracking.ingest import is_impossible
from core.tracking.model import Doubt, Position, Source
from core.tracking.places import NULL_ISLAND
from core.zones.engine import USUAL_ACCURACY_M, follow, settle
from core.zones.model import Circle, Crossing, InvalidZone, Side, Zone

METRES_PER_HDOP = 5.0
"""What a dilution of 1 is worth with a watch's receiver."""
GPX_VERSION = "1.1"
"""Read as such whatever the file says: 1.0 has the same elements, and writers mix them."""
_ROOT = "<gpx"
_ZONE_FORM = "NAME,LAT,LON,RADIUS_M"
_WATCH = WatchId(new_id())
_EVENTS = {Side.INSIDE: "entered", Side.OUTSIDE: "left"}


class BadTrack(Exception):  # noqa: N818 - an error is named after the fact
    """The file holds no track."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A point of a track."""

    at: datetime
    point: Point
    source: Source
    accuracy_m: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `replay` is told."""
    parser.add_argument("track", type=Path, metavar="TRACK.gpx")
    parser.add_argument("--zone", dest="zones", action="append", default=[], type=zone_of, metavar=_ZONE_FORM)
    parser.add_argument("--interval", type=_positive, metavar="S", help="keep one point for each S seconds")
    parser.add_argument(
        "--accuracy",
        type=_positive,
        default=USUAL_ACCURACY_M,
        metavar="M",
        help="of a point without hdop and <accuracy>, in metres (default: %(default)s)",
    )


def main(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> None:
    """Print what the track brings about; end with status 2 and a sentence where it cannot be read."""
    try:
        track = read(chosen.track)
    except BadTrack as failure:
        parser.error(str(failure))
    counts = Counter(used=0, doubtful=0, dropped=0)
    fixes = thinned(valid(track, chosen.accuracy, counts), timedelta(seconds=chosen.interval or 0))
    names = {zone.zone_id: zone.name for zone in chosen.zones}
    for crossing in crossings(chosen.zones, judged(fixes, counts)):
        at = crossing.at.isoformat().replace("+00:00", "Z")
        print(json.dumps({"time": at, "zone": names[crossing.zone_id], "event": _EVENTS[crossing.into]}))
    print(json.dumps(counts))


def zone_of(text: str) -> Zone:
    """Return the zone that an argument describes; its name may hold commas."""
    try:
        name, latitude, longitude, radius_m = text.rsplit(",", 3)
        shape = Circle(Point(float(latitude), float(longitude)), float(radius_m))
        return Zone(zone_id=ZoneId(new_id()), watch_id=_WATCH, name=name, shape=shape)
    except InvalidZone as failure:
        raise argparse.ArgumentTypeError(f"{text!r}: {failure}") from None
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not {_ZONE_FORM}") from None


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return number


def read(path: Path) -> GPX:
    """Return the file's content; raise BadTrack where it is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if _ROOT not in text:  # gpxpy takes any document
            raise BadTrack(f"{path} is no GPX file: it has no {_ROOT}>")
        return gpxpy.parse(text, version=GPX_VERSION)
    except OSError as failure:
        raise BadTrack(f"{path}: {failure.strerror}") from None
    except UnicodeDecodeError:
        raise BadTrack(f"{path} is not text in UTF-8") from None
    except GPXException as failure:
        raise BadTrack(f"{path} is no GPX file: {failure}") from None


def valid(track: GPX, usual_accuracy_m: float, counts: Counter[str]) -> Iterator[Fix]:
    """Yield the points that can be fixes of a watch: with a time after the last one's, and a place."""
    newest_at: datetime | None = None
    for point in track.walk(only_points=True):
        at, place = _utc(point.time), Point(point.latitude, point.longitude)
        if at is None or not is_on_earth(place) or place == NULL_ISLAND or (newest_at and at <= newest_at):
            counts["dropped"] += 1
            continue
        newest_at = at
        yield Fix(at, place, _source(point), _accuracy_m(point, usual_accuracy_m))


def thinned(fixes: Iterable[Fix], interval: timedelta) -> Iterator[Fix]:
    """Yield those that are at least `interval` after the one before."""
    kept_at: datetime | None = None
    for fix in fixes:
        if kept_at is None or fix.at - kept_at >= interval:
            kept_at = fix.at
            yield fix


def judged(fixes: Iterable[Fix], counts: Counter[str]) -> Iterator[Position]:
    """Yield the fixes as positions received at once, doubted as ingest does it."""
    before: Position | None = None
    for number, fix in enumerate(fixes):
        slack_m = 0.0 if fix.source is Source.GPS or before is None else fix.accuracy_m + (before.accuracy_m or 0.0)
        doubts = {Doubt.IMPOSSIBLE_SPEED} if is_impossible(before, fix.point, fix.at, slack_m) else set()
        position = Position(
            watch_id=_WATCH,
            at=fix.at,
            received_at=fix.at,
            point=fix.point,
            source=fix.source,
            accuracy_m=fix.accuracy_m,
            altitude_m=None,
            speed_kmh=None,
            course_deg=None,
            satellites=None,
            doubts=frozenset(doubts),
            backlog=False,
            fingerprint=str(number),
        )
        if fix.source is Source.GPS and not doubts:
            before = position
        counts["doubtful" if doubts else "used"] += 1
        yield position


def crossings(zones: Sequence[Zone], positions: Iterable[Position]) -> Iterator[Crossing]:
    """Yield what the zones see, the clock moved on until silence tells no more."""
    followed = follow({}, zones, positions)
    yield from followed.crossings
    while followed.look_again_at is not None:
        followed = settle(followed.presence, zones, followed.look_again_at)
        yield from followed.crossings


def _utc(at: datetime | None) -> datetime | None:
    """Return the time in UTC, which GPX prescribes where none is told."""
    if at is None:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _source(point: GPXTrackPoint) -> Source:
    told = (point.source or "").strip().lower()
    return Source(told) if told in tuple(Source) else Source.GPS


def _accuracy_m(point: GPXTrackPoint, usual_m: float) -> float:
    """Return the accuracy: as the extension tells it, else by the dilution, else the usual one."""
    told = next((each.text for each in point.extensions if each.tag.rpartition("}")[2] == "accuracy"), None)
    hdop = point.horizontal_dilution
    for accuracy_m in (_number(told), hdop and hdop * METRES_PER_HDOP):
        if accuracy_m is not None and 0 < accuracy_m < math.inf:
            return accuracy_m
    return usual_m


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
