"""Sealed payloads of a watch by time: the shape that positions, telemetry and quarantined frames share."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Generic, TypeVar

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, holding, instant, instant_of, understood
from core.kernel.clock import Clock
from core.kernel.ids import WatchId
from core.kernel.keys import SEPARATOR, composite_key
from core.kernel.page import Page
from core.retention.policy import POLICY
from core.vault.model import SealedUnder
from core.vault.ports import Sealer

T = TypeVar("T")

_JUST_AFTER = "!"  # sorts before every character of a key: moment + this lies between a moment and the next one
_LAST = instant(datetime.max.replace(tzinfo=UTC))
_MS = timedelta(milliseconds=1)


class MomentRecord(Record):
    """moment: instant and fingerprint, both of fixed width, so that a range of keys is a range of time."""

    watch_id = UnicodeAttribute(hash_key=True)
    moment = UnicodeAttribute(range_key=True)
    payload = BinaryAttribute(legacy_encoding=False)
    expires_at = ExpiryAttribute()


def sealed_moments_of(data_class: str) -> dict[str, str]:
    """Return the attribute classes of a MomentRecord that holds one class of data."""
    return dict(holding(**{data_class: ("watch_id", "moment", "payload", "expires_at")}))


@dataclass(frozen=True, slots=True)
class Moment:
    """An opened payload: what it says, as JSON gives it, and of when."""

    at: datetime
    fingerprint: str
    content: Any = field(repr=False)


def moment_key(at: datetime, fingerprint: str) -> str:
    """Return the sort key."""
    return composite_key(instant(at), fingerprint)


def as_it_is(_watch_id: WatchId, moment: Moment) -> Moment:
    """Read nothing into a moment."""
    return moment


class SealedMoments(Generic[T]):
    """Writes and reads the items of one MomentRecord table, sealed as its class of data demands.

    to_domain: makes of an opened payload what is read; raises as `understood` wants it for another shape.
    """

    def __init__(
        self,
        record: type[MomentRecord],
        sealer: Sealer,
        clock: Clock,
        to_domain: Callable[[WatchId, Moment], T],
    ) -> None:
        self._record = record
        self._to_domain = to_domain
        (self._class,) = (POLICY[name] for name in record.table.holds)
        self._sealer = sealer
        self._clock = clock

    def add(self, watch_id: WatchId, moment: Moment) -> bool:
        """Store it sealed; return False when its key is taken. Raise EpochOver or Unreadable as Sealer does."""
        return self.sealed(watch_id, moment).put(now=self._clock.now(), only_new=True)

    def replace(self, watch_id: WatchId, moment: Moment) -> bool:
        """Store it sealed in the place of what has its key; return False when that is gone. Raise as `add`."""
        there = self._record.moment.exists()
        return self.sealed(watch_id, moment).put(there, now=self._clock.now())

    def sealed(self, watch_id: WatchId, moment: Moment) -> MomentRecord:
        """Return the item that `add` stores. Raise EpochOver or Unreadable."""
        key = moment_key(moment.at, moment.fingerprint)
        plaintext = json.dumps(moment.content, separators=(",", ":")).encode()
        payload = self._sealer.seal(plaintext, self._under(watch_id, key, moment.at))
        return self._record(watch_id, key, payload=payload, expires_at=self._class.expires_at(moment.at))

    def get(self, watch_id: WatchId, at: datetime, fingerprint: str, now: datetime) -> T | None:
        """Return what has this name, read consistently; None when it is not there, over, or cannot be understood."""
        record = self._record.find(watch_id, moment_key(at, fingerprint), now=now)
        found = [] if record is None else [record]
        return next((content for _, content in self._understood(watch_id, found)), None)

    def latest(self, watch_id: WatchId, now: datetime) -> T | None:
        """Return the newest that `read` yields."""
        newest = self.read(watch_id, now=now, newest_first=True, page_size=1)
        return next((content for _, content in newest), None)

    def read(
        self,
        watch_id: WatchId,
        *,
        now: datetime,
        start: datetime | None = None,
        end: datetime | None = None,
        after: str | None = None,
        newest_first: bool = False,
        page_size: int | None = None,
    ) -> Iterator[tuple[str, T]]:
        """Yield key and content of what is not over with start <= at < end, after the key `after`.

        What does not open or is not of our shape is skipped, and counted in the log.
        """
        oldest = self._class.oldest_readable(now)
        first = instant(_whole_ms(max(oldest, start or oldest)))
        if after is not None:
            first = max(first, after + _JUST_AFTER)
        last = _LAST if end is None else instant(_whole_ms(end))
        found = self._record.between(watch_id, first, last, now=now, newest_first=newest_first, page_size=page_size)
        return self._understood(watch_id, found)

    def page(
        self, watch_id: WatchId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[T]:
        """Return at most `limit` of what `read` yields, oldest first; `next` is the key of the last one."""
        found = self.read(watch_id, now=now, start=start, end=end, after=after, page_size=limit + 1)
        keyed = list(islice(found, limit + 1))
        return Page([content for _, content in keyed[:limit]], keyed[limit - 1][0] if len(keyed) > limit else None)

    def _understood(self, watch_id: WatchId, found: Iterable[MomentRecord]) -> Iterator[tuple[str, T]]:
        return understood(
            found, lambda record: (record.moment, self._to_domain(watch_id, self._opened(watch_id, record)))
        )

    def _opened(self, watch_id: WatchId, record: MomentRecord) -> Moment:
        text, fingerprint = record.moment.split(SEPARATOR)
        at = instant_of(text)
        plaintext = self._sealer.open(record.payload, self._under(watch_id, record.moment, at))
        return Moment(at, fingerprint, json.loads(plaintext))

    def _under(self, watch_id: WatchId, key: str, at: datetime) -> SealedUnder:
        return SealedUnder(
            data_class=self._class,
            subject_id=watch_id,
            at=at,
            table=self._record.table.name,
            key=(watch_id, key),
        )


def _whole_ms(at: datetime) -> datetime:
    """Round up: moments are whole milliseconds, so the first one from `at` on is this."""
    return at if at.microsecond % 1000 == 0 else at + _MS
