"""What each watch learned of the access points around it: an HMAC, and a place that is sealed."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, fit, holding, instant, instant_of, understood
from adapters.dynamo.tables import TABLES
from core.kernel.clock import Clock
from core.kernel.geo import Point
from core.kernel.ids import WatchId
from core.retention.policy import POLICY
from core.tracking.model import LearnedPlace
from core.tracking.ports import PlaceName
from core.vault.model import SealedUnder
from core.vault.ports import Sealer

_CLASS = POLICY["learned_place"]


class LearnedPlaceRecord(Record):
    """access_point: HMAC under the binding's key. payload: sealed JSON of the place."""

    table = TABLES["learned-places"]
    attribute_classes = holding(learned_place=("watch_id", "access_point", "learned_at", "payload", "expires_at"))

    watch_id = UnicodeAttribute(hash_key=True)
    access_point = UnicodeAttribute(range_key=True)
    learned_at = UnicodeAttribute()
    payload = BinaryAttribute(legacy_encoding=False)
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, watch_id: WatchId, place: LearnedPlace, sealer: Sealer) -> "LearnedPlaceRecord":
        """Return the stored shape; raise as Sealer does."""
        record = cls(
            watch_id,
            place.access_point,
            learned_at=instant(place.learned_at),
            expires_at=_CLASS.expires_at(place.learned_at),
        )
        content = [place.point.latitude, place.point.longitude, place.accuracy_m, place.roams]
        record.payload = sealer.seal(json.dumps(content).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> LearnedPlace:
        """Return the place; raise Unreadable, or what `understood` takes for another shape."""
        latitude, longitude, accuracy_m, roams = json.loads(sealer.open(self.payload, self._place()))
        return LearnedPlace(
            access_point=self.access_point,
            point=Point(latitude, longitude),
            accuracy_m=accuracy_m,
            learned_at=instant_of(self.learned_at),
            roams=roams,
        )

    def _place(self) -> SealedUnder:
        return SealedUnder(
            data_class=_CLASS,
            subject_id=self.watch_id,
            at=instant_of(self.learned_at),
            table=self.table.name,
            key=(self.watch_id, self.access_point),
        )


class DynamoLearnedPlaces:
    """LearnedPlaces in their table, always read consistently."""

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._sealer = sealer
        self._clock = clock

    def named(self, names: Collection[PlaceName], now: datetime) -> Mapping[PlaceName, LearnedPlace]:
        """Return those that are known and not over."""
        found = fit(LearnedPlaceRecord.batch_get(names, consistent_read=True), now)

        def named(record: LearnedPlaceRecord) -> tuple[PlaceName, LearnedPlace]:
            return (WatchId(record.watch_id), record.access_point), record.to_domain(self._sealer)

        return dict(understood(found, named))

    def of_watch(self, watch_id: WatchId, now: datetime) -> Sequence[LearnedPlace]:
        """Return all that is not over, by name."""
        return self._places(LearnedPlaceRecord.query(watch_id, consistent_read=True), now)

    def put(self, watch_id: WatchId, place: LearnedPlace) -> None:
        """Store it sealed in the place of what was known."""
        LearnedPlaceRecord.of(watch_id, place, self._sealer).put(now=self._clock.now())

    def forget(self, watch_id: WatchId, access_points: Collection[str]) -> None:
        """Remove these."""
        with LearnedPlaceRecord.batch_write() as batch:
            for each in set(access_points):
                batch.delete(LearnedPlaceRecord(watch_id, each))

    def _places(self, found: Iterable[LearnedPlaceRecord], now: datetime) -> list[LearnedPlace]:
        return list(understood(fit(found, now), lambda record: record.to_domain(self._sealer)))
