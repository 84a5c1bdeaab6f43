"""What watches need of the world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.kernel.ids import AccountId, WatchId
from core.watches.model import Binding, Membership, Standing, StockedDevice


class Devices(Protocol):
    """All devices that we know. Look-ups go by an HMAC of the device id; the id itself is stored sealed only."""

    def stock(self, device: StockedDevice) -> bool:
        """Add a device; return False when it is there already (it then stays as it is)."""
        ...

    def standing(self, device_id: str) -> Standing:
        """Tell what is known of a device id."""
        ...

    def binding_at(self, device_id: str, at: datetime) -> Binding | None:
        """Return the binding that was open at that instant."""
        ...

    def bind(self, device_id: str, watch_id: WatchId, account_id: AccountId, at: datetime) -> None:
        """Bind a stocked device: binding, watch and owner's membership together or not at all. Raise NotBindable."""
        ...

    def unbind(self, device_id: str, at: datetime) -> None:
        """End the open binding; the device is stocked again."""
        ...


class Memberships(Protocol):
    """Who may see which watch."""

    def of_account(self, account_id: AccountId) -> Sequence[Membership]:
        """Return the account's memberships, oldest first."""
        ...

    def get(self, account_id: AccountId, watch_id: WatchId) -> Membership | None:
        """Return the account's part in a watch."""
        ...
