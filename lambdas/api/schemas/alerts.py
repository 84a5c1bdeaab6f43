"""What guardians were told."""

from datetime import datetime

from pydantic import Field

from core.alerts import model as alerts
from core.tracking.alarms import AlarmKind
from lambdas.api.schemas.shape import CURSOR, Schema


class ZoneOfAlert(Schema):
    """The zone that was entered or left."""

    id: str
    name: str | None = Field(description="As it was then")


class Acknowledgement(Schema):
    """That a guardian has seen an alert."""

    at: datetime
    by: str = Field(description="Id of the guardian's account")

    @classmethod
    def of(cls, acknowledgement: alerts.Acknowledgement) -> "Acknowledgement":
        """Return the acknowledgement as the API shows it."""
        return cls(at=acknowledgement.at, by=acknowledgement.account_id)


class Alert(Schema):
    """What guardians were told. No place stands in it: the positions of that time tell it."""

    id: str = Field(description="Opaque")
    kind: AlarmKind
    at: datetime = Field(description="When it happened")
    received_at: datetime
    late: bool = Field(description="Told so long after it happened that it is history")
    confirmed: bool = Field(description="false: somebody says to be this watch and could not prove it")
    held_back: bool = Field(description="Not sent to anybody, because too many came")
    zone: ZoneOfAlert | None
    acknowledged: Acknowledgement | None = Field(description="Who saw it first; null: nobody yet")

    @classmethod
    def of(cls, alert: alerts.Alert, seen: alerts.Acknowledgement | None) -> "Alert":
        """Return the alert as the API shows it. seen: that somebody has seen it."""
        return cls(
            id=alert.alert_id,
            kind=alert.kind,
            at=alert.at,
            received_at=alert.received_at,
            late=alert.is_late,
            confirmed=alert.is_confirmed,
            held_back=alert.is_held_back,
            zone=None if alert.zone_id is None else ZoneOfAlert(id=alert.zone_id, name=alert.zone_name),
            acknowledged=None if seen is None else Acknowledgement.of(seen),
        )


class AlertPage(Schema):
    """Alerts, oldest first."""

    items: list[Alert]
    next: str | None = Field(description=CURSOR)


class Delivery(Schema):
    """How far one alert came, to one guardian by one channel."""

    account_id: str
    channel: alerts.Channel
    state: alerts.DeliveryState
    attempts: int
    at: datetime = Field(description="When it came so far")

    @classmethod
    def of(cls, delivery: alerts.Delivery) -> "Delivery":
        """Return the delivery as the API shows it."""
        return cls(
            account_id=delivery.account_id,
            channel=delivery.channel,
            state=delivery.state,
            attempts=delivery.attempts,
            at=delivery.at,
        )


class DeliveryPage(Schema):
    """Deliveries of an alert."""

    items: list[Delivery]
    next: str | None = Field(description=CURSOR)
