"""Time comes from outside, so that every test can move it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present."""

    def now(self) -> datetime:
        """Return the present as an aware datetime in UTC."""
        ...
