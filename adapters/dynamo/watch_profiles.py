"""Profiles of watches, sealed under their binding's key."""

import json
from dataclasses import replace

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from adapters.dynamo.record import Record, holding, understood
from adapters.dynamo.tables import TABLES
from core.kernel.ids import MediaId, WatchId
from core.retention.policy import POLICY
from core.vault.model import SealedUnder
from core.vault.ports import Sealer
from core.watches.profile import Profile


class WatchProfileRecord(Record):
    """payload: sealed JSON of name, time zone and picture."""

    table = TABLES["watch-profiles"]
    attribute_classes = holding(watch_profile=("watch_id", "revision", "payload"))

    watch_id = UnicodeAttribute(hash_key=True)
    revision = NumberAttribute()
    payload = BinaryAttribute(legacy_encoding=False)

    @classmethod
    def of(cls, profile: Profile, sealer: Sealer) -> "WatchProfileRecord":
        """Return the stored shape; raise as Sealer does."""
        record = cls(profile.watch_id, revision=profile.revision)
        content = {"name": profile.name, "time_zone": profile.time_zone, "picture": profile.picture}
        record.payload = sealer.seal(json.dumps(content).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> Profile:
        """Return the profile; raise Unreadable, or what `understood` takes for another shape."""
        content = json.loads(sealer.open(self.payload, self._place()))
        return Profile(
            watch_id=WatchId(self.watch_id),
            name=content["name"],
            time_zone=content["time_zone"],
            picture=content["picture"] and MediaId(content["picture"]),
            revision=int(self.revision),
        )

    def _place(self) -> SealedUnder:
        return SealedUnder(
            data_class=POLICY["watch_profile"], subject_id=self.watch_id, table=self.table.name, key=(self.watch_id,)
        )


class DynamoWatchProfiles:
    """WatchProfiles in their table, always read consistently."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def get(self, watch_id: WatchId) -> Profile:
        """Return the profile. One that does not open is as none, with the revision that has to be replaced."""
        record = WatchProfileRecord.find(watch_id)
        if record is None:
            return Profile(watch_id=watch_id)
        found = understood([record], lambda each: each.to_domain(self._sealer))
        return next(found, Profile(watch_id=watch_id, revision=int(record.revision)))

    def replace(self, profile: Profile) -> Profile | None:
        """Store it in the place of its revision; return it as it is stored, None when another was stored since."""
        stored = replace(profile, revision=profile.revision + 1)
        unchanged = (
            WatchProfileRecord.revision == profile.revision
            if profile.revision
            else WatchProfileRecord.revision.does_not_exist()
        )
        return stored if WatchProfileRecord.of(stored, self._sealer).put(unchanged) else None
