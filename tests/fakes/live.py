"""The live view's ports in memory."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.kernel.ids import WatchId
from core.live.model import LiveView
from core.retention.policy import POLICY, is_over


class InMemoryLiveViews:
    def __init__(self) -> None:
        self.items: dict[str, tuple[LiveView, datetime | None]] = {}

    def put(self, view: LiveView, now: datetime) -> None:
        self.items[view.connection_id] = view, POLICY["live_view"].expires_at(now)

    def get(self, connection_id: str, now: datetime) -> LiveView | None:
        return next((each for each in self._held(now) if each.connection_id == connection_id), None)

    def of_watch(self, watch_id: WatchId, now: datetime) -> Sequence[LiveView]:
        return [each for each in self._held(now) if watch_id in each.watch_ids]

    def remove(self, connection_id: str) -> None:
        self.items.pop(connection_id, None)

    def _held(self, now: datetime) -> list[LiveView]:
        views = [view for _, (view, expires_at) in sorted(self.items.items()) if not is_over(expires_at, now)]
        return [each for each in views if not is_over(each.until, now)]


@dataclass
class RecordingScreens:
    """Keeps what each connection was shown. gone: connections whose other end has left."""

    shown: defaultdict[str, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    closed: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    def show(self, connection_id: str, message: Mapping[str, Any]) -> bool:
        if connection_id in self.gone:
            return False
        self.shown[connection_id].append(message)
        return True

    def close(self, connection_id: str) -> None:
        self.closed.append(connection_id)
        self.gone.add(connection_id)
