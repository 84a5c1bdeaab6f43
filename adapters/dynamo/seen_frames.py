"""Frames that were stored by their receive time."""

from collections.abc import Collection, Mapping
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, fit, holding, instant, instant_of
from adapters.dynamo.tables import TABLES
from core.kernel.clock import Clock
from core.kernel.ids import WatchId
from core.retention.policy import POLICY
from core.tracking.ports import FrameName

_CLASS = POLICY["seen_frame"]


class SeenFrameRecord(Record):
    """When a frame was first received; the fingerprint tells nothing of its content."""

    table = TABLES["seen-frames"]
    attribute_classes = holding(seen_frame=("watch_id", "fingerprint", "received_at", "expires_at"))

    watch_id = UnicodeAttribute(hash_key=True)
    fingerprint = UnicodeAttribute(range_key=True)
    received_at = UnicodeAttribute()
    expires_at = ExpiryAttribute()


class DynamoSeenFrames:
    """SeenFrames in the seen-frames table."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def note(self, frame: FrameName, received_at: datetime) -> datetime:
        """Remember the frame; return when it was first received."""
        record = SeenFrameRecord(*frame, received_at=instant(received_at), expires_at=_CLASS.expires_at(received_at))
        if record.put(now=self._clock.now(), only_new=True):
            return instant_of(record.received_at)
        return self.first_received([frame]).get(frame, received_at)

    def first_received(self, frames: Collection[FrameName]) -> Mapping[FrameName, datetime]:
        """Return when those of the frames that are remembered were first received."""
        found = fit(SeenFrameRecord.batch_get(frames, consistent_read=True), self._clock.now())
        return {_name(record): instant_of(record.received_at) for record in found}


def _name(record: SeenFrameRecord) -> FrameName:
    return WatchId(record.watch_id), record.fingerprint
