"""Limits on guessing."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts.attempts import (
    ATTEMPTS_IN_ALL,
    ATTEMPTS_PER_ADDRESS,
    FREE_ATTEMPTS,
    LONGEST_DELAY,
    WINDOW,
    AttemptLimits,
    delay_after,
    network_of,
    next_tally,
    window_of,
)
from core.accounts.model import TooManyAttempts
from tests.clocks import NOON
from tests.fakes.accounts import InMemoryAttempts

SECOND = timedelta(seconds=1)


@pytest.fixture
def attempts() -> InMemoryAttempts:
    return InMemoryAttempts()


@pytest.fixture
def limits(attempts: InMemoryAttempts) -> AttemptLimits:
    return AttemptLimits(attempts)


def refused_for(limits: AttemptLimits, login: str = "marieke@example.nl", address: str = "192.0.2.7") -> timedelta:
    with pytest.raises(TooManyAttempts) as refusal:
        limits.admit(login, address, NOON)
    return refusal.value.retry_after


def test_the_delay_grows_from_a_minute_to_an_hour_after_the_free_attempts() -> None:
    delays = [delay_after(attempts) // timedelta(minutes=1) for attempts in range(1, 20)]
    assert delays == [0] * 9 + [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert delay_after(10**9) == LONGEST_DELAY


def test_a_day_of_guessing_without_rest_stays_far_below_nists_hundred() -> None:
    tally, now = None, NOON
    while now < NOON + timedelta(days=1):
        tally = next_tally(tally, now)
        now = max(now, tally.free_at)
    assert tally is not None
    assert tally.attempts < 50


@pytest.mark.promise("P-51", guard="core.accounts.attempts:next_tally", part="sign-in")
def test_a_refused_attempt_does_not_prolong_the_wait(limits: AttemptLimits) -> None:
    for _ in range(FREE_ATTEMPTS):
        limits.admit("marieke@example.nl", "192.0.2.7", NOON)
    assert [refused_for(limits) for _ in range(3)] == [timedelta(minutes=1)] * 3
    limits.admit("marieke@example.nl", "192.0.2.7", NOON + timedelta(minutes=1))


def test_another_account_is_not_held_up(limits: AttemptLimits) -> None:
    for _ in range(FREE_ATTEMPTS):
        limits.admit("marieke@example.nl", "192.0.2.7", NOON)
    limits.admit("bram@example.nl", "192.0.2.7", NOON)


def test_the_right_password_gives_the_account_its_free_attempts_again(limits: AttemptLimits) -> None:
    for _ in range(3):
        for _ in range(FREE_ATTEMPTS - 1):
            limits.admit("marieke@example.nl", "192.0.2.7", NOON)
        limits.forgive("marieke@example.nl")


def test_a_day_without_attempts_gives_them_too(limits: AttemptLimits) -> None:
    for _ in range(FREE_ATTEMPTS):
        limits.admit("marieke@example.nl", "192.0.2.7", NOON)
    for _ in range(FREE_ATTEMPTS):
        limits.admit("marieke@example.nl", "192.0.2.7", NOON + timedelta(days=1))


@pytest.mark.promise("P-51", guard="core.accounts.attempts:exceeds", part="sign-in")
@pytest.mark.attack("A-14", guard="core.accounts.attempts:exceeds")
def test_one_password_tried_on_many_accounts_from_one_address_is_refused(limits: AttemptLimits) -> None:
    for number in range(ATTEMPTS_PER_ADDRESS):
        limits.admit(f"{number}@example.nl", "192.0.2.7", NOON)
        limits.forgive(f"{number}@example.nl")
    assert refused_for(limits, "another@example.nl") == window_of(NOON) + WINDOW - NOON
    limits.admit("another@example.nl", "192.0.2.8", NOON)
    limits.admit("another@example.nl", "192.0.2.7", NOON + WINDOW)


@pytest.mark.promise("P-51", guard="core.accounts.attempts:exceeds", part="sign-in")
@pytest.mark.attack("A-14", guard="core.accounts.attempts:exceeds")
def test_one_password_tried_on_many_accounts_from_many_addresses_is_refused(limits: AttemptLimits) -> None:
    for number in range(ATTEMPTS_IN_ALL):
        limits.admit(f"{number}@example.nl", f"10.{number // 65536}.{number // 256 % 256}.{number % 256}", NOON)
    refused_for(limits, address="203.0.113.1")
    limits.admit("marieke@example.nl", "203.0.113.1", NOON + WINDOW)


def test_what_is_refused_for_its_address_costs_neither_all_nor_the_account(
    limits: AttemptLimits, attempts: InMemoryAttempts
) -> None:
    for number in range(ATTEMPTS_PER_ADDRESS):
        limits.admit(f"{number}@example.nl", "192.0.2.7", NOON)
    before = dict(attempts.counts), dict(attempts.tallies)
    refused_for(limits)
    changed = {name for name, count in attempts.counts.items() if before[0].get(name) != count}
    assert all(name.startswith("address:192.0.2.7:") for name in changed)
    assert attempts.tallies == before[1]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0DB8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_one_home_is_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.datetimes().map(lambda at: at.replace(tzinfo=NOON.tzinfo)))
def test_every_instant_lies_in_one_window(now: object) -> None:
    assert isinstance(now, type(NOON))
    start = window_of(now)
    assert start <= now < start + WINDOW if start.year < 9999 else start <= now
    assert window_of(start) == start
