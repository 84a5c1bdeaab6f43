"""What watches need of the world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.kernel.ids import AccountId, WatchId
from core.watches.model import Binding, ClaimCode, Membership, Standing, StockedDevice
from core.watches.profile import Profile


class Devices(Protocol):
    """All devices that we know. Look-ups go by an HMAC of the device id; the id itself is stored sealed only."""

    def stock(self, device: StockedDevice) -> bool:
        """Add a device; return False when it is there already (it then stays as it is)."""
        ...

    def standing(self, device_id: str) -> Standing:
        """Tell what is known of a device id."""
        ...

    def bindings(self, device_id: str) -> Sequence[Binding]:
        """Return all bindings of a device, oldest first; at most the last one is open."""
        ...

    def bind(self, device_id: str, watch_id: WatchId, account_id: AccountId, at: datetime) -> None:
        """Bind a stocked device from that instant on: key, binding and owner's membership. Raise NotBindable."""
        ...

    def unbind(self, device_id: str, at: datetime) -> None:
        """End the open binding; the device is stocked again. Raise NotBindable when none is open."""
        ...


class ClaimCodes(Protocol):
    """The codes that watches show, for five minutes each. device: its name, as Identity has it."""

    def put(self, device: str, digits: str, now: datetime) -> None:
        """Store a new code, untried; nothing happens while one stands, so that asking again gives no more tries."""
        ...

    def get(self, device: str, now: datetime) -> ClaimCode | None:
        """Return the code that is to be shown."""
        ...

    def attempt(self, device: str, now: datetime) -> ClaimCode | None:
        """Count one try and return the code; None where there is none, or CODE_TRIES were made."""
        ...

    def remove(self, device: str) -> None:
        """Forget it; it is no error when there is none."""
        ...


class Memberships(Protocol):
    """Who may see which watch."""

    def of_account(self, account_id: AccountId) -> Sequence[Membership]:
        """Return the account's memberships, oldest first."""
        ...

    def of_watch(self, watch_id: WatchId) -> Sequence[Membership]:
        """Return everybody's part in a watch, oldest first, read consistently."""
        ...

    def get(self, account_id: AccountId, watch_id: WatchId) -> Membership | None:
        """Return the account's part in a watch."""
        ...


class WatchProfiles(Protocol):
    """How watches are shown."""

    def get(self, watch_id: WatchId) -> Profile:
        """Return the profile, read consistently; where nothing was stored, or it does not open, all of it is default.

        Whoever stores one in its place does so by the revision that is returned.
        """
        ...

    def replace(self, profile: Profile) -> Profile | None:
        """Store it in the place of its revision; return it as it is stored, None when another was stored since.

        Raise Unreadable as Sealer does.
        """
        ...
