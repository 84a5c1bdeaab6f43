"""What SIM cards need of the world."""

from datetime import datetime
from typing import Protocol

from core.kernel.ids import AccountId, TopUpId, WatchId
from core.kernel.page import Page
from core.sims.model import (
    Callback,
    Registration,
    RegistrationState,
    Sim,
    SimEvent,
    Standing,
    TopUp,
    TopUpAnswer,
)


class Sims(Protocol):
    """The cards of all watches, sealed."""

    def get(self, watch_id: WatchId) -> Sim | None:
        """Return the watch's card; None where none is known, or it does not open."""
        ...

    def put(self, sim: Sim) -> None:
        """Store a card in the place of whatever was known. Raise Unreadable as Sealer does."""
        ...

    def replace(self, sim: Sim) -> Sim | None:
        """Store it in the place of its revision; return it as stored, None when that one is gone. Raise as `put`."""
        ...

    def remove(self, watch_id: WatchId) -> None:
        """Forget it; it is no error when there is none."""
        ...


class TopUps(Protocol):
    """The top-ups of all watches, sealed."""

    def add(self, top_up: TopUp) -> bool:
        """Store a new one; return False, and change nothing, when there is one of this name. Raise as Sims.put."""
        ...

    def replace(self, top_up: TopUp) -> TopUp | None:
        """As Sims.replace."""
        ...

    def get(self, watch_id: WatchId, top_up_id: TopUpId) -> TopUp | None:
        """Return a top-up of this watch."""
        ...

    def newest(self, watch_id: WatchId, *, limit: int, after: str | None) -> Page[TopUp]:
        """Return at most `limit` of the watch's, the newest first; `after` is a page's `next`."""
        ...


class SimRegistrations(Protocol):
    """The registrations of all owners, sealed under the owner's key."""

    def get(self, account_id: AccountId, watch_id: WatchId) -> Registration | None:
        """Return the account's registration of the watch's card."""
        ...

    def replace(self, registration: Registration) -> Registration | None:
        """As Sims.replace; revision 0: there must be none."""
        ...

    def remove(self, account_id: AccountId, watch_id: WatchId) -> None:
        """Forget it; it is no error when there is none."""
        ...


class SimProvider(Protocol):
    """The operator of the cards (docs/sim-provider.md).

    Each method raises ProviderUnavailable, or ProviderRefused for what will never be. All may be asked again: what has
    a name is done once.
    """

    def standing_of(self, sim: Sim) -> Standing:
        """Return how a card stands."""
        ...

    def top_up(self, top_up: TopUp, not_after: datetime) -> TopUpAnswer:
        """Have it booked, unless it is already; what first reaches the operator after not_after is refused."""
        ...

    def register(self, sim: Sim, registration: Registration) -> RegistrationState:
        """Submit a registration, unless it is already; return how far it came."""
        ...

    def withdraw(self, sim: Sim, registration: Registration) -> None:
        """Have the operator forget a registration; what it has forgotten already is no error."""
        ...

    def event_in(self, callback: Callback) -> SimEvent:
        """Return what a callback tells; raise InvalidSignature or InvalidCallback."""
        ...
