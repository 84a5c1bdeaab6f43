"""How long a refused sign-in takes tells nothing (P-49).

Processor time is measured, not the clock on the wall: other programs do not count. The three kinds of guesses take
turns, so that whatever drifts, drifts for all. A leak shows in every run, a chance difference does not show in three.
"""

import hmac
import itertools
import math
import statistics
import time
from collections.abc import Sequence
from datetime import timedelta

import pytest

from adapters.passwords import Argon2PasswordHasher, Cost
from core.accounts.attempts import AttemptLimits
from core.accounts.model import WrongCredentials
from core.accounts.register import Registration
from core.accounts.sign_in import SignIn
from tests.clocks import FrozenClock
from tests.fakes.accounts import (
    CountedAccessTokens,
    InMemoryAccounts,
    InMemoryAttempts,
    InMemoryKnownDevices,
    InMemorySignedInDevices,
    InMemoryTokenFamilies,
)
from tests.fakes.notices import RecordingAnnouncer
from tests.fakes.vault import sealer_in_memory

PASSWORD = "negen fietsen langs de IJssel"
GUESSES = {
    "unknown address": ("nobody@example.nl", PASSWORD),
    "first character wrong": ("marieke@example.nl", "N" + PASSWORD[1:]),
    "last character wrong": ("marieke@example.nl", PASSWORD[:-1] + "L"),
}
ROUNDS = 300
RUNS = 3
THRESHOLD = 4.5  # |t| beyond it happens by chance once in about 150,000 comparisons
KEPT = 0.9  # the slowest tenth holds page faults and garbage collections

COST = Cost(memory_kib=512, iterations=1)  # cheap enough to repeat, and still nearly all of the time


@pytest.fixture
def sign_in() -> SignIn:
    clock = FrozenClock()
    passwords = Argon2PasswordHasher(lambda message: hmac.digest(b"pepper", message, "sha256"), COST)
    accounts = InMemoryAccounts()
    Registration(accounts=accounts, passwords=passwords, keys=sealer_in_memory(clock), clock=clock).create_account(
        "marieke@example.nl", PASSWORD
    )
    return SignIn(
        accounts=accounts,
        families=InMemoryTokenFamilies(),
        devices=InMemorySignedInDevices(),
        known_devices=InMemoryKnownDevices(),
        passwords=passwords,
        tokens=CountedAccessTokens(),
        limits=AttemptLimits(InMemoryAttempts()),
        announcer=RecordingAnnouncer(),
        clock=clock,
    )


def measured(sign_in: SignIn) -> dict[str, list[int]]:
    """Return the nanoseconds that each guess took, by its kind."""
    assert isinstance(sign_in.clock, FrozenClock)
    taken: dict[str, list[int]] = {kind: [] for kind in GUESSES}
    kinds = list(GUESSES)
    for number in range(ROUNDS):
        for kind in kinds[number % 3 :] + kinds[: number % 3]:
            sign_in.clock.advance(timedelta(hours=2))  # no limit is ever reached
            started = time.thread_time_ns()
            with pytest.raises(WrongCredentials):
                sign_in.with_password(*GUESSES[kind], "192.0.2.7")
            taken[kind].append(time.thread_time_ns() - started)
    return {kind: sorted(times)[: int(KEPT * len(times))] for kind, times in taken.items()}


def welch_t(one: Sequence[int], other: Sequence[int]) -> float:
    """Return Welch's t of two samples."""
    error = math.sqrt(statistics.variance(one) / len(one) + statistics.variance(other) / len(other))
    return abs(statistics.fmean(one) - statistics.fmean(other)) / error


def largest_t(sign_in: SignIn) -> float:
    """Return the largest t between two kinds of guesses."""
    return max(welch_t(one, other) for one, other in itertools.combinations(measured(sign_in).values(), 2))


@pytest.mark.promise("P-49", guard="adapters.passwords:Argon2PasswordHasher.decoy", part="timing")
@pytest.mark.attack("A-17", guard="adapters.passwords:Argon2PasswordHasher.decoy")
def test_the_time_of_a_refusal_does_not_tell_what_was_wrong(sign_in: SignIn) -> None:
    assert any(largest_t(sign_in) < THRESHOLD for _ in range(RUNS))
