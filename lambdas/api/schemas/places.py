"""Places, and what a watch learned of the Wi-Fi around it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from core.kernel.geo import Point
from core.tracking import model as tracking
from lambdas.api.schemas.shape import CURSOR, Schema

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
