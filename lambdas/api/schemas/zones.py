"""Safe zones."""

from datetime import time
from typing import Annotated, Literal, get_args

from pydantic import Field

from core.kernel.ids import WatchId, ZoneId
from core.zones import model as zones
from lambdas.api.schemas.places import Place
from lambdas.api.schemas.shape import CURSOR, Schema

LONGEST_TIME_ZONE = 64  # twice the longest IANA name


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


class ZoneChange(ZoneSettings):
    """A zone as it is drawn anew."""

    replaces: int = Field(
        strict=True, ge=1, description="`version` of what was read: nobody's change is overwritten unseen"
    )


class Zone(ZoneSettings):
    """A zone of a watch."""

    id: str = Field(description="Opaque")
    version: int = Field(description="A count of changes; whoever makes one sends it as `replaces`")

    @classmethod
    def of(cls, zone: zones.Zone) -> "Zone":
        """Return the zone as the API shows it."""
        return cls(
            id=zone.zone_id,
            version=zone.version,
            name=zone.name,
            shape=_shape_of(zone.shape),
            schedule=None if zone.schedule is None else Schedule.of(zone.schedule),
            alarm_on_entering=zone.alarm_on_entering,
            alarm_on_leaving=zone.alarm_on_leaving,
        )


class ZonePage(Schema):
    """Zones of a watch, in no order that tells anything."""

    items: list[Zone]
    next: str | None = Field(description=CURSOR)


def _shape_of(shape: zones.Shape) -> Circle | Polygon:
    match shape:
        case zones.Circle(centre, radius_m):
            return Circle(kind="circle", centre=Place.of(centre), radius_m=radius_m)
        case zones.Polygon(vertices):
            return Polygon(kind="polygon", vertices=[Place.of(vertex) for vertex in vertices])
