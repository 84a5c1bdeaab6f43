"""What each kind of alarm asks of us."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.tracking.alarms import AlarmKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How guardians hear of a kind of alarm.

    is_urgent: it rings whatever came before, and again until somebody answers. lasts: the watch tells it with each
    frame while it lasts, and guardians hear of it once until it is over.
    """

    is_urgent: bool = False
    lasts: bool = False


RULES: Mapping[AlarmKind, Rule] = {
    AlarmKind.SOS: Rule(is_urgent=True),
    AlarmKind.FALL: Rule(),
    AlarmKind.TAKEN_OFF: Rule(lasts=True),
    AlarmKind.LOW_BATTERY: Rule(lasts=True),
    AlarmKind.GENERAL: Rule(),
    AlarmKind.ZONE_ENTERED: Rule(),
    AlarmKind.ZONE_LEFT: Rule(),
    AlarmKind.SILENT: Rule(),
    AlarmKind.BACK_AGAIN: Rule(),
    AlarmKind.LOW_CREDIT: Rule(),
}
