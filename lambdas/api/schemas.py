"""What the API takes and gives, field by field: the generated document is made of these."""

from datetime import datetime, time
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from core.accounts.model import LONGEST_EMAIL, Platform
from core.alerts import model as alerts
from core.kernel.geo import Point
from core.kernel.ids import WatchId, ZoneId
from core.tracking import model as tracking
from core.tracking.alarms import AlarmKind
from core.watches import model as watches
from core.zones import model as zones
from lambdas.api.parameters import Instant

LONGEST_PASSWORD = 1_024  # characters; far beyond any passphrase
SHORTEST_PHONE_TOKEN, LONGEST_PHONE_TOKEN = 32, 1_024  # APNs' have 64 hex digits or more, FCM's some 150 to 300
LONGEST_TIME_ZONE = 64  # twice the longest IANA name
CURSOR = "Where the next page starts; null after the last one. It holds for an hour, for this list and this account."


class Schema(BaseModel):
    """Exactly these fields: an unknown one is refused, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SignInRequest(Schema):
    """What a guardian signs in with."""

    email: str = Field(
        min_length=1, max_length=LONGEST_EMAIL, repr=False, description="The account's e-mail address, its user name"
    )
    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD, repr=False, description="Exact to the character")


class AccessToken(Schema):
    """A token for the Authorization header of every other call."""

    access_token: str = Field(repr=False, description="JWT (RFC 9068), signed with RS256; holds ids only")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6749 calls it so
    expires_in: int = Field(description="Seconds for which it holds, unless signed out before")


class Watch(Schema):
    """A watch that the account may see."""

    id: str = Field(description="Opaque, new at each binding: never the number printed on the device")
    role: watches.Role
    since: datetime = Field(description="When the account came to the watch")


class WatchPage(Schema):
    """Watches, the longest known first."""

    items: list[Watch]
    next: str | None = Field(description=CURSOR)


class Position(Schema):
    """Where a watch was."""

    at: datetime = Field(description="Time of the fix; that of receipt where the watch's clock was wrong")
    received_at: datetime
    latitude: float = Field(description="Degrees, WGS 84, north positive")
    longitude: float = Field(description="Degrees, WGS 84, east positive")
    source: tracking.Source = Field(description="How it was found")
    accuracy_m: float | None = Field(description="As the watch or the locator tells; null when neither does")
    altitude_m: float | None
    speed_kmh: float | None
    course_deg: float | None
    satellites: int | None
    doubtful: bool = Field(description="It may be wrong; show it so")
    doubts: list[tracking.Doubt] = Field(description="Why it may be wrong")
    backlog: bool = Field(description="Sent later, after a gap in the connection")

    @classmethod
    def of(cls, position: tracking.Position) -> "Position":
        """Return the position as the API shows it."""
        return cls(
            at=position.at,
            received_at=position.received_at,
            latitude=position.point.latitude,
            longitude=position.point.longitude,
            source=position.source,
            accuracy_m=position.accuracy_m,
            altitude_m=position.altitude_m,
            speed_kmh=position.speed_kmh,
            course_deg=position.course_deg,
            satellites=position.satellites,
            doubtful=bool(position.doubts),
            doubts=sorted(position.doubts),
            backlog=position.backlog,
        )


class CurrentPosition(Position):
    """The newest position, with its age."""

    age_s: int = Field(description="Seconds between the fix and this answer")


class LatestPosition(Schema):
    """Where a watch is, as far as is known."""

    state: Literal["known", "unknown"] = Field(description="unknown: none of the last 89 days")
    position: CurrentPosition | None


class PositionPage(Schema):
    """Positions, oldest first."""

    items: list[Position]
    next: str | None = Field(description=CURSOR)


class TelemetryReading(Schema):
    """How a watch fared; what it did not tell is null, never 0."""

    at: datetime
    received_at: datetime
    battery_percent: int | None
    signal_percent: int | None
    steps: int | None = Field(description="As the watch counts them: running or daily, by model")
    rolls: int | None
    alarms: list[str]

    @classmethod
    def of(cls, reading: tracking.TelemetryReading) -> "TelemetryReading":
        """Return the reading as the API shows it."""
        return cls(
            at=reading.at,
            received_at=reading.received_at,
            battery_percent=reading.battery_percent,
            signal_percent=reading.signal_percent,
            steps=reading.steps,
            rolls=reading.rolls,
            alarms=list(reading.alarms),
        )


class TelemetryPage(Schema):
    """Telemetry readings, oldest first."""

    items: list[TelemetryReading]
    next: str | None = Field(description=CURSOR)


class WrongPosition(Schema):
    """A position that shows the watch where it was not."""

    at: Instant = Field(description="`at` of the position, exactly")


Latitude = Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False, repr=False)]
Longitude = Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False, repr=False)]


class Place(Schema):
    """A place on the globe, WGS 84."""

    latitude: Latitude = Field(description="Degrees, north positive")
    longitude: Longitude = Field(description="Degrees, east positive")

    @classmethod
    def of(cls, point: Point) -> "Place":
        """Return the point as the API shows it."""
        return cls(latitude=point.latitude, longitude=point.longitude)

    def to_domain(self) -> Point:
        """Return the point."""
        return Point(self.latitude, self.longitude)


class Circle(Schema):
    """All places within a radius of a centre."""

    kind: Literal["circle"]
    centre: Place
    radius_m: float = Field(strict=True, ge=zones.LEAST_RADIUS_M, le=zones.LARGEST_RADIUS_M, allow_inf_nan=False)

    def to_domain(self) -> zones.Circle:
        """Return the circle."""
        return zones.Circle(self.centre.to_domain(), self.radius_m)


class Polygon(Schema):
    """All places within a ring of great-circle arcs, which closes itself."""

    kind: Literal["polygon"]
    vertices: list[Place] = Field(
        min_length=3, max_length=zones.MOST_VERTICES, description="In either direction; the first is not repeated"
    )

    def to_domain(self) -> zones.Polygon:
        """Return the polygon."""
        return zones.Polygon(tuple(vertex.to_domain() for vertex in self.vertices))


Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:30"])]
_DAYS: tuple[Day, ...] = get_args(Day)


class Window(Schema):
    """A span of local time on some days of the week."""

    days: list[Day] = Field(min_length=1, max_length=len(_DAYS), description="On which it begins")
    begins: TimeOfDay
    ends: TimeOfDay = Field(description="Before `begins`: on the next day")

    @classmethod
    def of(cls, window: zones.Window) -> "Window":
        """Return the window as the API shows it."""
        begins, ends = (at.isoformat("minutes") for at in (window.begins, window.ends))
        return cls(days=[_DAYS[day] for day in sorted(window.days)], begins=begins, ends=ends)

    def to_domain(self) -> zones.Window:
        """Return the window."""
        days = frozenset(map(_DAYS.index, self.days))
        return zones.Window(days, time.fromisoformat(self.begins), time.fromisoformat(self.ends))


class Schedule(Schema):
    """When a zone gives alarms."""

    time_zone: str = Field(min_length=1, max_length=LONGEST_TIME_ZONE, description="IANA name: Europe/Amsterdam")
    windows: list[Window] = Field(min_length=1, max_length=zones.WINDOWS_PER_ZONE)

    @classmethod
    def of(cls, schedule: zones.Schedule) -> "Schedule":
        """Return the schedule as the API shows it."""
        return cls(time_zone=schedule.time_zone, windows=[Window.of(window) for window in schedule.windows])

    def to_domain(self) -> zones.Schedule:
        """Return the schedule."""
        return zones.Schedule(self.time_zone, tuple(window.to_domain() for window in self.windows))


class ZoneSettings(Schema):
    """A zone as a guardian draws it."""

    name: str = Field(min_length=1, max_length=zones.LONGEST_NAME, repr=False)
    shape: Circle | Polygon = Field(discriminator="kind")
    schedule: Schedule | None = Field(default=None, description="When it gives alarms; null: always")
    alarm_on_entering: bool = Field(default=True, strict=True)
    alarm_on_leaving: bool = Field(default=True, strict=True)

    def to_domain(self, zone_id: ZoneId, watch_id: WatchId) -> zones.Zone:
        """Return the zone; raise InvalidZone."""
        return zones.Zone(
            zone_id=zone_id,
            watch_id=watch_id,
            name=self.name,
            shape=self.shape.to_domain(),
            schedule=None if self.schedule is None else self.schedule.to_domain(),
            alarm_on_entering=self.alarm_on_entering,
            alarm_on_leaving=self.alarm_on_leaving,
        )


class Zone(ZoneSettings):
    """A zone of a watch."""

    id: str = Field(description="Opaque")

    @classmethod
    def of(cls, zone: zones.Zone) -> "Zone":
        """Return the zone as the API shows it."""
        return cls(
            id=zone.zone_id,
            name=zone.name,
            shape=_shape_of(zone.shape),
            schedule=None if zone.schedule is None else Schedule.of(zone.schedule),
            alarm_on_entering=zone.alarm_on_entering,
            alarm_on_leaving=zone.alarm_on_leaving,
        )


class ZoneList(Schema):
    """All zones of a watch."""

    items: list[Zone] = Field(max_length=zones.ZONES_PER_WATCH)


def _shape_of(shape: zones.Shape) -> Circle | Polygon:
    match shape:
        case zones.Circle(centre, radius_m):
            return Circle(kind="circle", centre=Place.of(centre), radius_m=radius_m)
        case zones.Polygon(vertices):
            return Polygon(kind="polygon", vertices=[Place.of(vertex) for vertex in vertices])


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


class DeliveryList(Schema):
    """All deliveries of an alert."""

    items: list[Delivery]


class LearnedPlace(Schema):
    """Where the watch saw a Wi-Fi access point: it finds itself there when GPS does not."""

    id: str = Field(description="Opaque: nobody can tell the access point by it")
    point: Place
    accuracy_m: float
    learned_at: datetime = Field(description="When it was last seen with a good fix; forgotten 89 days after")
    roams: bool = Field(description="It was met far apart, as in a bus, and is not used")

    @classmethod
    def of(cls, place: tracking.LearnedPlace) -> "LearnedPlace":
        """Return the place as the API shows it."""
        return cls(
            id=place.access_point,
            point=Place.of(place.point),
            accuracy_m=place.accuracy_m,
            learned_at=place.learned_at,
            roams=place.roams,
        )


class LearnedPlacePage(Schema):
    """Learned places, in no order that tells anything."""

    items: list[LearnedPlace]
    next: str | None = Field(description=CURSOR)


class Phone(Schema):
    """The phone that this sign-in is on."""

    platform: Platform
    token: str = Field(
        min_length=SHORTEST_PHONE_TOKEN,
        max_length=LONGEST_PHONE_TOKEN,
        pattern=r"^[A-Za-z0-9:_-]+$",
        repr=False,
        description="As the platform gave it to the app; it is passed on, never kept",
    )


class PublicKey(Schema):
    """A key that signs access tokens."""

    kty: Literal["RSA"]
    use: Literal["sig"]
    alg: Literal["RS256"]
    kid: str
    n: str
    e: str


class PublicKeys(Schema):
    """The keys that sign access tokens."""

    keys: list[PublicKey]


class WrongField(Schema):
    """A part of the request that cannot be read."""

    place: str = Field(description="body, query or path, then the field, such as query.from")
    reason: str = Field(description="A stable code, such as missing, extra_forbidden, timezone_aware")


class Problem(Schema):
    """What went wrong (RFC 9457)."""

    type: Literal["about:blank"] = "about:blank"
    title: str = Field(description="The status in words")
    status: int
    code: str = Field(description="What went wrong, as a code that stays the same")
    detail: str = Field(description="What went wrong, for a person who writes a client")
    errors: list[WrongField] | None = Field(default=None, description="Only for invalid_request")
    request_id: str | None = Field(default=None, description="Only for internal_error: what to tell us")
