"""A guardian has seen an alert."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.alerts.model import Acknowledgement, Alert, AlertNotFound
from core.alerts.ports import Acknowledgements, Alerts
from core.kernel.clock import Clock
from core.kernel.ids import AccountId, AlertId, WatchId, parts_of
from core.retention.policy import POLICY
from core.tracking.alarms import AlarmKind

_PAGE = 100  # alerts read at once: what one query of a few kilobytes each holds
_RESOLUTION = timedelta(milliseconds=1)  # of the instant in an alert's id


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Notes who saw what first."""

    alerts: Alerts
    acknowledgements: Acknowledgements
    clock: Clock

    def see(self, watch_id: WatchId, alert_id: AlertId, account_id: AccountId) -> Acknowledgement:
        """Return the acknowledgement that counts, the first one; an SOS also answers earlier ones of the watch.

        Raise AlertNotFound, or InvalidId for what has not the form of an alert's id.
        """
        now = self.clock.now()
        alert = self.alerts.get(watch_id, alert_id, now)
        if alert is None:
            raise AlertNotFound("the watch has no such alert")
        mine = Acknowledgement(account_id, now)
        counting = self.acknowledgements.add(watch_id, alert_id, mine)
        if alert.kind is AlarmKind.SOS:
            for earlier in self._calls_before(alert, now):
                self.acknowledgements.add(watch_id, earlier, mine)
        return counting

    def _calls_before(self, alert: Alert, now: datetime) -> Iterator[AlertId]:
        """Yield the earlier SOS of the watch that it answers and that nobody has seen."""
        start, (named_at, _) = POLICY["alert"].oldest_readable(now), parts_of(alert.alert_id)
        after: str | None = None
        while True:
            page = self.alerts.between(alert.watch_id, start, named_at + _RESOLUTION, now=now, limit=_PAGE, after=after)
            calls = [each.alert_id for each in page.items if is_answered_with(each, alert)]
            seen = self.acknowledgements.of(alert.watch_id, calls, now)
            yield from (each for each in calls if each not in seen)
            if page.next is None:
                return
            after = page.next


def is_answered_with(earlier: Alert, alert: Alert) -> bool:
    """Tell whether who has seen an SOS has seen an earlier alert too: never a proven call by one that nobody proved."""
    return earlier.kind is AlarmKind.SOS and (alert.is_confirmed or not earlier.is_confirmed)
