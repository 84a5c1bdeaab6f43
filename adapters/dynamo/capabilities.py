"""What each watch can do, sealed."""

import json

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from adapters.dynamo.record import Record, holding, understood
from adapters.dynamo.tables import TABLES
from core.commands.model import Capabilities, Support
from core.kernel.ids import WatchId
from core.retention.policy import POLICY
from core.vault.model import SealedUnder
from core.vault.ports import Sealer


class CapabilityRecord(Record):
    """payload: sealed JSON of model, report and experience."""

    table = TABLES["capabilities"]
    attribute_classes = holding(capability=("watch_id", "payload"))

    watch_id = UnicodeAttribute(hash_key=True)
    payload = BinaryAttribute(legacy_encoding=False)

    @classmethod
    def of(cls, capabilities: Capabilities, sealer: Sealer) -> "CapabilityRecord":
        """Return the stored shape; raise as Sealer does."""
        record = cls(capabilities.watch_id)
        content = {
            "model": capabilities.model,
            "reported": dict(capabilities.reported),
            "experience": dict(capabilities.experience),
        }
        record.payload = sealer.seal(json.dumps(content).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> Capabilities:
        """Return the capabilities; raise Unreadable, or what `understood` takes for another shape."""
        content = json.loads(sealer.open(self.payload, self._place()))
        experience = {name: Support(support) for name, support in content.pop("experience").items()}
        return Capabilities(watch_id=WatchId(self.watch_id), experience=experience, **content)

    def _place(self) -> SealedUnder:
        return SealedUnder(
            data_class=POLICY["capability"], subject_id=self.watch_id, table=self.table.name, key=(self.watch_id,)
        )


class DynamoKnownCapabilities:
    """KnownCapabilities in their table."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def get(self, watch_id: WatchId) -> Capabilities | None:
        """See KnownCapabilities."""
        record = CapabilityRecord.find(watch_id)
        return None if record is None else next(understood([record], lambda each: each.to_domain(self._sealer)), None)

    def put(self, capabilities: Capabilities) -> None:
        """See KnownCapabilities."""
        CapabilityRecord.of(capabilities, self._sealer).put()
