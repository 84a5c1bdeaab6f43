"""Commands as resources, and settings as desired state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.kernel.errors import NotFound, Refused
from core.kernel.ids import AccountId, CommandId, WatchId


class CommandNotFound(NotFound):
    """The watch has no such command, or it is over."""


class SettingNotFound(NotFound):
    """Nobody has ever set this of the watch."""


class InvalidSetting(Refused):
    """No watch can be set to this; the text names the rule, never the value."""


class CommandKind(StrEnum):
    """What may be asked of a watch, once."""

    LOCATE = "locate"
    FIND = "find"
    CALL = "call"
    """The watch dials a number, for its wearer to see and hear; nothing listens in silence (D6)."""
    HEARTS = "hearts"
    RESTART = "restart"
    POWER_OFF = "power_off"
    FACTORY_RESET = "factory_reset"
    TEXT = "text"
    VOICE = "voice"


class CommandState(StrEnum):
    """How far a command came."""

    QUEUED = "queued"
    """Stored; the watch is away, or an earlier one of its kind is in flight."""
    SENT = "sent"
    """Written to the watch's socket."""
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"
    EXPIRED = "expired"
    """Its deadline passed before it was delivered."""


FINAL = frozenset({CommandState.ACKNOWLEDGED, CommandState.FAILED, CommandState.EXPIRED})


class Failure(StrEnum):
    """Why a command or setting failed."""

    REFUSED = "refused"
    """The watch says no."""
    NO_ANSWER = "no_answer"
    """It was written several times and never answered: perhaps the watch does not support it."""
    NOT_SUPPORTED = "not_supported"
    """The watch is known not to have it."""
    RIGHTS_GONE = "rights_gone"
    """Who ordered it may not any more, or the watch was unbound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command to one watch.

    ordered_by: None for what the platform itself asks. expires_at: from then on it is not delivered any more.
    arguments: as JSON holds them; of a message only its id. attempts: how often it was written. revision: a count of
    writes, by which concurrent ones are told apart. request: what it was ordered with, as a keyed digest: the same
    idempotency key with another one is refused.
    """

    command_id: CommandId
    watch_id: WatchId
    kind: CommandKind
    ordered_by: AccountId | None
    ordered_at: datetime
    expires_at: datetime
    state: CommandState = CommandState.QUEUED
    state_at: datetime
    arguments: Mapping[str, Any] = field(repr=False, default_factory=dict)
    failure: Failure | None = None
    attempts: int = 0
    revision: int = 0
    request: str = ""


class SettingName(StrEnum):
    """What a watch can be set to. The shape of each value stands in core/commands/values.py."""

    SOS_NUMBERS = "sos_numbers"
    MONITOR_NUMBERS = "monitor_numbers"
    """Stored and shown, never sent: silent listening is not possible (D6)."""
    CONTACTS = "contacts"
    ALLOWED_CALLERS = "allowed_callers"
    REFUSE_STRANGERS = "refuse_strangers"
    QUIET_TIMES = "quiet_times"
    """Do-not-disturb and school times; SOS works in them."""
    ALARM_CLOCKS = "alarm_clocks"
    REMINDERS = "reminders"
    """Alarm clocks with a text, such as for medicine."""
    REPORTING_INTERVAL = "reporting_interval"
    STEP_COUNTER = "step_counter"
    TAKE_OFF_ALARM = "take_off_alarm"
    FALL_ALARM = "fall_alarm"
    LANGUAGE = "language"
    """With the time zone of the watch's profile: both travel together, again at each clock change."""
    SOUND = "sound"
    SMS_PASSWORD = "sms_password"  # noqa: S105 - a setting's name
    """Random for each binding, made by the platform, never shown (C-10)."""


SHOWN = frozenset(SettingName) - {SettingName.SMS_PASSWORD}
"""The platform's own password is nobody's business."""

GUARDED = frozenset({SettingName.SOS_NUMBERS, SettingName.MONITOR_NUMBERS})
"""A change needs the owner and a fresh password, is told to all guardians and can be taken back for a day (C-02)."""


class SettingState(StrEnum):
    """Whether the watch is as desired."""

    PENDING = "pending"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"
    STORED = "stored"
    """Kept here only: no watch is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Desired and acknowledged value side by side.

    desired, acknowledged: as JSON holds them; acknowledged is None until the watch has answered once. version: of the
    desired value, a count of its changes. acknowledged_version: 0 as long as there is none. sent_at: when the present
    desired value was written last; attempts: how often, since it was last acknowledged, failed or changed. revision: a
    count of all writes, by which concurrent ones are told apart; 0 before the first.
    """

    watch_id: WatchId
    name: SettingName
    desired: Any = field(repr=False)
    desired_at: datetime
    desired_by: AccountId | None
    version: int
    state: SettingState = SettingState.PENDING
    failure: Failure | None = None
    acknowledged: Any = field(repr=False, default=None)
    acknowledged_at: datetime | None = None
    acknowledged_version: int = 0
    sent_at: datetime | None = None
    attempts: int = 0
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What a guarded setting was before it was changed. since: of the change; it can be taken back for a day."""

    watch_id: WatchId
    name: SettingName
    desired: Any = field(repr=False)
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Where a watch is connected.

    addressee: the watch's id; of a stocked device its name (an HMAC). connection: random, new at each connection, so
    that the end of an old one does not end a new one. queue: number of the nudge queue of its task; None after the
    connection ended. heard_at: of its begin or its end, whichever is known last.
    """

    addressee: str = field(repr=False)
    connection: str
    queue: int | None
    since: datetime
    heard_at: datetime


class Support(StrEnum):
    """What experience tells of one command or setting with one watch."""

    ANSWERED = "answered"
    REFUSED = "refused"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a watch can do, as far as is known.

    model: of the device. reported: its own CONFIG report, such as {"TY": "G75", "UL": "600"}. experience: by name of
    command or setting.
    """

    watch_id: WatchId
    model: str
    reported: Mapping[str, str] = field(default_factory=dict)
    experience: Mapping[str, Support] = field(default_factory=dict)
