"""Limits on guessing at devices and invitations: for each account, each address, and each device (P-51)."""

from dataclasses import dataclass

from core.accounts.attempts import count_in_window, network_of, next_tally
from core.accounts.ports import Attempts
from core.kernel.clock import Clock
from core.kernel.ids import AccountId


@dataclass(frozen=True, slots=True)
class Allowance:
    """How often something may be tried within a window, by all accounts together."""

    act: str
    per_address: int
    per_device: int


CLAIMS = Allowance("claim", per_address=50, per_device=20)
"""A shop that sets watches up for its customers makes fewer."""
CLAIM_CODES = Allowance("claim-code", per_address=20, per_device=3)
"""A code lives for half a window: whoever has read an id somewhere does not fill that watch's screen."""
ACCEPTANCES = Allowance("acceptance", per_address=50, per_device=0)


class GuessLimits:
    """Counts tries, mostly before anything is looked at. After ten that failed, an account waits longer each time."""

    def __init__(self, attempts: Attempts, clock: Clock) -> None:
        self._attempts = attempts
        self._clock = clock

    def admit(self, allowance: Allowance, account_id: AccountId, address: str, device_id: str | None = None) -> None:
        """Count one try; raise TooManyAttempts."""
        now = self._clock.now()
        network = f"{allowance.act}:address:{network_of(address)}"
        count_in_window(self._attempts, network, allowance.per_address, now)
        if device_id is not None:
            self.count_at(device_id, allowance)
        self._attempts.advance(_counter(allowance, account_id), lambda tally: next_tally(tally, now), now)

    def count_at(self, device_id: str, allowance: Allowance) -> None:
        """Count one try at a device, whoever makes it; raise TooManyAttempts."""
        count_in_window(self._attempts, f"{allowance.act}:device:{device_id}", allowance.per_device, self._clock.now())

    def forgive(self, allowance: Allowance, account_id: AccountId) -> None:
        """Forget the account's tries after a right one."""
        self._attempts.clear(_counter(allowance, account_id))

    def is_first_today(self, device_id: str) -> bool:
        """Count a claim that failed; tell whether it is the device's first of this day."""
        now = self._clock.now()
        return self._attempts.count(f"claim-failed:{device_id}:{now.date().isoformat()}", now) == 1


def _counter(allowance: Allowance, account_id: AccountId) -> str:
    return f"{allowance.act}:account:{account_id}"
