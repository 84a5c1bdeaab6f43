"""Alerts and other messages on open views."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.alerts.model import Alert
from core.alerts.ports import ChannelFailed
from core.kernel.ids import AccountId, WatchId
from core.live.audience import Audience
from core.live.messages import alert_message


@dataclass(frozen=True, slots=True)
class LiveNotifier:
    """The Notifier of Channel.LIVE. is_outage: tells a failure of the world from one of ours."""

    audience: Audience
    is_outage: Callable[[Exception], bool]

    def send(self, account_id: AccountId, alert: Alert, now: datetime) -> bool:
        """Show it on the guardian's open views; return False when none of them shows the watch."""
        return self.show(account_id, alert.watch_id, alert_message(alert), now)

    def show(self, account_id: AccountId, watch_id: WatchId, message: Mapping[str, Any], now: datetime) -> bool:
        """Show any message of a watch there; raise ChannelFailed."""
        try:
            return self.audience.show(watch_id, message, now, only_to=account_id)
        except Exception as error:
            if self.is_outage(error):
                raise ChannelFailed("a live view was not reached") from None
            raise
