"""Sealed payloads of a watch or an account by time: the shape that positions, alerts, notices and others share."""

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
Owner = TypeVar("Owner", bound=str)
"""The watch or account whose moments they are: the partition key."""

_JUST_AFTER = "!"  # sorts before every character of a key: moment + this lies between a moment and the next one
_LAST = instant(datetime.max.replace(tzinfo=UTC))
_MS = timedelta(milliseconds=1)


class OwnedMomentRecord(Record):
    """moment: instant and fingerprint, both of fixed width, so that a range of keys is a range of time."""

    moment = UnicodeAttribute(range_key=True)
    payload = BinaryAttribute(legacy_encoding=False)
    expires_at = ExpiryAttribute()


class MomentRecord(OwnedMomentRecord):
    """A moment of a watch."""

    watch_id = UnicodeAttribute(hash_key=True)


def sealed_moments_of(data_class: str, owner: str = "watch_id") -> dict[str, str]:
    """Return the attribute classes of a record of moments that holds one class of data. owner: its partition key."""
    return dict(holding(**{data_class: (owner, "moment", "payload", "expires_at")}))


@dataclass(frozen=True, slots=True)
class Moment:
    """An opened payload: what it says, as JSON gives it, and of when."""

    at: datetime
    fingerprint: str
    content: Any = field(repr=False)


def moment_key(at: datetime, fingerprint: str) -> str:
    """Return the sort key."""
    return composite_key(instant(at), fingerprint)


def first_key(start: datetime, after: str | None) -> str:
    """Return the first sort key of a range that begins at an instant, or after a key within it."""
    first = instant(_whole_ms(start))
    return first if after is None else max(first, after + _JUST_AFTER)


def last_key(end: datetime) -> str:
    """Return a text that sorts after the sort keys of all before an instant, and before the others."""
    return instant(_whole_ms(end))


def page_of(keyed: Iterator[tuple[str, T]], limit: int) -> Page[T]:
    """Return a page of what is read with its keys; `next` is the key of the page's last one."""
    found = list(islice(keyed, limit + 1))
    return Page([content for _, content in found[:limit]], found[limit - 1][0] if len(found) > limit else None)


def as_it_is(_watch_id: WatchId, moment: Moment) -> Moment:
    """Read nothing into a moment."""
    return moment


class SealedMoments(Generic[Owner, T]):
    """Writes and reads the items of one table of moments, sealed as its class of data demands.

    to_domain: makes of an opened payload what is read; raises as `understood` wants it for another shape.
    """

    def __init__(
        self,
        record: type[OwnedMomentRecord],
        sealer: Sealer,
        clock: Clock,
        to_domain: Callable[[Owner, Moment], T],
    ) -> None:
        self._record = record
        self._to_domain = to_domain
        (self._class,) = (POLICY[name] for name in record.table.holds)
        self._sealer = sealer
        self._clock = clock

    def add(self, owner: Owner, moment: Moment) -> bool:
        """Store it sealed; return False when its key is taken. Raise EpochOver or Unreadable as Sealer does."""
        return self.sealed(owner, moment).put(now=self._clock.now(), only_new=True)

    def replace(self, owner: Owner, moment: Moment) -> bool:
        """Store it sealed in the place of what has its key; return False when that is gone. Raise as `add`."""
        there = self._record.moment.exists()
        return self.sealed(owner, moment).put(there, now=self._clock.now())

    def sealed(self, owner: Owner, moment: Moment) -> OwnedMomentRecord:
        """Return the item that `add` stores. Raise EpochOver or Unreadable."""
        key = moment_key(moment.at, moment.fingerprint)
        plaintext = json.dumps(moment.content, separators=(",", ":")).encode()
        payload = self._sealer.seal(plaintext, self._under(owner, key, moment.at))
        return self._record(owner, key, payload=payload, expires_at=self._class.expires_at(moment.at))

    def get(self, owner: Owner, at: datetime, fingerprint: str, now: datetime) -> T | None:
        """Return what has this name, read consistently; None when it is not there, over, or cannot be understood."""
        record = self._record.find(owner, moment_key(at, fingerprint), now=now)
        found = [] if record is None else [record]
        return next(self.opened(owner, found), None)

    def opened(self, owner: Owner, found: Iterable[OwnedMomentRecord]) -> Iterator[T]:
        """Yield what these items of an owner say; what cannot be understood is passed over."""
        return (content for _, content in self._understood(owner, found))

    def latest(self, owner: Owner, now: datetime) -> T | None:
        """Return the newest that `read` yields."""
        newest = self.read(owner, now=now, newest_first=True, page_size=1)
        return next((content for _, content in newest), None)

    def read(
        self,
        owner: Owner,
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
        first = first_key(max(oldest, start or oldest), after)
        last = _LAST if end is None else last_key(end)
        found = self._record.between(owner, first, last, now=now, newest_first=newest_first, page_size=page_size)
        return self._understood(owner, found)

    def page(
        self, owner: Owner, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[T]:
        """Return at most `limit` of what `read` yields, oldest first; `next` is the key of the last one."""
        found = self.read(owner, now=now, start=start, end=end, after=after, page_size=limit + 1)
        return page_of(found, limit)

    def remove(self, owner: Owner, start: datetime, end: datetime, most: int) -> int:
        """Remove items with start <= at < end, openable or not, the first `most`; return how many there were."""
        found = self._record.between(owner, first_key(start, None), last_key(end), page_size=most)
        removing = list(islice(found, most))
        with self._record.batch_write() as batch:
            for record in removing:
                batch.delete(record)
        return len(removing)

    def _understood(self, owner: Owner, found: Iterable[OwnedMomentRecord]) -> Iterator[tuple[str, T]]:
        return understood(found, lambda record: (record.moment, self._to_domain(owner, self._opened(owner, record))))

    def _opened(self, owner: Owner, record: OwnedMomentRecord) -> Moment:
        text, fingerprint = record.moment.split(SEPARATOR)
        at = instant_of(text)
        plaintext = self._sealer.open(record.payload, self._under(owner, record.moment, at))
        return Moment(at, fingerprint, json.loads(plaintext))

    def _under(self, owner: Owner, key: str, at: datetime) -> SealedUnder:
        return SealedUnder(
            data_class=self._class,
            subject_id=owner,
            at=at,
            table=self._record.table.name,
            key=(owner, key),
        )


def _whole_ms(at: datetime) -> datetime:
    """Round up: moments are whole milliseconds, so the first one from `at` on is this."""
    return at if at.microsecond % 1000 == 0 else at + _MS
