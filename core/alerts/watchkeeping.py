"""What the frames of a watch bring about: crossings of zones, an empty battery, the end of a silence."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.alerts.memory import WatchMemory
from core.alerts.model import Due, DueKind, WatchState
from core.alerts.own_alarms import own_alarm
from core.alerts.ports import DueTimes, Locator
from core.kernel.clock import Clock, ms_of
from core.kernel.ids import WatchId
from core.tracking.alarms import Alarm, AlarmKind
from core.tracking.model import Sighting
from core.tracking.ports import NotAsked
from core.vault.model import EpochOver, Unreadable
from core.vault.ports import Lookup
from core.zones.engine import Followed, first_outside_at, follow, settle, time_of
from core.zones.model import Side, Zone
from core.zones.ports import Zones
from core.zones.schedule import gives_alarm

LOW_BELOW_PERCENT = 20
"""Where the watches set their own alarm bit."""
CHARGED_FROM_PERCENT = 30
"""A discharge is over here: a reading that wavers around the threshold tells nothing new."""
SILENT_AFTER = timedelta(minutes=30)
"""Three heartbeats of the longest interval that a watch can be set to, 10 minutes."""
SOON = timedelta(minutes=2)
"""After its receipt a point outside is no reason any more to ask where the watch is now."""
_CROSSED = {Side.INSIDE: AlarmKind.ZONE_ENTERED, Side.OUTSIDE: AlarmKind.ZONE_LEFT}


class Watchkeeping:
    """Watchkeeper that remembers each watch in one state. Backlog changes nothing but that the watch was heard."""

    def __init__(
        self,
        zones: Zones,
        memory: WatchMemory,
        due: DueTimes,
        lookup: Lookup,
        clock: Clock,
        locator: Locator | None = None,
    ) -> None:
        """Take the ports. locator: asks for another point after a first one outside a zone; None: nobody asks."""
        self._zones = zones
        self._memory = memory
        self._due = due
        self._lookup = lookup
        self._clock = clock
        self._locator = locator

    def saw(self, watch_id: WatchId, sightings: Sequence[Sighting]) -> None:
        """Take in the sightings of a batch, in order of time; nothing comes of a watch that was erased meanwhile.

        Raise WatchContended, or NotAsked when all is done but that.
        """
        if not sightings:
            return
        zones = self._zones.of_watch(watch_id) if any(each.position for each in sightings) else ()

        def stepped(state: WatchState | None) -> tuple[WatchState | None, WatchState | None]:
            after = self._after(state, watch_id, sightings, zones)
            return after, after

        try:
            state = self._memory.change(watch_id, stepped)
        except (EpochOver, Unreadable):
            return
        if state is not None and self._has_perhaps_left(state, sightings):
            self._locate(watch_id)

    def _locate(self, watch_id: WatchId) -> None:
        if self._locator is None:
            return
        try:
            self._locator.locate(watch_id)
        except (EpochOver, Unreadable):
            return
        except Exception as failure:
            raise NotAsked from failure

    def _has_perhaps_left(self, state: WatchState, sightings: Sequence[Sighting]) -> bool:
        """Tell whether these sightings brought a first point outside a zone, and just now."""
        at = first_outside_at(state.presence)
        positions = (each.position for each in sightings)
        return at is not None and any(
            position is not None
            and ms_of(time_of(position)) == ms_of(at)
            and self._clock.now() - position.received_at <= SOON
            for position in positions
        )

    def look_again(self, due: Due) -> None:
        """Conclude from time alone that a watch stayed beyond a border (DueKind.DWELL); raise as WatchMemory.change."""
        watch_id, now = due.watch_id, self._clock.now()
        assert watch_id is not None, "a dwell is of a watch"
        zones = self._zones.of_watch(watch_id)

        def settled(state: WatchState | None) -> tuple[WatchState | None, None]:
            if state is None:
                return None, None
            return self._crossed(state, watch_id, settle(state.presence, zones, now), zones, now), None

        self._memory.change(watch_id, settled)

    def _after(
        self, known: WatchState | None, watch_id: WatchId, sightings: Sequence[Sighting], zones: Sequence[Zone]
    ) -> WatchState | None:
        """Return the state after these sightings; the same one when nothing changed that another frame could undo."""
        news = [each for each in sightings if is_news(each, known)]
        if known is None and not news:
            return None
        state = known or WatchState(newest_at=news[0].at)
        state = self._heard(state, watch_id, sightings)
        if zones or state.presence:
            state = self._moved(state, watch_id, news, zones)
        state = self._fared(state, watch_id, news)
        if state is known or not news:
            return state
        # a heartbeat tells no time: it is as of its receipt, and makes no report old that a slower clock told with it
        told_at = (each.at for each in news if each.alarms is not None)
        return replace(state, newest_at=max(told_at, default=state.newest_at))

    def _heard(self, state: WatchState, watch_id: WatchId, sightings: Sequence[Sighting]) -> WatchState:
        """End a silence, and see to it that the next one is noticed: the sweep prolongs the wait by each reading."""
        heard_at = max(each.received_at for each in sightings)
        if not is_news_of_silence(state, heard_at, is_bare=all(map(is_bare_heartbeat, sightings))):
            return state
        due_at = heard_at + SILENT_AFTER
        self._due.add(Due(kind=DueKind.SILENCE, at=due_at, watch_id=watch_id))
        owed = state.owed
        if state.is_silent:
            owed = (*owed, own_alarm(watch_id, AlarmKind.BACK_AGAIN, heard_at, heard_at, self._lookup))
        return replace(state, is_silent=False, silence_due_at=due_at, owed=owed)

    def _moved(
        self, state: WatchState, watch_id: WatchId, news: Sequence[Sighting], zones: Sequence[Zone]
    ) -> WatchState:
        """Follow the watch through its zones."""
        positions = [each.position for each in news if each.position is not None]
        if not positions:
            return state
        told_at = max(each.received_at for each in news)
        return self._crossed(state, watch_id, follow(state.presence, zones, positions), zones, told_at)

    def _crossed(
        self, state: WatchState, watch_id: WatchId, followed: Followed, zones: Sequence[Zone], told_at: datetime
    ) -> WatchState:
        """Owe what guardians want to hear of, and look again when the engine wants to."""
        if followed.look_again_at is not None:
            self._due.add(Due(kind=DueKind.DWELL, at=followed.look_again_at, watch_id=watch_id))
        by_id = {zone.zone_id: zone for zone in zones}
        alarms = [
            own_alarm(watch_id, _CROSSED[crossing.into], crossing.at, told_at, self._lookup, crossing.zone_id)
            for crossing in followed.crossings
            if gives_alarm(by_id[crossing.zone_id], crossing)
        ]
        return replace(state, presence=followed.presence, owed=(*state.owed, *alarms))

    def _fared(self, state: WatchState, watch_id: WatchId, news: Sequence[Sighting]) -> WatchState:
        """Begin and end what lasts. An alarm bit begins nothing here: its alarm is on its way already."""
        episodes = dict(state.episodes)
        alarms: list[Alarm] = []
        for sighting in news:
            # an alarm outruns the frames of its batch: those of before it end nothing
            for kind in [each for each, at in episodes.items() if at < sighting.at and has_ended(each, sighting)]:
                del episodes[kind]
            if is_low(sighting) and AlarmKind.LOW_BATTERY not in episodes:
                episodes[AlarmKind.LOW_BATTERY] = sighting.at
                kind, at, told_at = AlarmKind.LOW_BATTERY, sighting.at, sighting.received_at
                alarms.append(own_alarm(watch_id, kind, at, told_at, self._lookup))
        if episodes == state.episodes and not alarms:
            return state
        return replace(state, episodes=episodes, owed=(*state.owed, *alarms))


def is_news(sighting: Sighting, known: WatchState | None) -> bool:
    """Tell whether a sighting may change anything: neither backlog nor older than what was taken in."""
    return not sighting.backlog and (known is None or sighting.at > known.newest_at)


def is_news_of_silence(state: WatchState, heard_at: datetime, *, is_bare: bool) -> bool:
    """Tell whether a silence ends here, or the wait for the next one begins anew.

    Nobody waits for it where there was none before, or not since long; of bare heartbeats the sweep finds no reading.
    """
    if state.silence_due_at is None:
        return True
    if state.is_silent or is_bare:
        return heard_at > state.silence_due_at - SILENT_AFTER
    return heard_at > state.silence_due_at + SILENT_AFTER


def is_bare_heartbeat(sighting: Sighting) -> bool:
    """Tell whether it is an `LK` without arguments, all that some watches send at rest: it leaves no reading."""
    return sighting.alarms is None and sighting.battery_percent is None


def is_low(sighting: Sighting) -> bool:
    """Tell whether the charge alone is an alarm."""
    percent = sighting.battery_percent
    return percent is not None and percent < LOW_BELOW_PERCENT and not _tells(sighting, AlarmKind.LOW_BATTERY)


def has_ended(kind: AlarmKind, sighting: Sighting) -> bool:
    """Tell whether a frame shows that what lasted is over."""
    if _tells(sighting, kind):
        return False
    if kind is AlarmKind.LOW_BATTERY:
        return sighting.battery_percent is not None and sighting.battery_percent >= CHARGED_FROM_PERCENT
    return sighting.alarms is not None


def _tells(sighting: Sighting, kind: AlarmKind) -> bool:
    return sighting.alarms is not None and kind in sighting.alarms
