"""Limits on guessing (P-51): for each account, for each address, and over all.

An attempt is counted before its password is checked, so that guesses made at the same time cannot exceed a limit,
and for a login name whether or not an account has it. The right password clears the account's tally alone: otherwise
whoever has one account could go on guessing at the others. A device that has signed in before has a tally of its own
in the place of all three, so that nobody locks a guardian out of it by guessing elsewhere (A-15).
"""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.accounts.model import TooManyAttempts
from core.accounts.ports import Attempts, Tally
from core.kernel.ids import FamilyId

FREE_ATTEMPTS = 10  # P-51
FIRST_DELAY = timedelta(minutes=1)  # doubles with each further attempt
LONGEST_DELAY = timedelta(hours=1)  # under 40 guesses a day (NIST SP 800-63B-4 allows 100)
_ENOUGH_DOUBLINGS = (LONGEST_DELAY // FIRST_DELAY).bit_length()

WINDOW = timedelta(minutes=10)
ATTEMPTS_PER_ADDRESS = 100  # in a window; mobile operators put many homes behind one address
ATTEMPTS_IN_ALL = 3_000  # in a window: five a second, far above what 50,000 accounts with month-long sign-ins need

LETTERS_PER_ADDRESS = 20  # in a window: mails that one address of the internet asks for
LETTERS_IN_ALL = 1_000
REFUSED_LINKS_PER_ADDRESS = 100  # in a window; a link's secret has 128 bits
REFUSED_LINKS_IN_ALL = 3_000
REFRESHES_PER_SIGN_IN = 60  # in a window: an access token holds for all of it
REFUSED_REFRESHES_PER_ADDRESS = 100
REFUSED_REFRESHES_IN_ALL = 3_000
READS_PER_AUTOMATION = 120  # in a window: one each five seconds; published in docs/automations.md

_IPV6_SITE = 64  # one home has a whole /64 and any address in it


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    """Admits an attempt or raises TooManyAttempts. What one limit refuses is not counted under the next."""

    attempts: Attempts

    def admit(self, login: str, address: str, now: datetime, known_key: str | None = None) -> None:
        """Count an attempt to sign in. known_key: of a device that has signed in to this account before."""
        if known_key is None:
            self._count(f"address:{network_of(address)}", ATTEMPTS_PER_ADDRESS, now)
            self._count("all", ATTEMPTS_IN_ALL, now)
        self._advance(_account_counter(login, known_key), now)

    def forgive(self, login: str, known_key: str | None = None) -> None:
        """Clear the tally after the right password: the account's, or the known device's alone."""
        self.attempts.clear(_account_counter(login, known_key))

    def admit_check(self, family_id: FamilyId, now: datetime) -> None:
        """Count a password shown by who is signed in. Only the sign-in counts: nobody else can use its attempts up."""
        self._advance(_check_counter(family_id), now)

    def forgive_check(self, family_id: FamilyId) -> None:
        """Clear the sign-in's tally after the right password."""
        self.attempts.clear(_check_counter(family_id))

    def admit_letter(self, login: str, address: str, now: datetime) -> None:
        """Count a mail that somebody asks for, whoever may get it."""
        self._count(f"letter:address:{network_of(address)}", LETTERS_PER_ADDRESS, now)
        self._count("letter:all", LETTERS_IN_ALL, now)
        self._advance(f"letter:account:{login}", now)

    def count_refused_link(self, address: str, now: datetime) -> None:
        """Count a link that opens nothing. No limit stops one that does: whoever filled it would keep all out."""
        self._count(f"link:address:{network_of(address)}", REFUSED_LINKS_PER_ADDRESS, now)
        self._count("link:all", REFUSED_LINKS_IN_ALL, now)

    def admit_refresh(self, family_id: FamilyId, now: datetime) -> None:
        """Count a refresh by the token that holds. No other limit stops one: whoever filled it would sign all out."""
        self._count(f"refresh:{family_id}", REFRESHES_PER_SIGN_IN, now)

    def count_refused_refresh(self, address: str, now: datetime) -> None:
        """Count a refresh by anything else."""
        self._count(f"refresh:address:{network_of(address)}", REFUSED_REFRESHES_PER_ADDRESS, now)
        self._count("refresh:all", REFUSED_REFRESHES_IN_ALL, now)

    def admit_automation(self, family_id: FamilyId, now: datetime) -> None:
        """Count a request of an automation."""
        self._count(f"automation:{family_id}", READS_PER_AUTOMATION, now)

    def _advance(self, counter: str, now: datetime) -> None:
        self.attempts.advance(counter, lambda tally: next_tally(tally, now), now)

    def _count(self, subject: str, limit: int, now: datetime) -> None:
        count_in_window(self.attempts, subject, limit, now)


def count_in_window(attempts: Attempts, subject: str, limit: int, now: datetime) -> None:
    """Count one more of a subject; raise TooManyAttempts when its limit in this window is exceeded."""
    window_start = window_of(now)
    if exceeds(attempts.count(f"{subject}:{window_start.isoformat()}", now), limit):
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


def _account_counter(login: str, known_key: str | None) -> str:
    return f"account:{login}" if known_key is None else f"known:{known_key}:{login}"


def _check_counter(family_id: FamilyId) -> str:
    return f"check:{family_id}"
