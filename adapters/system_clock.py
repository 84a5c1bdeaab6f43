"""The machine's clock."""

from datetime import UTC, datetime


class SystemClock:
    """Tells the present by the machine's clock."""

    def now(self) -> datetime:
        """Return the present as an aware datetime in UTC."""
        return datetime.now(UTC)
