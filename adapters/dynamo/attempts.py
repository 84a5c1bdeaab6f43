"""Counters of guesses, under an HMAC of what they count."""

from collections.abc import Callable
from datetime import datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, holding, instant, instant_of
from adapters.dynamo.tables import TABLES
from core.accounts.model import TooManyAttempts
from core.accounts.ports import Tally
from core.retention.policy import POLICY
from core.vault.ports import Lookup

TRIES = 12
"""More than an account has free attempts: whoever loses to others as often finds the limit reached, or is at it."""
PAUSE = timedelta(seconds=1)
"""What the loser of so many tries is told to wait."""

_CLASS = "sign_in_attempts"


class AttemptsRecord(Record):
    """A counter; free_at stands only in an account's tally."""

    table = TABLES["attempts"]
    attribute_classes = holding(sign_in_attempts=("counter", "attempts", "free_at", "expires_at"))

    counter = UnicodeAttribute(hash_key=True)
    attempts = NumberAttribute()
    free_at = UnicodeAttribute(null=True)
    expires_at = ExpiryAttribute()

    def to_domain(self) -> Tally:
        """Return the tally."""
        return Tally(int(self.attempts), instant_of(self.free_at))


class DynamoAttempts:
    """Attempts in their table."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def advance(self, counter: str, step: Callable[[Tally | None], Tally], now: datetime) -> None:
        """See Attempts. What was read is what is replaced, or it is read again."""
        name = self._name(counter)
        for _ in range(TRIES):
            found = AttemptsRecord.find(name, now=now)
            tally = step(None if found is None else found.to_domain())
            record = AttemptsRecord(
                name, attempts=tally.attempts, free_at=instant(tally.free_at), expires_at=_expires_at(now)
            )
            if _replaces(record, found, now):
                return
        raise TooManyAttempts(PAUSE)

    def clear(self, counter: str) -> None:
        """See Attempts."""
        AttemptsRecord(self._name(counter)).delete()

    def count(self, counter: str, now: datetime) -> int:
        """See Attempts."""
        record = AttemptsRecord(self._name(counter))
        record.update([AttemptsRecord.attempts.add(1), AttemptsRecord.expires_at.set(_expires_at(now))])
        return int(record.attempts)

    def _name(self, counter: str) -> str:
        return self._lookup.of("attempts", counter)


def _replaces(record: AttemptsRecord, found: AttemptsRecord | None, now: datetime) -> bool:
    """Store the record; return False when another was stored since `found` was read (None: nothing, or it was over)."""
    if found is None:
        unchanged = AttemptsRecord.counter.does_not_exist() | (AttemptsRecord.expires_at <= now.replace(microsecond=0))
    else:
        unchanged = AttemptsRecord.attempts == found.attempts
    return record.put(unchanged, now=now)


def _expires_at(now: datetime) -> datetime:
    expires_at = POLICY[_CLASS].expires_at(now)
    assert expires_at is not None, "a count of guesses is forgotten"
    return expires_at.replace(microsecond=0)
