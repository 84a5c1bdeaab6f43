"""Limits on guessing passwords (P-51): for each account, for each address, and over all.

An attempt is counted before its password is checked, so that guesses made at the same time cannot exceed a limit,
and for a login name whether or not an account has it. The right password clears the account's tally alone: otherwise
whoever has one account could go on guessing at the others.
"""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.accounts.model import TooManyAttempts
from core.accounts.ports import Attempts, Tally

FREE_ATTEMPTS = 10  # P-51
FIRST_DELAY = timedelta(minutes=1)  # doubles with each further attempt
LONGEST_DELAY = timedelta(hours=1)  # under 40 guesses a day (NIST SP 800-63B-4 allows 100)
_ENOUGH_DOUBLINGS = (LONGEST_DELAY // FIRST_DELAY).bit_length()

WINDOW = timedelta(minutes=10)
ATTEMPTS_PER_ADDRESS = 100  # in a window; mobile operators put many homes behind one address
ATTEMPTS_IN_ALL = 3_000  # in a window: five a second, far above what 50,000 accounts with month-long sign-ins need

_IPV6_SITE = 64  # one home has a whole /64 and any address in it


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    """Admits a sign-in attempt or raises TooManyAttempts."""

    attempts: Attempts

    def admit(self, login: str, address: str, now: datetime) -> None:
        """Count an attempt under each limit in turn; what one refuses is not counted under the next."""
        self._count(f"address:{network_of(address)}", ATTEMPTS_PER_ADDRESS, now)
        self._count("all", ATTEMPTS_IN_ALL, now)
        self.attempts.advance(_account_counter(login), lambda tally: next_tally(tally, now), now)

    def forgive(self, login: str) -> None:
        """Clear the account's tally after the right password."""
        self.attempts.clear(_account_counter(login))

    def _count(self, subject: str, limit: int, now: datetime) -> None:
        window_start = window_of(now)
        if exceeds(self.attempts.count(f"{subject}:{window_start.isoformat()}", now), limit):
            raise TooManyAttempts(window_start + WINDOW - now)


def next_tally(tally: Tally | None, now: datetime) -> Tally:
    """Return the account's tally after one more attempt; raise TooManyAttempts when it comes too early."""
    if tally is None:
        return Tally(1, now)
    if now < tally.free_at:
        raise TooManyAttempts(tally.free_at - now)
    attempts = tally.attempts + 1
    return Tally(attempts, now + delay_after(attempts))


def delay_after(attempts: int) -> timedelta:
    """Return how long the next attempt must wait after so many."""
    if attempts < FREE_ATTEMPTS:
        return timedelta(0)
    factor = min(1 << min(attempts - FREE_ATTEMPTS, _ENOUGH_DOUBLINGS), LONGEST_DELAY // FIRST_DELAY)
    return FIRST_DELAY * factor


def exceeds(count: int, limit: int) -> bool:
    """Tell whether a window's counter is beyond its limit."""
    return count > limit


def window_of(now: datetime) -> datetime:
    """Return the start of the window that holds this instant."""
    epoch = datetime.min.replace(tzinfo=UTC)
    return now - (now - epoch) % WINDOW


def network_of(address: str) -> str:
    """Return what counts as one address: an IPv4 address, or the /64 of an IPv6 one."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_SITE), strict=False))


def _account_counter(login: str) -> str:
    return f"account:{login}"
