"""Zones in memory."""

from collections.abc import Sequence
from dataclasses import replace

from core.kernel.ids import WatchId, ZoneId
from core.zones.model import ZONES_PER_WATCH, TooManyZones, Zone


class InMemoryZones:
    def __init__(self) -> None:
        self.items: dict[tuple[WatchId, ZoneId], Zone] = {}

    def of_watch(self, watch_id: WatchId) -> Sequence[Zone]:
        return [zone for (of, _), zone in sorted(self.items.items()) if of == watch_id]

    def get(self, watch_id: WatchId, zone_id: ZoneId) -> Zone | None:
        return self.items.get((watch_id, zone_id))

    def put(self, zone: Zone) -> None:
        is_new = (zone.watch_id, zone.zone_id) not in self.items
        if is_new and len(self.of_watch(zone.watch_id)) >= ZONES_PER_WATCH:
            raise TooManyZones("the watch has as many zones as it may have")
        self.items[zone.watch_id, zone.zone_id] = zone

    def replace(self, zone: Zone) -> Zone | None:
        known = self.items.get((zone.watch_id, zone.zone_id))
        if known is None or known.version != zone.version:
            return None
        self.items[zone.watch_id, zone.zone_id] = stored = replace(zone, version=zone.version + 1)
        return stored

    def remove(self, watch_id: WatchId, zone_id: ZoneId) -> bool:
        return self.items.pop((watch_id, zone_id), None) is not None
