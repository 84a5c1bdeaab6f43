"""Registering a card to the watch's owner, for its operator and nobody else (P-10)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from core.kernel.errors import ChangedMeanwhile
from core.kernel.ids import AccountId, RegistrationId, WatchId, new_id
from core.sims.model import (
    NoSim,
    ProviderRefused,
    ProviderUnavailable,
    Registrant,
    Registration,
    RegistrationNotFound,
    RegistrationState,
    Sim,
    with_state,
)
from core.sims.ports import SimProvider, SimRegistrations, Sims
from core.watches.model import Membership, Role
from core.watches.ports import Memberships


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationDesk:
    """Submits registrations and follows them until the operator has decided."""

    registrations: SimRegistrations
    sims: Sims
    memberships: Memberships
    provider: SimProvider

    def submit(self, account_id: AccountId, watch_id: WatchId, registrant: Registrant, now: datetime) -> Registration:
        """Register the watch's card to somebody, in the place of whoever it was; raise NoSim or ChangedMeanwhile.

        It is stored first: where the operator does not answer, it is asked again at the next look.
        """
        sim = self._sim(watch_id)
        known = self.registrations.get(account_id, watch_id)
        submitted = self.registrations.replace(
            Registration(
                registration_id=RegistrationId(new_id()),
                account_id=account_id,
                watch_id=watch_id,
                registrant=registrant,
                state_at=now,
                revision=0 if known is None else known.revision,
            )
        )
        if submitted is None:
            raise ChangedMeanwhile("the registration was changed meanwhile")
        return self._followed(sim, submitted, now)

    def get(self, account_id: AccountId, watch_id: WatchId, now: datetime) -> Registration:
        """Return the account's registration of the watch's card, as far as it came; raise RegistrationNotFound."""
        registration = self.registrations.get(account_id, watch_id)
        if registration is None:
            raise RegistrationNotFound("the card is not registered to this account")
        if registration.state is not RegistrationState.SUBMITTED:
            return registration
        sim = self.sims.get(watch_id)
        return registration if sim is None else self._followed(sim, registration, now)

    def withdraw(self, account_id: AccountId, watch_id: WatchId) -> None:
        """Have the operator forget it and forget it here; raise RegistrationNotFound, or ProviderUnavailable.

        It is forgotten here last, so that a failure leaves something to try again with.
        """
        registration = self.registrations.get(account_id, watch_id)
        if registration is None:
            raise RegistrationNotFound("the card is not registered to this account")
        sim = self.sims.get(watch_id)
        if sim is not None:
            with suppress(ProviderRefused):  # the operator does not know the card any more
                self.provider.withdraw(sim, registration)
        self.registrations.remove(account_id, watch_id)

    def end(self, account_id: AccountId, watch_id: WatchId) -> None:
        """End an owner's registration with their ownership, whether or not there is one and the operator answers."""
        with suppress(RegistrationNotFound, ProviderUnavailable):
            self.withdraw(account_id, watch_id)
        self.registrations.remove(account_id, watch_id)

    def told(self, watch_id: WatchId, registration_id: RegistrationId, state: RegistrationState, now: datetime) -> None:
        """Take in what the operator tells of a registration; one that was replaced meanwhile changes nothing."""
        owner = owner_among(self.memberships.of_watch(watch_id))
        registration = None if owner is None else self.registrations.get(owner, watch_id)
        if registration is not None and registration.registration_id == registration_id:
            self._answered(registration, state, now)

    def _sim(self, watch_id: WatchId) -> Sim:
        sim = self.sims.get(watch_id)
        if sim is None:
            raise NoSim("the watch has no SIM that is known")
        return sim

    def _followed(self, sim: Sim, registration: Registration, now: datetime) -> Registration:
        try:
            state = self.provider.register(sim, registration)
        except ProviderRefused:
            state = RegistrationState.REJECTED
        except ProviderUnavailable:
            return registration
        return self._answered(registration, state, now)

    def _answered(self, registration: Registration, state: RegistrationState, now: datetime) -> Registration:
        """Store how far it came; whoever stored something else meanwhile knew better."""
        stepped = with_state(registration, state, now)
        if stepped is registration:
            return registration
        stored = self.registrations.replace(stepped)
        return stored or self.registrations.get(registration.account_id, registration.watch_id) or registration


def owner_among(members: Sequence[Membership]) -> AccountId | None:
    """Return whose watch it is."""
    return next((each.account_id for each in members if each.role is Role.OWNER), None)
