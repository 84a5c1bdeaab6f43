"""Alerts on open views."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.alerts.model import Alert
from core.alerts.ports import ChannelFailed
from core.kernel.ids import AccountId
from core.live.audience import Audience
from core.live.messages import alert_message


@dataclass(frozen=True, slots=True)
class LiveNotifier:
    """The Notifier of Channel.LIVE. is_outage: tells a failure of the world from one of ours."""

    audience: Audience
    is_outage: Callable[[Exception], bool]

    def send(self, account_id: AccountId, alert: Alert, now: datetime) -> bool:
        """Show it on the guardian's open views; return False when none of them shows the watch."""
        try:
            return self.audience.show(alert.watch_id, alert_message(alert), now, only_to=account_id)
        except Exception as error:
            if self.is_outage(error):
                raise ChannelFailed("a live view was not reached") from None
            raise
