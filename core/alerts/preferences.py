"""What each member wants to hear of a watch, how and when. Nothing here ever keeps an SOS from ringing."""

from dataclasses import dataclass
from datetime import datetime

from core.alerts.model import Alert, Channel
from core.alerts.rules import RULES
from core.kernel.errors import Refused
from core.kernel.ids import ZoneId
from core.tracking.alarms import AlarmKind
from core.zones.model import ZONES_PER_WATCH, Schedule
from core.zones.schedule import is_within

MAY_BE_MUTED = frozenset(kind for kind in AlarmKind if not RULES[kind].is_urgent)
"""What a member may do without; an SOS is not among it, proven or not."""


class InvalidPreference(Refused):
    """No preference can be so; the text names the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """How one member hears of one watch; what is new is told until they say otherwise. Raise InvalidPreference.

    not_pushed, not_mailed: kinds of alarms for which no phone of theirs rings, and for which no mail goes out.
    muted_zones: those whose crossings are only shown. quiet_hours: when nothing but an SOS rings or is mailed.
    """

    not_pushed: frozenset[AlarmKind] = frozenset()
    not_mailed: frozenset[AlarmKind] = frozenset()
    mail: bool = True
    muted_zones: frozenset[ZoneId] = frozenset()
    quiet_hours: Schedule | None = None

    def __post_init__(self) -> None:
        if not self.not_pushed | self.not_mailed <= MAY_BE_MUTED:
            raise InvalidPreference("an SOS is told to everybody")
        if len(self.muted_zones) > ZONES_PER_WATCH:
            raise InvalidPreference("a watch has not so many zones")


def may_be_muted(alert: Alert, channel: Channel) -> bool:
    """Tell whether any preference counts: never for an SOS, proven or not, nor for what an open app shows."""
    return channel is not Channel.LIVE and alert.kind in MAY_BE_MUTED


def is_muted(preference: Preference, alert: Alert, channel: Channel, now: datetime) -> bool:
    """Tell whether a member does not want this alert, which may be muted, by this way at this instant."""
    if alert.zone_id in preference.muted_zones or is_quiet(preference, now):
        return True
    if channel is Channel.MAIL:
        return not preference.mail or alert.kind in preference.not_mailed
    return alert.kind in preference.not_pushed


def is_quiet(preference: Preference, now: datetime) -> bool:
    """Tell whether this instant lies within the quiet hours."""
    return preference.quiet_hours is not None and is_within(preference.quiet_hours, now)
