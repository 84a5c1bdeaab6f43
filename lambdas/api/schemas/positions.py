"""Where a watch is and was."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from core.tracking import model as tracking
from lambdas.api.parameters import Instant
from lambdas.api.schemas.shape import CURSOR, Schema


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


class Cleared(Schema):
    """What was removed of the history."""

    removed: int
    complete: bool = Field(description="false: there may be more of this range; ask again")


class WrongPosition(Schema):
    """A position that shows the watch where it was not."""

    at: Instant = Field(description="`at` of the position, exactly")
