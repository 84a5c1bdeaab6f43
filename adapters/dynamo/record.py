"""What all records share.

Each attribute has a declared class of data, each expiry is one that DynamoDB acts on, each read survives a bad item.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar

from pynamodb.attributes import Attribute
from pynamodb.constants import NUMBER
from pynamodb.exceptions import DeleteError, PutError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from adapters.dynamo.tables import TTL_ATTRIBUTE, TableSpec
from core.kernel.errors import Refused
from core.retention.policy import POLICY, is_over
from core.vault.model import Unreadable

_LOG = logging.getLogger(__name__)

LONGEST_LIFE = timedelta(days=730)
"""Nothing that expires lives longer than the two years of an unused account (D4)."""
CONDITION_FAILED = "ConditionalCheckFailedException"

AnyRecord = TypeVar("AnyRecord", bound="Record")
T = TypeVar("T")


class UnlistedData(Exception):  # noqa: N818 - an error is named after the fact
    """An attribute belongs to no class of the retention policy, or to none that its table may hold (P-08)."""


class InvalidExpiry(Exception):  # noqa: N818 - an error is named after the fact
    """An expiry that DynamoDB would never act on, or act on too late."""


def checked_expiry(expires_at: object, now: datetime) -> None:
    """Raise InvalidExpiry unless this is an aware datetime of whole seconds within [now, now + LONGEST_LIFE]."""
    if not isinstance(expires_at, datetime) or expires_at.tzinfo is None or expires_at.microsecond:
        raise InvalidExpiry("an expiry is an aware datetime of whole seconds")
    if not now <= expires_at <= now + LONGEST_LIFE:
        raise InvalidExpiry("an expiry lies between now and two years from now")


class ExpiryAttribute(Attribute[datetime]):
    """The TTL attribute: a datetime here, epoch seconds as a Number in the table."""

    attr_type = NUMBER

    def serialize(self, value: Any) -> str:
        """Return epoch seconds; raise InvalidExpiry for anything but an aware datetime of whole seconds."""
        checked_expiry(value, now=value)
        return str(int(value.timestamp()))

    def deserialize(self, value: str) -> datetime:
        """Return the datetime; raise ValueError or OverflowError for what was never ours."""
        return datetime.fromtimestamp(int(value), UTC)


def holding(**attributes: Iterable[str]) -> Mapping[str, str]:
    """Return attribute -> class from class -> attributes, as Record.attribute_classes wants it."""
    return {attribute: data_class for data_class, names in attributes.items() for attribute in names}


def refuse_unlisted(record: type["Record"]) -> None:
    """Raise UnlistedData unless each attribute belongs to a class that the policy lists and the table may hold."""
    for attribute in record.get_attributes():
        data_class = record.attribute_classes.get(attribute)
        if data_class not in POLICY or data_class not in record.table.holds:
            raise UnlistedData(f"{record.__name__}.{attribute} belongs to no declared class of data")


class Record(Model):
    """An item of one table.

    table: what it is an item of. attribute_classes: for each attribute the name of its class in the retention policy.
    """

    table: ClassVar[TableSpec]
    attribute_classes: ClassVar[Mapping[str, str]]

    def put(self, only_if: Condition | None = None, *, now: datetime | None = None, only_new: bool = False) -> bool:
        """Store the item; return False and change nothing when only_if does not hold or only_new finds its key taken.

        now: needed by what expires. Raise UnlistedData or InvalidExpiry.
        """
        attributes = self.get_attributes()
        expires_at = self.attribute_values.get(TTL_ATTRIBUTE)
        if expires_at is not None or (TTL_ATTRIBUTE in attributes and not attributes[TTL_ATTRIBUTE].null):
            assert now is not None, "what expires is put at a known time"
            checked_expiry(expires_at, now)
        try:
            self.save(Path(self.table.partition_key).does_not_exist() if only_new else only_if)
        except PutError as refusal:
            if refusal.cause_response_code == CONDITION_FAILED:
                return False
            raise
        return True

    def amend(self, actions: Sequence[Action], only_if: Condition | None = None) -> bool:
        """Update the item of this key; return False, and change nothing, where it is not or only_if does not hold."""
        is_there = Path(self.table.partition_key).exists()
        try:
            self.update(list(actions), condition=is_there if only_if is None else is_there & only_if)
        except UpdateError as refusal:
            if refusal.cause_response_code == CONDITION_FAILED:
                return False
            raise
        return True

    def remove(self, only_if: Condition | None = None) -> bool:
        """Remove the item of this key; tell whether it was there, and only_if held."""
        is_there = Path(self.table.partition_key).exists()
        try:
            self.delete(is_there if only_if is None else is_there & only_if)
        except DeleteError as refusal:
            if refusal.cause_response_code == CONDITION_FAILED:
                return False
            raise
        return True

    def serialize(self, null_check: bool = True) -> dict[str, dict[str, Any]]:
        """Return the item as DynamoDB takes it, on whichever way it is written; raise UnlistedData."""
        refuse_unlisted(type(self))
        return super().serialize(null_check)

    @classmethod
    def from_raw_data(cls: type[AnyRecord], data: dict[str, Any]) -> AnyRecord:
        """Return the record; an item that is not what we write gives an empty one, so that it cannot break a list."""
        try:
            return super().from_raw_data(data)
        except (ValueError, TypeError, OverflowError, OSError):
            return cls()

    @classmethod
    def transaction(cls) -> TransactWrite:
        """Return a transaction: what is put, updated or deleted in it happens together or not at all."""
        return TransactWrite(connection=cls._get_connection().connection)

    @classmethod
    def find(
        cls: type[AnyRecord], hash_key: str, range_key: str | None = None, *, now: datetime | None = None
    ) -> AnyRecord | None:
        """Return the item, read consistently; None when it is not there, over (by `now`) or unfit."""
        try:
            record = cls.get(hash_key, range_key, consistent_read=True)
        except cls.DoesNotExist:
            return None
        return next(fit([record], now), None)

    @classmethod
    def between(
        cls: type[AnyRecord],
        hash_key: str,
        first: str,
        last: str,
        *,
        now: datetime | None = None,
        newest_first: bool = False,
        page_size: int | None = None,
        consistent: bool = False,
    ) -> Iterator[AnyRecord]:
        """Yield the items with first <= sort key <= last in its order, page by page as they are consumed."""
        assert cls.table.sort_key is not None, "the table has an order"
        if first > last:
            return iter(())
        found = cls.query(
            hash_key,
            Path(cls.table.sort_key).between(first, last),
            scan_index_forward=not newest_first,
            page_size=page_size,
            consistent_read=consistent,
        )
        return fit(found, now)


def end_of(data_class: str, at: datetime) -> datetime:
    """Return when what is of this class and instant ends, as TTL takes it: in whole seconds."""
    ends_at = POLICY[data_class].expires_at(at.replace(microsecond=0))
    assert ends_at is not None, "it ends"
    return ends_at


def records(root: type[Record] = Record) -> Iterator[type[Record]]:
    """Yield every record of a table that has been imported."""
    for record in root.__subclasses__():
        if hasattr(record, "table"):
            yield record
        yield from records(record)


def fit(found: Iterable[AnyRecord], now: datetime | None = None) -> Iterator[AnyRecord]:
    """Yield the records that are fit and, where they expire, not over by `now`; the log counts the unfit ones."""
    for record in found:
        if not is_fit(record):
            skipped(record.table, "not an item of ours")
            continue
        expires_at = record.attribute_values.get(TTL_ATTRIBUTE)
        if now is None or not is_over(expires_at, now):
            yield record


def understood(found: Iterable[AnyRecord], to_domain: Callable[[AnyRecord], T]) -> Iterator[T]:
    """Yield what each record says; one that does not open or is not of our shape is skipped, and counted in the log.

    to_domain raises Unreadable for the first; any other Refused, KeyError, TypeError or ValueError for the second.
    """
    for record in found:
        try:
            said = to_domain(record)
        except Unreadable:
            skipped(record.table, "does not open")
        except (Refused, KeyError, TypeError, ValueError):
            skipped(record.table, "not of our shape")
        else:
            yield said


def is_fit(record: Record) -> bool:
    """Tell whether the record has all that its items have."""
    values = record.attribute_values
    return all(attribute.null or values.get(name) is not None for name, attribute in record.get_attributes().items())


def skipped(table: TableSpec, reason: str) -> None:
    """Log that a list went on without one item: table and reason only; a metric filter counts these lines."""
    _LOG.warning("item skipped", extra={"table": table.name, "reason": reason})


def instant(at: datetime) -> str:
    """Return an instant as fixed-width text that sorts by time: UTC to the millisecond, as 20261122T134510123Z."""
    at = at.astimezone(UTC)
    return f"{at.year:04d}{at:%m%dT%H%M%S}{at.microsecond // 1000:03d}Z"


def instant_of(text: str) -> datetime:
    """Return what `instant` was given, to the millisecond."""
    return datetime.strptime(text[:-1] + "000", "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
