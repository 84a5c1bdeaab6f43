"""Writes that happen together or not at all, each on its condition."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from adapters.dynamo.record import Record
from core.kernel.errors import ChangedMeanwhile, Refused

TRIES = 5
"""Of a write that collides with another's: DynamoDB refuses both, and one goes through within milliseconds."""

_CONDITION_FAILED = "ConditionalCheckFailed"
_COLLIDED = "TransactionConflict"
_CHECK, _REMOVE, _PUT, _UPDATE = range(4)  # pynamodb sends them in this order, and the reasons come in it


@dataclass(frozen=True, slots=True)
class _Write:
    order: int
    record: Record
    add_to: Callable[[TransactWrite], Any]
    otherwise: Refused | None


class Together:
    """Gathers writes. otherwise: what is raised when the condition of that write does not hold."""

    def __init__(self) -> None:
        self._writes: list[_Write] = []

    def require(self, record: Record, condition: Condition, otherwise: Refused) -> None:
        """Change nothing unless the item of this key is so."""
        spec = record.table
        hash_key, range_key = getattr(record, spec.partition_key), spec.sort_key and getattr(record, spec.sort_key)
        self._add(
            _CHECK,
            record,
            lambda all_: all_.condition_check(type(record), hash_key, range_key, condition),
            otherwise,
        )

    def remove(self, record: Record, condition: Condition, otherwise: Refused) -> None:
        """Remove the item of this key."""
        self._add(_REMOVE, record, lambda all_: all_.delete(record, condition), otherwise)

    def put(self, record: Record, condition: Condition | None = None, otherwise: Refused | None = None) -> None:
        """Store the item, whatever stands there unless a condition tells."""
        self._add(_PUT, record, lambda all_: all_.save(record, condition), otherwise)

    def update(self, record: Record, actions: Sequence[Action], condition: Condition, otherwise: Refused) -> None:
        """Change the item of this key."""
        self._add(_UPDATE, record, lambda all_: all_.update(record, [*actions], condition), otherwise)

    def commit(self) -> None:
        """Make all writes, or raise what the first whose condition fails has instead, or ChangedMeanwhile."""
        writes = sorted(self._writes, key=lambda write: write.order)
        for _ in range(TRIES):
            try:
                with writes[0].record.transaction() as together:
                    for write in writes:
                        write.add_to(together)
            except TransactWriteError as refusal:
                codes = [reason and reason.code for reason in refusal.cancellation_reasons]
                for write, code in zip(writes, codes, strict=False):
                    if code == _CONDITION_FAILED and write.otherwise is not None:
                        raise write.otherwise from None
                if _COLLIDED not in codes:
                    raise
            else:
                return
        raise ChangedMeanwhile("others keep changing it")

    def _add(
        self, order: int, record: Record, add_to: Callable[[TransactWrite], Any], otherwise: Refused | None
    ) -> None:
        self._writes.append(_Write(order, record, add_to, otherwise))
