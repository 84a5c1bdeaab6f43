"""Tells the bridge that something waits for a watch."""

from datetime import datetime

from core.commands.ports import Nudges, Presences


class Doorbell:
    """Nudges the task that holds the watch's connection, if there is one.

    Ring after what waits was stored: the bridge writes a presence before it looks what waits, so one of the two sees
    the other.
    """

    def __init__(self, presences: Presences, nudges: Nudges) -> None:
        self._presences = presences
        self._nudges = nudges

    def ring(self, addressee: str, now: datetime) -> None:
        """Nudge. addressee: as in a presence."""
        presence = self._presences.get(addressee, now)
        if presence is not None and presence.queue is not None:
            self._nudges.nudge(presence.queue, addressee)
