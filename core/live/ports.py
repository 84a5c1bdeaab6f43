"""What the live view needs of the world."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from core.kernel.ids import WatchId
from core.live.model import LiveView


class LiveViews(Protocol):
    """Open connections that have shown a token."""

    def put(self, view: LiveView, now: datetime) -> None:
        """Store it, or replace what is known of the connection."""
        ...

    def get(self, connection_id: str, now: datetime) -> LiveView | None:
        """Return the view of a connection while its token holds."""
        ...

    def of_watch(self, watch_id: WatchId, now: datetime) -> Sequence[LiveView]:
        """Return the views that show this watch and whose token holds."""
        ...

    def remove(self, connection_id: str) -> None:
        """Forget the connection; it is no error when it is not known."""
        ...


class Screens(Protocol):
    """The other ends of the connections."""

    def show(self, connection_id: str, message: Mapping[str, Any]) -> bool:
        """Send a message; return False when the connection is gone. Raise what is_outage knows for anything else."""
        ...

    def close(self, connection_id: str) -> None:
        """End the connection; it is no error when it is gone."""
        ...
