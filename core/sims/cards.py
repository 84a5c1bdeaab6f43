"""What a watch's card still has: asked of its operator now and then, and told by it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.alerts.own_alarms import own_alarm
from core.kernel.ids import WatchId
from core.sims.model import ProviderRefused, ProviderUnavailable, Sim, Standing, with_standing
from core.sims.ports import SimProvider, Sims
from core.tracking.alarms import AlarmKind
from core.tracking.ports import AlarmQueue
from core.vault.ports import Lookup

ASK_APART = timedelta(minutes=5)
"""A balance changes with a call: an app that is opened again soon is shown what is known."""
TRIES = 5
"""A card is written by a read and a callback at a time: whoever loses so often finds newer things than their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimCards:
    """The cards of watches. Guardians hear once of each want of credit."""

    sims: Sims
    provider: SimProvider
    alarms: AlarmQueue
    lookup: Lookup

    def attach(self, watch_id: WatchId, number: str | None) -> None:
        """Give a watch the card of its device, None where that is not known. Raise Unreadable as Sealer does."""
        if number is not None:
            self.sims.put(Sim(watch_id=watch_id, number=number))

    def detach(self, watch_id: WatchId) -> None:
        """Let who had the watch see and top up its card no more."""
        self.sims.remove(watch_id)

    def look(self, watch_id: WatchId, now: datetime) -> Sim | None:
        """Return the watch's card, its operator asked where that is some minutes ago; None where none is known.

        An operator who does not answer changes nothing but when it is asked again.
        """
        sim = self.sims.get(watch_id)
        if sim is None or (sim.asked_at is not None and now - sim.asked_at < ASK_APART):
            return sim
        try:
            standing = self.provider.standing_of(sim)
        except (ProviderRefused, ProviderUnavailable):
            return self._change(sim, lambda each: replace(each, asked_at=now))
        return self._change(sim, lambda each: with_standing(replace(each, asked_at=now), standing, now))

    def told(self, watch_id: WatchId, standing: Standing, now: datetime) -> None:
        """Take in what the operator tells; what is older than what is known changes nothing."""
        sim = self.sims.get(watch_id)
        if sim is not None:
            self._change(sim, lambda each: with_standing(each, standing, now))

    def _change(self, sim: Sim, step: Callable[[Sim], Sim]) -> Sim | None:
        """Store the card after a step, and raise the alarm that comes of it; it is struck out once it is durable."""
        found: Sim | None = sim
        for _ in range(TRIES):
            if found is None:
                return None
            stepped = step(found)
            stored = found if stepped is found else self.sims.replace(stepped)
            if stored is None:
                found = self.sims.get(sim.watch_id)
                continue
            return self._settled(stored)
        return found

    def _settled(self, sim: Sim) -> Sim:
        if not sim.owes_alarm:
            return sim
        assert sim.low_since is not None, "what is owed has begun"
        kind, at = AlarmKind.LOW_CREDIT, sim.low_since
        self.alarms.raise_all([own_alarm(sim.watch_id, kind, at, at, self.lookup)])
        # whoever replaced it meanwhile owes it still, and raises it again as the same alert
        return self.sims.replace(replace(sim, low_is_told=True)) or sim
