"""Brings a connected watch to look into its outbox at once."""

from core.commands.ports import Nudges, Presences
from core.kernel.clock import Clock

_ANY_QUEUE = 0


class Rousing:
    """Nudges the task of the bridge that holds a connection. What is to be found in the outbox is stored before."""

    def __init__(self, presences: Presences, nudges: Nudges, clock: Clock) -> None:
        self._presences = presences
        self._nudges = nudges
        self._clock = clock

    def rouse(self, addressee: str) -> None:
        """Nudge it. One that is nowhere connected is nudged as well, so that the time it takes tells nobody."""
        presence = self._presences.get(addressee, self._clock.now())
        queue = None if presence is None else presence.queue
        self._nudges.nudge(_ANY_QUEUE if queue is None else queue, addressee)
