"""Who is looking. The view of a connection is what counts; viewers only tell where to look for views of a watch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pynamodb.attributes import ListAttribute, UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, fit, holding, instant, instant_of
from adapters.dynamo.tables import TABLES
from core.kernel.ids import AccountId, FamilyId, WatchId
from core.live.model import LiveView
from core.retention.policy import POLICY

_CLASS = POLICY["live_view"]


class LiveViewRecord(Record):
    """The view of one connection."""

    table = TABLES["live-views"]
    attribute_classes = holding(
        live_view=("connection_id", "account_id", "family_id", "watch_ids", "until", "expires_at")
    )

    connection_id = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute()
    family_id = UnicodeAttribute()
    watch_ids: ListAttribute[Any] = ListAttribute()
    until = UnicodeAttribute()
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, view: LiveView, now: datetime) -> "LiveViewRecord":
        """Return the stored shape; it ends with its token, and with any connection that opens now."""
        longest = _CLASS.expires_at(now)
        assert longest is not None, "no connection lasts"
        return cls(
            view.connection_id,
            account_id=view.account_id,
            family_id=view.family_id,
            watch_ids=list(view.watch_ids),
            until=instant(view.until),
            expires_at=min(view.until, longest).replace(microsecond=0),
        )

    def to_domain(self) -> LiveView:
        """Return the view."""
        return LiveView(
            connection_id=self.connection_id,
            account_id=AccountId(self.account_id),
            family_id=FamilyId(self.family_id),
            watch_ids=tuple(map(WatchId, self.watch_ids)),
            until=instant_of(self.until),
        )


class ViewerRecord(Record):
    """That a connection shows a watch, or did."""

    table = TABLES["viewers"]
    attribute_classes = holding(live_view=("watch_id", "connection_id", "expires_at"))

    watch_id = UnicodeAttribute(hash_key=True)
    connection_id = UnicodeAttribute(range_key=True)
    expires_at = ExpiryAttribute()


class DynamoLiveViews:
    """LiveViews in the tables live-views and viewers, always read consistently."""

    def put(self, view: LiveView, now: datetime) -> None:
        """Store it, or replace what is known of the connection."""
        record = LiveViewRecord.of(view, now)
        with ViewerRecord.batch_write() as batch:
            for watch_id in view.watch_ids:
                batch.save(ViewerRecord(watch_id, view.connection_id, expires_at=record.expires_at))
        record.put(now=now)

    def get(self, connection_id: str, now: datetime) -> LiveView | None:
        """Return the view of a connection while its token holds."""
        record = LiveViewRecord.find(connection_id, now=now)
        return None if record is None else record.to_domain()

    def of_watch(self, watch_id: WatchId, now: datetime) -> Sequence[LiveView]:
        """Return the views that show this watch and whose token holds."""
        viewers = [each.connection_id for each in fit(ViewerRecord.query(watch_id, consistent_read=True), now)]
        views = [each.to_domain() for each in fit(LiveViewRecord.batch_get(viewers, consistent_read=True), now)]
        return [view for view in views if watch_id in view.watch_ids]

    def remove(self, connection_id: str) -> None:
        """Forget the connection; of its viewers, those that are not found any more end by themselves."""
        record = LiveViewRecord.find(connection_id)
        if record is None:
            return
        record.delete()
        with ViewerRecord.batch_write() as batch:
            for watch_id in record.watch_ids:
                batch.delete(ViewerRecord(watch_id, connection_id))
