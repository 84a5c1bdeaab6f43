"""Alarms that no watch gives itself: what we conclude from what it tells, or does not tell."""

from datetime import datetime

from core.kernel.ids import WatchId, ZoneId
from core.tracking.admission import LATE_AFTER
from core.tracking.alarms import Alarm, AlarmKind, alert_id_of
from core.vault.ports import Lookup


def own_alarm(
    watch_id: WatchId, kind: AlarmKind, at: datetime, told_at: datetime, lookup: Lookup, zone_id: ZoneId | None = None
) -> Alarm:
    """Return an alarm of what happened at an instant that names it, known since told_at."""
    return Alarm(
        alert_id=alert_id_of(watch_id, kind, at, zone_id or "", lookup),
        watch_id=watch_id,
        kind=kind,
        at=at,
        received_at=told_at,
        zone_id=zone_id,
        is_late=is_late(at, told_at),
    )


def is_late(at: datetime, told_at: datetime) -> bool:
    """Tell whether it is history by the time that it is told."""
    return told_at - at > LATE_AFTER
