"""From alarms to alerts: what is told, to whom, and until when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto

from core.alerts.courier import Courier, Failures
from core.alerts.memory import WatchMemory
from core.alerts.model import Alert, Channel, DeliveryState, Due, DueKind, WatchState
from core.alerts.own_alarms import is_late
from core.alerts.ports import Acknowledgements, Alerts, Deliveries, DueTimes
from core.alerts.rules import RULES
from core.kernel.clock import Clock
from core.kernel.ids import AlertId, WatchId
from core.tracking.alarms import Alarm
from core.vault.model import EpochOver, Unreadable
from core.zones.ports import Zones

MOST_AN_HOUR = 10
"""Alerts of a kind and a watch that ring within an hour, an SOS apart: nobody reads more, and a broken strap gives
hundreds. Each kind has its own, so that none takes the place of a true crossing."""
AN_HOUR = timedelta(hours=1)
SOS_APART = timedelta(seconds=30)
"""A held button sets the bit in every frame, 10 s apart at the least: the call that just rang stands for these."""
_MINUTE = timedelta(minutes=1)
_REPEATS: Sequence[tuple[int, timedelta]] = ((10, _MINUTE), (10, 5 * _MINUTE))
"""How often an SOS is repeated at which intervals: each minute at first, then each fifth up to the first hour."""
_LAST_INTERVAL = 30 * _MINUTE
"""From then on, while the alert can be read."""
_RESOLUTION = timedelta(milliseconds=1)  # of the times of frames


class Verdict(Enum):
    """What becomes of an alarm."""

    RINGS = auto()
    HELD_BACK = auto()
    TOLD_ALREADY = auto()


class AlertService:
    """Tells guardians of alarms. Whatever is taken again completes what is missing and repeats nothing that was sent.

    An SOS goes out even when nothing of it can be remembered or stored; the failure is raised after it was sent, so
    that its message comes again.
    """

    def __init__(
        self,
        *,
        alerts: Alerts,
        acknowledgements: Acknowledgements,
        deliveries: Deliveries,
        zones: Zones,
        memory: WatchMemory,
        due: DueTimes,
        courier: Courier,
        clock: Clock,
    ) -> None:
        self._alerts = alerts
        self._acknowledgements = acknowledgements
        self._deliveries = deliveries
        self._zones = zones
        self._memory = memory
        self._due = due
        self._courier = courier
        self._clock = clock

    def tell(self, alarm: Alarm) -> None:
        """Make it an alert and send it; nothing comes of it when the watch was erased or the zone removed.

        Raise what failed, when the rest was done.
        """
        failures, now = Failures(), self._clock.now()
        is_new = False
        try:
            alert = self._alerts.get(alarm.watch_id, alarm.alert_id, now)
            if alert is None:
                alert = self._new_alert(alarm, now)
                is_new = alert is not None and self._alerts.add(alert)
        except (EpochOver, Unreadable):
            return
        except Exception as failure:
            if not RULES[alarm.kind].is_urgent:
                raise
            failures.keep(failure)
            alert, is_new = alert_of(alarm, now), True
        if alert is not None:
            with failures.kept():
                self._courier.bring(alert, is_new=is_new)
        failures.tell()

    def repeat(self, due: Due) -> Due | None:
        """Ring an SOS again that nobody has answered; return its next repeat (DueKind.SOS_REPEAT).

        Where it failed at one guardian the next repeat stands all the same, and the failure is raised.
        """
        assert due.watch_id is not None, "a repeat is of a watch"
        alert = self._unseen(due.watch_id, AlertId(due.subject))
        if alert is None or self._is_superseded(alert):
            return None
        channels = [Channel.PUSH, Channel.LIVE]
        if is_mailed(due.step):
            channels.append(Channel.MAIL)
        failures = Failures()
        if not self._courier.ring_again(alert, due.at, channels, failures):
            return None
        following = replace(due, at=self._clock.now() + interval_before(due.step + 1), step=due.step + 1)
        if failures:
            self._due.add(following)
            self._due.remove(due)
        failures.tell()
        return following

    def retry(self, due: Due) -> None:
        """Try again what failed of an alert, unless somebody has seen it (DueKind.RETRY)."""
        assert due.watch_id is not None, "an alert is of a watch"
        alert = self._unseen(due.watch_id, AlertId(due.subject))
        if alert is not None:
            self._courier.retry(alert, due.at)

    def _new_alert(self, alarm: Alarm, now: datetime) -> Alert | None:
        """Return the alert of an alarm, None when nobody is to hear of it."""
        zone_name = None
        if alarm.zone_id is not None:
            zone = self._zones.get(alarm.watch_id, alarm.zone_id)
            if zone is None:
                return None
            zone_name = zone.name
        verdict = self._verdict(alarm)
        if verdict is Verdict.TOLD_ALREADY:
            return None
        if RULES[alarm.kind].is_urgent and verdict is Verdict.RINGS:
            first = now + interval_before(0)  # its row comes before the alert: a crash loses no repeat
            self._due.add(Due(kind=DueKind.SOS_REPEAT, at=first, watch_id=alarm.watch_id, subject=alarm.alert_id))
        return alert_of(alarm, now, zone_name, is_held_back=verdict is Verdict.HELD_BACK)

    def _verdict(self, alarm: Alarm) -> Verdict:
        """Weigh the alarm against what is remembered; where nothing can be, it rings."""

        def weighed(state: WatchState | None) -> tuple[WatchState, Verdict]:
            known = state or WatchState(newest_at=before_its_frame(alarm))
            if RULES[alarm.kind].is_urgent:
                return self._weighed_call(known, alarm)
            return weighed_alarm(known, alarm, self._clock.now())

        try:
            return self._memory.change(alarm.watch_id, weighed)
        except (EpochOver, Unreadable):
            raise
        except Exception:  # noqa: BLE001 - whatever it is: rather twice than never
            return Verdict.RINGS

    def _weighed_call(self, state: WatchState, alarm: Alarm) -> tuple[WatchState, Verdict]:
        """Let an SOS join one that just rang; else it rings, and its repeats take the place of the earlier one's.

        What nobody proved never takes the place of what was proven.
        """
        earlier = self._unseen(alarm.watch_id, state.sos)
        if earlier is None or earlier.alert_id == alarm.alert_id:
            return replace(state, sos=alarm.alert_id), Verdict.RINGS
        if earlier.is_confirmed or not alarm.is_confirmed:
            if self._just_rang(earlier):
                return state, Verdict.HELD_BACK
            if not alarm.is_confirmed:
                return state, Verdict.RINGS
        return replace(state, sos=alarm.alert_id), Verdict.RINGS

    def _just_rang(self, alert: Alert) -> bool:
        """Tell whether it reached a phone a moment ago; a mail, where there is none."""
        now = self._clock.now()
        known = self._deliveries.of_alert(alert.watch_id, alert.alert_id, now)
        sent = {each.channel for each in known if each.state is DeliveryState.SENT and now - each.at < SOS_APART}
        has_phones = any(each.channel is Channel.PUSH and each.state is not DeliveryState.NO_ADDRESS for each in known)
        return (Channel.PUSH if has_phones else Channel.MAIL) in sent

    def _is_superseded(self, alert: Alert) -> bool:
        """Tell whether the repeats of another SOS that nobody has answered go on instead."""
        state = self._memory.of(alert.watch_id)
        other = None if state is None else self._unseen(alert.watch_id, state.sos)
        return other is not None and other.alert_id != alert.alert_id

    def _unseen(self, watch_id: WatchId, alert_id: AlertId | None) -> Alert | None:
        """Return an alert that is not over and that nobody has acknowledged."""
        now = self._clock.now()
        if alert_id is None or self._acknowledgements.of(watch_id, [alert_id], now):
            return None
        return self._alerts.get(watch_id, alert_id, now)


def before_its_frame(alarm: Alarm) -> datetime:
    """Return an instant that leaves the alarm's own frame news: it is taken in after the alarm was raised."""
    return min(alarm.at, alarm.received_at) - _RESOLUTION


def weighed_alarm(state: WatchState, alarm: Alarm, now: datetime) -> tuple[WatchState, Verdict]:
    """Weigh an alarm that is no SOS: one of what lasts is told once, and no more than MOST_AN_HOUR of its kind ring."""
    if is_open(state, alarm):
        return state, Verdict.TOLD_ALREADY
    episodes = state.episodes
    if RULES[alarm.kind].lasts:
        episodes = {**episodes, alarm.kind: alarm.at}
    rang = tuple(at for at in state.rang.get(alarm.kind, ()) if now - at < AN_HOUR)
    verdict = Verdict.HELD_BACK if is_too_much(rang) else Verdict.RINGS
    if verdict is Verdict.RINGS:
        rang = (*rang, now)
    return replace(state, episodes=episodes, rang={**state.rang, alarm.kind: rang}), verdict


def is_open(state: WatchState, alarm: Alarm) -> bool:
    """Tell whether what the alarm tells began earlier and is not over; its very beginning may come again."""
    return state.episodes.get(alarm.kind, alarm.at) != alarm.at


def is_too_much(rang: Sequence[datetime]) -> bool:
    """Tell whether so much rang within the hour that one more alert is only shown."""
    return len(rang) >= MOST_AN_HOUR


def alert_of(alarm: Alarm, now: datetime, zone_name: str | None = None, *, is_held_back: bool = False) -> Alert:
    """Return what guardians are told of an alarm; it may have become late on its way."""
    return Alert(
        alert_id=alarm.alert_id,
        watch_id=alarm.watch_id,
        kind=alarm.kind,
        at=alarm.at,
        received_at=alarm.received_at,
        zone_id=alarm.zone_id,
        zone_name=zone_name,
        is_late=alarm.is_late or is_late(alarm.at, now),
        is_confirmed=alarm.is_confirmed,
        is_held_back=is_held_back,
    )


def interval_before(step: int) -> timedelta:
    """Return how long after the one before it the repeat of this number comes, counted from 0."""
    for repeats, interval in _REPEATS:
        if step < repeats:
            return interval
        step -= repeats
    return _LAST_INTERVAL


def is_mailed(step: int) -> bool:
    """Tell whether a repeat goes by mail too: the first, and one in each hour."""
    waited = sum((interval_before(each) for each in range(step + 1)), timedelta())
    return step == 0 or waited % AN_HOUR == timedelta()
