"""What a watch tells of each day."""

from datetime import date, datetime

from pydantic import Field

from core.tracking import activity
from lambdas.api.schemas.shape import CURSOR, Schema


class DayOfActivity(Schema):
    """A day in the watch's time zone; what it did not tell is null, never 0."""

    day: date
    steps: int | None
    first_reading_at: datetime | None
    last_reading_at: datetime | None
    lowest_battery_percent: int | None
    last_battery_percent: int | None

    @classmethod
    def of(cls, day: activity.DayOfActivity) -> "DayOfActivity":
        """Return the day as the API shows it."""
        return cls(
            day=day.day,
            steps=day.steps,
            first_reading_at=day.first_reading_at,
            last_reading_at=day.last_reading_at,
            lowest_battery_percent=day.lowest_battery_percent,
            last_battery_percent=day.last_battery_percent,
        )


class ActivityPage(Schema):
    """Days, oldest first."""

    items: list[DayOfActivity]
    next: str | None = Field(description=CURSOR)
