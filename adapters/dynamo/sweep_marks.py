"""Which watch has anything of which day."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, holding
from adapters.dynamo.tables import TABLES
from core.kernel.clock import Clock
from core.kernel.ids import WatchId
from core.retention.policy import POLICY

_CLASS = POLICY["sweep_mark"]
REMEMBERED = 20_000
"""Marks that this process need not write again: about 4 MB, more watches than a function meets in a day."""


class SweepMarkRecord(Record):
    """epoch: a day as 2026-11-22."""

    table = TABLES["sweep-marks"]
    attribute_classes = holding(sweep_mark=("epoch", "watch_id", "expires_at"))

    epoch = UnicodeAttribute(hash_key=True)
    watch_id = UnicodeAttribute(range_key=True)
    expires_at = ExpiryAttribute()


class DynamoSweepMarks:
    """SweepMarks in the sweep-marks table; a process writes each mark once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._written: set[tuple[str, str]] = set()

    def mark(self, watch_id: WatchId, at: datetime) -> None:
        """Tell the sweeper that the watch has something of this instant's day."""
        epoch = _CLASS.epoch_id(at)
        assert epoch is not None, "sweep marks go by day"
        if (epoch, watch_id) in self._written:
            return
        SweepMarkRecord(epoch, watch_id, expires_at=_CLASS.expires_at(at)).put(now=self._clock.now())
        if len(self._written) >= REMEMBERED:
            self._written.clear()
        self._written.add((epoch, watch_id))
