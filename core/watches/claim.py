"""Claims: an account takes a stocked device as its watch, by what only whoever holds the device knows (W-34).

That is the secret from its box, or a code that its screen shows. The id on the device proves nothing. Whatever a claim
fails of, its answer and the work for it are the same.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.accounts.notices import Announcement, Announcer, NoticeKind
from core.kernel.clock import Clock
from core.kernel.ids import AccountId, WatchId, new_id
from core.watches.limits import CLAIM_CODES, CLAIMS, GuessLimits
from core.watches.model import (
    CODE_DIGITS,
    ClaimRefused,
    Identity,
    NotBindable,
    Role,
    Standing,
    StockedDevice,
)
from core.watches.ports import Beginning, ClaimCodes, Devices, Memberships

SHORTEST_SECRET = 13
"""Characters, of base32 or of more: 64 bits."""
LONGEST_SECRET = 64

_NO_SECRET = hashlib.sha256(b"of no device").hexdigest()


@dataclass(frozen=True, slots=True)
class Secret:
    """What was in the box."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShownCode:
    """What the watch showed."""

    digits: str = field(repr=False)


class Claim:
    """Binds stocked devices. show: lets a device's screen show its code, if it is connected."""

    def __init__(
        self,
        *,
        devices: Devices,
        codes: ClaimCodes,
        show: Callable[[str], object],
        beginnings: Sequence[Beginning],
        memberships: Memberships,
        limits: GuessLimits,
        announcer: Announcer,
        clock: Clock,
    ) -> None:
        self._devices = devices
        self._codes = codes
        self._show = show
        self._beginnings = beginnings
        self._memberships = memberships
        self._limits = limits
        self._announcer = announcer
        self._clock = clock

    def show_code(self, account_id: AccountId, device_id: str, address: str) -> None:
        """Let the device show a code for five minutes; raise TooManyAttempts.

        The same is done for any id: a code that no screen shows helps nobody, and nobody learns what devices there are.
        """
        self._limits.admit(CLAIM_CODES, account_id, address, device_id)
        name = self._devices.identity(device_id).name
        self._codes.put(name, new_code(), self._clock.now())
        self._show(name)

    def claim(self, account_id: AccountId, device_id: str, proof: Secret | ShownCode, address: str) -> WatchId:
        """Make the account the owner of a new watch; raise ClaimRefused or TooManyAttempts."""
        self._limits.admit(CLAIMS, account_id, address)
        identity, device = self._devices.described(device_id)
        is_proven = self._is_proven(identity, device, proof)
        if device is not None and is_proven and identity.standing is Standing.STOCKED:
            watch_id = new_watch_id()
            try:
                self._devices.bind(device_id, watch_id, account_id, self._clock.now())
            except NotBindable:  # somebody else was first: their watch by now
                raise ClaimRefused("no such claim") from None
            for begin in self._beginnings:
                begin(watch_id, device)
            self._codes.remove(identity.name)
            self._limits.forgive(CLAIMS, account_id)
            return watch_id
        self._limits.count_at(device_id, CLAIMS)  # wrong ones alone: nobody uses up the tries of who has the proof
        self._tell_owner(identity, device_id, is_proven=is_proven)
        raise ClaimRefused("no such claim")

    def _is_proven(self, identity: Identity, device: StockedDevice | None, proof: Secret | ShownCode) -> bool:
        match proof:
            case Secret(text):
                return is_secret(text, _NO_SECRET if device is None else device.claim_secret_hash)
            case ShownCode(digits):
                code = self._codes.attempt(identity.name, self._clock.now())
                return is_code(digits, "" if code is None else code.digits)

    def _tell_owner(self, identity: Identity, device_id: str, *, is_proven: bool) -> None:
        """Tell of a claim to a watch that is bound; wrong ones at most once a day, so that nobody fills a list.

        Where there is nobody to tell, nobody is told with as much work.
        """
        is_first = self._limits.is_first_today(device_id)
        watch_id = identity.watch_id or WatchId(new_id())
        owners = [each.account_id for each in self._memberships.of_watch(watch_id) if each.role is Role.OWNER]
        self._announcer.announce(
            Announcement(
                kind=NoticeKind.CLAIM_TRIED,
                to=tuple(owners) if is_proven or is_first else (),
                at=self._clock.now(),
                watch_id=watch_id,
            )
        )


def secret_hash(secret: str) -> str:
    """Return what a claim secret is known by: SHA-256 of its capital letters and digits, however they are grouped."""
    return hashlib.sha256("".join(filter(str.isalnum, secret)).upper().encode()).hexdigest()


def is_secret(secret: str, known_hash: str) -> bool:
    """Tell whether this is the secret of that hash; takes the same time for every wrong one."""
    return hmac.compare_digest(secret_hash(secret), known_hash)


def is_code(digits: str, shown: str) -> bool:
    """Tell whether these are the digits that are shown, if any; takes the same time for every wrong one."""
    return bool(shown) and hmac.compare_digest(digits.encode(), shown.encode())


def new_code() -> str:
    """Return the digits of a new code."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def new_watch_id() -> WatchId:
    """Return an id that no watch has had: what was kept of the same device before stays out of reach (D9)."""
    return WatchId(new_id())
