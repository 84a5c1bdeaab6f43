"""Top-ups of SIM cards, sealed under their binding's key."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from adapters.dynamo.record import Record, fit, holding, instant, instant_of, understood
from adapters.dynamo.tables import TABLES
from core.kernel.ids import AccountId, TopUpId, WatchId
from core.kernel.page import Page
from core.retention.policy import POLICY
from core.sims.model import TopUp, TopUpState
from core.vault.model import SealedUnder
from core.vault.ports import Sealer


class TopUpRecord(Record):
    """payload: sealed JSON of all but ids and revision."""

    table = TABLES["top-ups"]
    attribute_classes = holding(top_up=("watch_id", "top_up_id", "revision", "payload"))

    watch_id = UnicodeAttribute(hash_key=True)
    top_up_id = UnicodeAttribute(range_key=True)
    revision = NumberAttribute()
    payload = BinaryAttribute(legacy_encoding=False)

    @classmethod
    def of(cls, top_up: TopUp, sealer: Sealer) -> "TopUpRecord":
        """Return the stored shape; raise as Sealer does."""
        record = cls(top_up.watch_id, top_up.top_up_id, revision=top_up.revision)
        content = {
            "sim_number": top_up.sim_number,
            "amount_cents": top_up.amount_cents,
            "ordered_by": top_up.ordered_by,
            "ordered_at": instant(top_up.ordered_at),
            "state": top_up.state,
            "state_at": instant(top_up.state_at),
        }
        record.payload = sealer.seal(json.dumps(content).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> TopUp:
        """Return the top-up; raise Unreadable, or what `understood` takes for another shape."""
        content: dict[str, Any] = json.loads(sealer.open(self.payload, self._place()))
        return TopUp(
            top_up_id=TopUpId(self.top_up_id),
            watch_id=WatchId(self.watch_id),
            sim_number=content["sim_number"],
            amount_cents=content["amount_cents"],
            ordered_by=AccountId(content["ordered_by"]),
            ordered_at=instant_of(content["ordered_at"]),
            state=TopUpState(content["state"]),
            state_at=instant_of(content["state_at"]),
            revision=int(self.revision),
        )

    def _place(self) -> SealedUnder:
        return SealedUnder(
            data_class=POLICY["top_up"],
            subject_id=self.watch_id,
            table=self.table.name,
            key=(self.watch_id, self.top_up_id),
        )


class DynamoTopUps:
    """TopUps in their table, always read consistently."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def add(self, top_up: TopUp) -> bool:
        """Store a new one."""
        return TopUpRecord.of(top_up, self._sealer).put(only_new=True)

    def replace(self, top_up: TopUp) -> TopUp | None:
        """Store it in the place of its revision."""
        stored = replace(top_up, revision=top_up.revision + 1)
        unchanged = TopUpRecord.revision == top_up.revision
        return stored if TopUpRecord.of(stored, self._sealer).put(unchanged) else None

    def get(self, watch_id: WatchId, top_up_id: TopUpId) -> TopUp | None:
        """Return a top-up of this watch."""
        record = TopUpRecord.find(watch_id, top_up_id)
        return next(iter(self._understood([] if record is None else [record])), None)

    def newest(self, watch_id: WatchId, *, limit: int, after: str | None) -> Page[TopUp]:
        """Return the newest. Their names tell no time, and a watch has few: all are read and put in order."""
        found = self._understood(fit(TopUpRecord.query(watch_id, consistent_read=True)))
        return newest_of(found, limit, after)

    def _understood(self, found: Iterable[TopUpRecord]) -> list[TopUp]:
        return list(understood(found, lambda each: each.to_domain(self._sealer)))


def newest_of(top_ups: Iterable[TopUp], limit: int, after: str | None) -> Page[TopUp]:
    """Return a page of these, the newest first; see TopUps.newest."""
    by_key = {f"{instant(each.ordered_at)} {each.top_up_id}": each for each in top_ups}
    keys = [key for key in sorted(by_key, reverse=True) if after is None or key < after]
    return Page([by_key[key] for key in keys[:limit]], keys[limit - 1] if len(keys) > limit else None)
