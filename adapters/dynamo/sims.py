"""SIM cards of watches, sealed under their binding's key."""

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from adapters.dynamo.record import Record, holding, instant, instant_of, understood
from adapters.dynamo.tables import TABLES
from core.kernel.ids import WatchId
from core.retention.policy import POLICY
from core.sims.model import Sim, SimState, Standing
from core.vault.model import SealedUnder
from core.vault.ports import Sealer


class SimRecord(Record):
    """payload: sealed JSON of all but id and revision."""

    table = TABLES["sims"]
    attribute_classes = holding(sim=("watch_id", "revision", "payload"))

    watch_id = UnicodeAttribute(hash_key=True)
    revision = NumberAttribute()
    payload = BinaryAttribute(legacy_encoding=False)

    @classmethod
    def of(cls, sim: Sim, sealer: Sealer) -> "SimRecord":
        """Return the stored shape; raise as Sealer does."""
        record = cls(sim.watch_id, revision=sim.revision)
        content = {
            "number": sim.number,
            "standing": sim.standing and _standing_content(sim.standing),
            "asked_at": sim.asked_at and instant(sim.asked_at),
            "low_since": sim.low_since and instant(sim.low_since),
            "low_is_told": sim.low_is_told,
        }
        record.payload = sealer.seal(json.dumps(content).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> Sim:
        """Return the card; raise Unreadable, or what `understood` takes for another shape."""
        content: dict[str, Any] = json.loads(sealer.open(self.payload, self._place()))
        return Sim(
            watch_id=WatchId(self.watch_id),
            number=content["number"],
            standing=content["standing"] and _standing(content["standing"]),
            asked_at=_instant_or_none(content["asked_at"]),
            low_since=_instant_or_none(content["low_since"]),
            low_is_told=content["low_is_told"],
            revision=int(self.revision),
        )

    def _place(self) -> SealedUnder:
        return SealedUnder(
            data_class=POLICY["sim"], subject_id=self.watch_id, table=self.table.name, key=(self.watch_id,)
        )


class DynamoSims:
    """Sims in their table, always read consistently."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def get(self, watch_id: WatchId) -> Sim | None:
        """Return the watch's card."""
        record = SimRecord.find(watch_id)
        found = [] if record is None else [record]
        return next(understood(found, lambda each: each.to_domain(self._sealer)), None)

    def put(self, sim: Sim) -> None:
        """Store a card in the place of whatever was known."""
        SimRecord.of(sim, self._sealer).put()

    def replace(self, sim: Sim) -> Sim | None:
        """Store it in the place of its revision."""
        stored = replace(sim, revision=sim.revision + 1)
        unchanged = SimRecord.revision == sim.revision
        return stored if SimRecord.of(stored, self._sealer).put(unchanged) else None

    def remove(self, watch_id: WatchId) -> None:
        """Forget it."""
        SimRecord(watch_id).delete()


def _standing_content(standing: Standing) -> dict[str, Any]:
    return {
        "balance_cents": standing.balance_cents,
        "valid_until": standing.valid_until and standing.valid_until.isoformat(),
        "state": standing.state,
        "at": instant(standing.at),
    }


def _standing(content: dict[str, Any]) -> Standing:
    return Standing(
        balance_cents=content["balance_cents"],
        valid_until=content["valid_until"] and date.fromisoformat(content["valid_until"]),
        state=content["state"] and SimState(content["state"]),
        at=instant_of(content["at"]),
    )


def _instant_or_none(text: str | None) -> datetime | None:
    return None if text is None else instant_of(text)
