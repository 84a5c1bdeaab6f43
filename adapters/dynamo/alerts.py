"""Alerts, sealed."""

from datetime import datetime
from typing import Any

from adapters.dynamo.moments import Moment, MomentRecord, SealedMoments, sealed_moments_of
from adapters.dynamo.record import instant, instant_of
from adapters.dynamo.tables import TABLES
from core.alerts.model import Alert
from core.kernel.clock import Clock
from core.kernel.ids import AlertId, WatchId, dated_id, parts_of
from core.kernel.page import Page
from core.tracking.alarms import AlarmKind
from core.vault.ports import Sealer


class AlertRecord(MomentRecord):
    """One alert; its id stands in the key as instant and digest, what it says in the payload."""

    table = TABLES["alerts"]
    attribute_classes = sealed_moments_of("alert")


class DynamoAlerts:
    """Alerts in the alerts table, in the order of the instants in their ids."""

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._moments = SealedMoments(AlertRecord, sealer, clock, _alert)

    def add(self, alert: Alert) -> bool:
        """Store it sealed unless one of this id is there."""
        return self._moments.add(alert.watch_id, _moment_of(alert))

    def get(self, watch_id: WatchId, alert_id: AlertId, now: datetime) -> Alert | None:
        """Return an alert of this watch that is not over; raise InvalidId for what has not the form of its id."""
        named_at, digest = parts_of(alert_id)
        return self._moments.get(watch_id, named_at, digest.hex(), now)

    def between(
        self, watch_id: WatchId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Alert]:
        """Return alerts whose ids are dated start <= at < end, oldest first."""
        return self._moments.page(watch_id, start, end, now=now, limit=limit, after=after)


def _moment_of(alert: Alert) -> Moment:
    content = {
        "kind": alert.kind,
        "at": instant(alert.at),
        "received_at": instant(alert.received_at),
        "zone_id": alert.zone_id,
        "zone_name": alert.zone_name,
        "is_late": alert.is_late,
        "is_confirmed": alert.is_confirmed,
        "is_held_back": alert.is_held_back,
    }
    named_at, digest = parts_of(alert.alert_id)
    return Moment(named_at, digest.hex(), content)


def _alert(watch_id: WatchId, moment: Moment) -> Alert:
    content: dict[str, Any] = dict(moment.content)
    return Alert(
        alert_id=AlertId(dated_id(moment.at, bytes.fromhex(moment.fingerprint))),
        watch_id=watch_id,
        kind=AlarmKind(content.pop("kind")),
        at=instant_of(content.pop("at")),
        received_at=instant_of(content.pop("received_at")),
        **content,
    )
