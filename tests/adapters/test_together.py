"""Writes that happen together, or not at all, or once more."""

from collections.abc import Sequence
from typing import Any

import pytest
from pynamodb.exceptions import CancellationReason, TransactWriteError, VerboseClientError

from adapters.dynamo.memberships import MembershipRecord, WatchRecord
from adapters.dynamo.together import TRIES, Together
from core.kernel.errors import ChangedMeanwhile, Refused
from tests.clocks import FrozenClock
from tests.worlds import on_dynamo

GONE, FULL = Refused("gone"), Refused("full")


def refusal(*codes: str | None) -> TransactWriteError:
    """Return what pynamodb raises when DynamoDB cancels a transaction for these reasons."""
    reasons = [None if code is None else CancellationReason(code) for code in codes]
    response = {"Error": {"Code": "TransactionCanceledException", "Message": "cancelled"}}
    cause = VerboseClientError(response, "TransactWriteItems", {}, cancellation_reasons=reasons)
    return TransactWriteError("cancelled", cause)


class Rehearsed:
    """A transaction that ends as it was told, one end for each time that it is tried; None: it goes through."""

    def __init__(self, ends: Sequence[TransactWriteError | None]) -> None:
        self.ends = list(ends)
        self.tried = 0

    def __enter__(self) -> "Rehearsed":
        return self

    def __exit__(self, *_: object) -> None:
        self.tried += 1
        end = self.ends.pop(0)
        if end is not None:
            raise end

    def __getattr__(self, _name: str) -> Any:
        return lambda *_args, **_named: None


def committed(ends: Sequence[TransactWriteError | None], monkeypatch: pytest.MonkeyPatch) -> int:
    """Commit an update, which comes last, and a check; return how often it was tried."""
    rehearsed = Rehearsed(ends)
    for record in (WatchRecord, MembershipRecord):
        monkeypatch.setattr(record, "transaction", lambda *_: rehearsed)
    together = Together()
    together.update(WatchRecord("w"), [WatchRecord.members.add(1)], WatchRecord.members < 9, FULL)
    together.require(MembershipRecord("a", "w"), MembershipRecord.role == "owner", GONE)
    together.commit()
    return rehearsed.tried


def test_writes_that_collide_with_anothers_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert committed([refusal(None, "TransactionConflict"), None], monkeypatch) == 2


def test_whoever_always_collides_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ChangedMeanwhile):
        committed([refusal("TransactionConflict", None)] * TRIES, monkeypatch)


def test_a_condition_that_fails_is_told_by_its_own_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for codes, fact in (
        (("ConditionalCheckFailed", None), GONE),
        ((None, "ConditionalCheckFailed"), FULL),
        (("ConditionalCheckFailed", "ConditionalCheckFailed"), GONE),
        (("TransactionConflict", "ConditionalCheckFailed"), FULL),
    ):
        with pytest.raises(Refused) as raised:
            committed([refusal(*codes)], monkeypatch)
        assert raised.value is fact


def test_any_other_failure_passes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TransactWriteError):
        committed([refusal("ThrottlingError", None)], monkeypatch)


def test_nothing_is_written_when_one_condition_fails() -> None:
    with on_dynamo(FrozenClock()):
        together = Together()
        together.put(WatchRecord("w", device="d", members=1))
        together.require(MembershipRecord("a", "w"), MembershipRecord.role == "owner", GONE)
        with pytest.raises(Refused):
            together.commit()
        assert WatchRecord.find("w") is None
