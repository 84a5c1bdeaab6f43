"""The change log. Ids, names and instants stand in the open: it holds no values."""

from datetime import datetime
from typing import Any

from pynamodb.attributes import ListAttribute, UnicodeAttribute

from adapters.dynamo.moments import first_key, last_key, moment_key, page_of
from adapters.dynamo.record import ExpiryAttribute, Record, holding, instant_of, understood
from adapters.dynamo.tables import TABLES
from core.changes.model import Change
from core.kernel.clock import Clock
from core.kernel.ids import ChangeId, dated_id, parts_of
from core.kernel.keys import SEPARATOR
from core.kernel.page import Page
from core.retention.policy import POLICY

_CLASS = POLICY["change"]


class ChangeRecord(Record):
    """moment: instant and digest of the change's id."""

    table = TABLES["changes"]
    attribute_classes = holding(change=("subject_id", "moment", "actor", "act", "fields", "expires_at"))

    subject_id = UnicodeAttribute(hash_key=True)
    moment = UnicodeAttribute(range_key=True)
    actor = UnicodeAttribute(null=True)
    act = UnicodeAttribute()
    fields: ListAttribute[Any] = ListAttribute()
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, change: Change) -> "ChangeRecord":
        """Return the stored shape."""
        at, digest = parts_of(change.change_id)
        return cls(
            change.subject_id,
            moment_key(at, digest.hex()),
            actor=change.actor,
            act=change.act,
            fields=list(change.fields),
            expires_at=_CLASS.expires_at(at),
        )

    def to_domain(self) -> Change:
        """Return the change; raise what `understood` takes for another shape."""
        text, digest = self.moment.split(SEPARATOR)
        at = instant_of(text)
        return Change(
            change_id=ChangeId(dated_id(at, bytes.fromhex(digest))),
            subject_id=self.subject_id,
            actor=self.attribute_values.get("actor"),
            act=self.act,
            fields=tuple(self.fields),
            at=at,
        )


class DynamoChanges:
    """Changes in their table, in the order of the instants in their ids."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def add(self, change: Change) -> None:
        """Store it."""
        ChangeRecord.of(change).put(now=self._clock.now(), only_new=True)

    def between(
        self, subject_id: str, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Change]:
        """Return changes with start <= at < end, oldest first."""
        first = first_key(max(start, _CLASS.oldest_readable(now)), after)
        found = ChangeRecord.between(subject_id, first, last_key(end), now=now, page_size=limit + 1)
        return page_of(understood(found, lambda record: (record.moment, record.to_domain())), limit)
