"""All that is done with SIM cards, wired in one place."""

from dataclasses import dataclass
from typing import Self

from core.accounts.ports import Attempts
from core.kernel.ids import AccountId, WatchId
from core.sims.callbacks import SimCallbacks
from core.sims.cards import SimCards
from core.sims.ports import SimProvider, SimRegistrations, Sims, TopUps
from core.sims.registrations import RegistrationDesk
from core.sims.top_ups import TopUpDesk
from core.tracking.ports import AlarmQueue
from core.vault.ports import Lookup
from core.watches.ports import Memberships


@dataclass(frozen=True, slots=True, kw_only=True)
class SimService:
    """The cards, the orders, the registrations, and what their operator tells of them by itself."""

    cards: SimCards
    top_ups: TopUpDesk
    registrations: RegistrationDesk
    callbacks: SimCallbacks

    @classmethod
    def over(
        cls,
        *,
        sims: Sims,
        top_ups: TopUps,
        registrations: SimRegistrations,
        memberships: Memberships,
        provider: SimProvider,
        alarms: AlarmQueue,
        attempts: Attempts,
        lookup: Lookup,
    ) -> Self:
        """Return the service over these ports."""
        cards = SimCards(sims=sims, provider=provider, alarms=alarms, lookup=lookup)
        orders = TopUpDesk(top_ups=top_ups, cards=cards, provider=provider, attempts=attempts, lookup=lookup)
        desk = RegistrationDesk(registrations=registrations, sims=sims, memberships=memberships, provider=provider)
        callbacks = SimCallbacks(provider=provider, cards=cards, top_ups=orders, registrations=desk, attempts=attempts)
        return cls(cards=cards, top_ups=orders, registrations=desk, callbacks=callbacks)

    def watch_claimed(self, watch_id: WatchId, number: str | None) -> None:
        """Give a new watch the card of its device, None where that is not known; raise Unreadable as Sealer does."""
        self.cards.attach(watch_id, number)

    def watch_unbound(self, watch_id: WatchId, owner: AccountId) -> None:
        """Let who had the watch see, top up and answer for its card no more."""
        self.owner_left(watch_id, owner)
        self.cards.detach(watch_id)

    def owner_left(self, watch_id: WatchId, owner: AccountId) -> None:
        """End what an owner's registration says of the card of a watch that is another's now."""
        self.registrations.end(owner, watch_id)
