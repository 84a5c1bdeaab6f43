"""Alerts, their deliveries, and what is remembered of a watch between two alarms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.kernel.errors import NotFound
from core.kernel.ids import AccountId, AlertId, WatchId, ZoneId
from core.tracking.alarms import Alarm, AlarmKind


class AlertNotFound(NotFound):
    """The watch has no such alert, or it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What guardians are told; it holds no place. See Alarm.

    zone_name: as it was when the alarm was raised. is_held_back: stored and shown, but not sent: too many came.
    """

    alert_id: AlertId
    watch_id: WatchId
    kind: AlarmKind
    at: datetime
    received_at: datetime
    zone_id: ZoneId | None = None
    zone_name: str | None = field(repr=False, default=None)
    is_late: bool = False
    is_confirmed: bool = True
    is_held_back: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """That a guardian has seen an alert; the first one counts."""

    account_id: AccountId
    at: datetime


class Channel(StrEnum):
    """A way to a guardian."""

    LIVE = "live"
    """An open WebSocket of theirs."""
    PUSH = "push"
    """A phone of theirs that rings."""
    MAIL = "mail"


class DeliveryState(StrEnum):
    """How far one delivery came."""

    WAITING = "waiting"
    """Not sent yet, or to be tried again."""
    SENT = "sent"
    """The channel took it; no channel tells whether anybody looked."""
    FAILED = "failed"
    """Given up after all attempts; the next channel was used."""
    NO_ADDRESS = "no_address"
    """The guardian cannot be reached this way: no open app, no phone."""
    MUTED = "muted"
    """The guardian does not want it this way, or not at this hour: it is stored, and shown in an open app."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert to one guardian by one channel. attempts: since the alert was raised, repeats of an SOS included."""

    watch_id: WatchId
    alert_id: AlertId
    account_id: AccountId
    channel: Channel
    state: DeliveryState
    attempts: int
    at: datetime


class DueKind(StrEnum):
    """What fires without a frame."""

    DWELL = "dwell"
    """A watch stayed beyond a border while no further point came."""
    SILENCE = "silence"
    SOS_REPEAT = "sos_repeat"
    RETRY = "retry"
    """A delivery that failed is to be tried again."""
    CONNECTION = "connection"
    """The rights of a live view are to be checked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is to be looked at, at an instant; whether it then fires depends on the state at that time.

    subject: the alert's id, or the live view's; empty where the watch says it all. step: how often it came before.
    """

    kind: DueKind
    at: datetime
    watch_id: WatchId | None = None
    subject: str = ""
    step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchState:
    """What is remembered of a watch, so that each crossing, discharge and silence is told once.

    newest_at: of the newest report taken in; what is older changes nothing. presence: what the zone engine remembers,
    as JSON holds it, without coordinates. episodes: conditions that were told and are not over, with their begin.
    is_silent: it was told that nothing is heard. silence_due_at: when the silence is looked at next. rang: when alerts
    of each kind but an SOS were sent, for an hour. sos: the last SOS that rang; its repeats stand for all before it.
    owed: alarms that this state has brought about and that may not be on the queue yet.
    """

    newest_at: datetime
    presence: Mapping[str, Any] = field(repr=False, default_factory=dict)
    episodes: Mapping[AlarmKind, datetime] = field(default_factory=dict)
    is_silent: bool = False
    silence_due_at: datetime | None = None
    rang: Mapping[AlarmKind, tuple[datetime, ...]] = field(default_factory=dict)
    sos: AlertId | None = None
    owed: tuple[Alarm, ...] = ()
