"""What the operator tells by itself. Taken twice, late or in another order, it changes nothing that is newer."""

from dataclasses import dataclass
from datetime import datetime

from core.accounts.attempts import WINDOW, exceeds, network_of, window_of
from core.accounts.model import TooManyAttempts
from core.accounts.ports import Attempts
from core.sims.cards import SimCards
from core.sims.model import Callback, RegistrationTold, StandingTold, TopUpTold
from core.sims.ports import SimProvider
from core.sims.registrations import RegistrationDesk
from core.sims.top_ups import TopUpDesk

CALLBACKS_PER_ADDRESS = 6_000
"""In ten minutes: three times what 60,000 cards with five calls a day give; each costs us a look at its signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimCallbacks:
    """Takes callbacks of the operator."""

    provider: SimProvider
    cards: SimCards
    top_ups: TopUpDesk
    registrations: RegistrationDesk
    attempts: Attempts

    def take(self, callback: Callback, address: str, now: datetime) -> None:
        """Apply what a callback tells; raise TooManyAttempts, InvalidSignature or InvalidCallback."""
        window_start = window_of(now)
        counter = f"sim-callbacks:{network_of(address)}:{window_start.isoformat()}"
        if exceeds(self.attempts.count(counter, now), CALLBACKS_PER_ADDRESS):
            raise TooManyAttempts(window_start + WINDOW - now)
        match self.provider.event_in(callback):
            case StandingTold(watch_id, standing):
                self.cards.told(watch_id, standing, now)
            case TopUpTold(watch_id, top_up_id, answer):
                self.top_ups.told(watch_id, top_up_id, answer, now)
            case RegistrationTold(watch_id, registration_id, state):
                self.registrations.told(watch_id, registration_id, state, now)
