"""Zones, sealed under their watch's key."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import time
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from adapters.dynamo.record import Record, fit, holding, understood
from adapters.dynamo.tables import TABLES
from core.kernel.geo import Point
from core.kernel.ids import WatchId, ZoneId
from core.retention.policy import POLICY
from core.vault.model import SealedUnder
from core.vault.ports import Sealer
from core.zones.model import ZONES_PER_WATCH, Circle, Polygon, Schedule, Shape, TooManyZones, Window, Zone


class ZoneRecord(Record):
    """payload: sealed JSON of all but the ids and the version."""

    table = TABLES["zones"]
    attribute_classes = holding(zone=("watch_id", "zone_id", "revision", "payload"))

    watch_id = UnicodeAttribute(hash_key=True)
    zone_id = UnicodeAttribute(range_key=True)
    revision = NumberAttribute()
    payload = BinaryAttribute(legacy_encoding=False)

    @classmethod
    def of(cls, zone: Zone, sealer: Sealer) -> "ZoneRecord":
        """Return the stored shape; raise as Sealer does."""
        record = cls(zone.watch_id, zone.zone_id, revision=zone.version)
        record.payload = sealer.seal(json.dumps(_content_of(zone), separators=(",", ":")).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> Zone:
        """Return the zone; raise Unreadable, or what `understood` takes for another shape."""
        content: dict[str, Any] = json.loads(sealer.open(self.payload, self._place()))
        return Zone(
            zone_id=ZoneId(self.zone_id),
            watch_id=WatchId(self.watch_id),
            shape=_shape(content.pop("shape")),
            schedule=schedule_of(content.pop("schedule")),
            version=int(self.revision),
            **content,
        )

    def _place(self) -> SealedUnder:
        return SealedUnder(
            data_class=POLICY["zone"],
            subject_id=self.watch_id,
            table=self.table.name,
            key=(self.watch_id, self.zone_id),
        )


class DynamoZones:
    """Zones in their table, always read consistently."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def of_watch(self, watch_id: WatchId) -> Sequence[Zone]:
        """Return the watch's zones by zone_id; what does not open is passed over."""
        return list(self._zones(fit(ZoneRecord.query(watch_id, consistent_read=True))))

    def get(self, watch_id: WatchId, zone_id: ZoneId) -> Zone | None:
        """Return a zone of this watch."""
        record = ZoneRecord.find(watch_id, zone_id)
        return None if record is None else next(self._zones([record]), None)

    def put(self, zone: Zone) -> None:
        """Store a new zone.

        The zones are counted before it is stored, so as many as are drawn in one instant may be too many.
        """
        record = ZoneRecord.of(zone, self._sealer)
        if ZoneRecord.count(zone.watch_id, consistent_read=True) >= ZONES_PER_WATCH:
            raise TooManyZones("the watch has as many zones as it may have")
        record.put()

    def replace(self, zone: Zone) -> Zone | None:
        """Store it in the place of the version that it names."""
        stored = replace(zone, version=zone.version + 1)
        unchanged = ZoneRecord.revision == zone.version
        return stored if ZoneRecord.of(stored, self._sealer).put(unchanged) else None

    def remove(self, watch_id: WatchId, zone_id: ZoneId) -> bool:
        """Remove it; tell whether it was there."""
        return ZoneRecord(watch_id, zone_id).remove()

    def _zones(self, found: Iterable[ZoneRecord]) -> Iterator[Zone]:
        return understood(found, lambda record: record.to_domain(self._sealer))


def _content_of(zone: Zone) -> dict[str, Any]:
    return {
        "name": zone.name,
        "shape": _shape_content(zone.shape),
        "schedule": zone.schedule and schedule_content(zone.schedule),
        "alarm_on_entering": zone.alarm_on_entering,
        "alarm_on_leaving": zone.alarm_on_leaving,
    }


def _shape_content(shape: Shape) -> dict[str, Any]:
    match shape:
        case Circle(centre, radius_m):
            return {"centre": _coordinates(centre), "radius_m": radius_m}
        case Polygon(vertices):
            return {"vertices": [_coordinates(each) for each in vertices]}


def _shape(content: dict[str, Any]) -> Shape:
    if "vertices" in content:
        return Polygon(tuple(Point(*each) for each in content["vertices"]))
    return Circle(Point(*content["centre"]), content["radius_m"])


def _coordinates(point: Point) -> tuple[float, float]:
    return point.latitude, point.longitude


def schedule_content(schedule: Schedule) -> dict[str, Any]:
    """Return a schedule as JSON holds it."""
    windows = [(sorted(each.days), each.begins.isoformat(), each.ends.isoformat()) for each in schedule.windows]
    return {"time_zone": schedule.time_zone, "windows": windows}


def schedule_of(content: dict[str, Any] | None) -> Schedule | None:
    """Return what `schedule_content` was given; None for None. Raise as `understood` wants it for another shape."""
    if content is None:
        return None
    windows = (
        Window(frozenset(days), time.fromisoformat(begins), time.fromisoformat(ends))
        for days, begins, ends in content["windows"]
    )
    return Schedule(content["time_zone"], tuple(windows))
