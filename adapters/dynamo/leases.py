"""Which task of the bridge reads which nudge queue."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from adapters.dynamo.record import Record, holding, instant, instant_of
from adapters.dynamo.tables import TABLES


class LeaseRecord(Record):
    """until: an instant; its text sorts by time."""

    table = TABLES["leases"]
    attribute_classes = holding(lease=("queue", "task", "until"))

    queue = UnicodeAttribute(hash_key=True)
    task = UnicodeAttribute()
    until = UnicodeAttribute()


class DynamoLeases:
    """Leases in their table: one conditional write each."""

    def take(self, queue: int, task: str, now: datetime, until: datetime) -> bool:
        """See Leases."""
        is_free = LeaseRecord.queue.does_not_exist() | (LeaseRecord.task == task) | (LeaseRecord.until <= instant(now))
        return LeaseRecord(str(queue), task=task, until=instant(until)).put(is_free)

    def release(self, queue: int, task: str) -> None:
        """See Leases."""
        LeaseRecord(str(queue)).remove(LeaseRecord.task == task)

    def holder(self, queue: int, now: datetime) -> str | None:
        """See Leases."""
        record = LeaseRecord.find(str(queue))
        return None if record is None or instant_of(record.until) <= now else record.task
