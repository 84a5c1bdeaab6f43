"""Alarms: that something happened to a watch which its guardians are to hear of at once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.kernel.ids import DIGEST_BYTES, AlertId, WatchId, ZoneId, dated_id
from core.vault.ports import Lookup

_HEX_DIGITS = DIGEST_BYTES * 2


class AlarmKind(StrEnum):
    """What happened."""

    SOS = "sos"
    FALL = "fall"
    TAKEN_OFF = "taken_off"
    LOW_BATTERY = "low_battery"
    GENERAL = "general"
    """The watch gives an alarm without saying which, or one that each model means differently."""
    ZONE_ENTERED = "zone_entered"
    ZONE_LEFT = "zone_left"
    SILENT = "silent"
    """Nothing was heard of the watch for too long."""
    BACK_AGAIN = "back_again"
    """It is heard again after it was silent."""
    LOW_CREDIT = "low_credit"
    """Its prepaid SIM has hardly any credit left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm of one watch.

    alert_id: of the alert that it becomes; the same for each repetition. at: when it happened, corrected (D3).
    zone_id: of a zone that was entered or left. is_late: told so long after it happened that it is history.
    is_confirmed: False for the SOS of a connection that did not prove whose it is.
    """

    alert_id: AlertId
    watch_id: WatchId
    kind: AlarmKind
    at: datetime
    received_at: datetime
    zone_id: ZoneId | None = None
    is_late: bool = False
    is_confirmed: bool = True


def alert_id_of(watch_id: WatchId, kind: AlarmKind, named_at: datetime, what: str, lookup: Lookup) -> AlertId:
    """Return the id of the alert of an alarm; what: tells apart the alarms of one watch, kind and instant.

    named_at: the same for each repetition of the alarm, so it is never a receive time that a repetition changes.
    """
    digest = lookup.of("alarm", f"{watch_id} {kind} {what}")[:_HEX_DIGITS]
    return AlertId(dated_id(named_at, bytes.fromhex(digest)))
