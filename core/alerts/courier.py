"""Brings an alert to the guardians of its watch by all ways, and keeps how far each delivery came."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.alerts.model import Alert, Channel, Delivery, DeliveryState, Due, DueKind
from core.alerts.ports import ChannelFailed, Deliveries, DueTimes, Notifiers, Preferences
from core.alerts.preferences import Preference, is_muted, may_be_muted
from core.kernel.clock import Clock
from core.kernel.ids import AccountId
from core.watches.model import Membership, Role
from core.watches.ports import Memberships

CALLED_UPON = frozenset({Role.OWNER, Role.GUARDIAN})
"""Who is rung and written to; a viewer only sees alerts in the open app."""
RETRY_AFTER = timedelta(minutes=1)
"""How often the sweep comes. The quick attempts are the notifier's own."""
MOST_ATTEMPTS = 5
"""Then the other channel has it for minutes, and what is still refused is no passing trouble."""


class Failures:
    """What fails while the rest goes on; told when all else is done."""

    def __init__(self) -> None:
        self._found: list[Exception] = []

    def keep(self, failure: Exception) -> None:
        """Keep one."""
        self._found.append(failure)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep what the block raises."""
        try:
            yield
        except Exception as failure:  # noqa: BLE001 - `tell` raises it
            self.keep(failure)

    def __bool__(self) -> bool:
        """Tell whether any was kept."""
        return bool(self._found)

    def tell(self) -> None:
        """Raise the first that was kept."""
        if self._found:
            raise self._found[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """Serves each guardian whatever happens at another's; raises what failed when all were served."""

    memberships: Memberships
    preferences: Preferences
    notifiers: Notifiers
    deliveries: Deliveries
    due: DueTimes
    clock: Clock

    def bring(self, alert: Alert, *, is_new: bool) -> None:
        """Send an alert by every way that it has not gone yet; one that is held back is only shown."""
        members = self._members(alert)
        called = [] if alert.is_held_back else called_upon(members)
        failures = Failures()
        delivering = _Delivering(self, alert, () if is_new else self._known(alert), failures)
        for account_id in called:
            delivering.send_once(account_id, Channel.PUSH)
        for member in members:
            delivering.send_once(member.account_id, Channel.LIVE)
        for account_id in called:
            if not delivering.has_sent(account_id, Channel.PUSH):
                delivering.send_once(account_id, Channel.MAIL)
        failures.tell()

    def ring_again(self, alert: Alert, since: datetime, channels: Collection[Channel], failures: Failures) -> bool:
        """Send an alert once more, by each way on which nothing was tried since then; False: there is nobody.

        failures: takes what fails at one guardian.
        """
        called = called_upon(self._members(alert))
        delivering = _Delivering(self, alert, self._known(alert), failures)
        for channel in channels:
            for account_id in called:
                delivering.send_again(account_id, channel, since)
        return bool(called)

    def retry(self, alert: Alert, since: datetime) -> None:
        """Try again what failed before that instant, for those who are guardians still."""
        called = called_upon(self._members(alert))
        known = self._known(alert)
        failures = Failures()
        delivering = _Delivering(self, alert, known, failures)
        for delivery in known:
            if delivery.state is DeliveryState.WAITING and is_still_called(delivery.account_id, called):
                delivering.send_again(delivery.account_id, delivery.channel, since)
        failures.tell()

    def _members(self, alert: Alert) -> Sequence[Membership]:
        """Return who belongs to the watch this instant: a right that was removed ends with the next send."""
        return self.memberships.of_watch(alert.watch_id)

    def _known(self, alert: Alert) -> Sequence[Delivery]:
        return self.deliveries.of_alert(alert.watch_id, alert.alert_id, self.clock.now())


class _Delivering:
    """One pass over the guardians of an alert."""

    def __init__(self, courier: Courier, alert: Alert, known: Sequence[Delivery], failures: Failures) -> None:
        self._courier = courier
        self._alert = alert
        self._known = {(each.account_id, each.channel): each for each in known}
        self._failures = failures
        self._preferences: dict[AccountId, Preference] = {}

    def send_once(self, account_id: AccountId, channel: Channel) -> None:
        if (account_id, channel) not in self._known:
            self._send(account_id, channel)

    def send_again(self, account_id: AccountId, channel: Channel, since: datetime) -> None:
        before = self._known.get((account_id, channel))
        if before is None or before.at < since:
            self._send(account_id, channel)

    def has_sent(self, account_id: AccountId, channel: Channel) -> bool:
        delivery = self._known.get((account_id, channel))
        return delivery is not None and delivery.state is DeliveryState.SENT

    def _send(self, account_id: AccountId, channel: Channel) -> None:
        alert, courier, now = self._alert, self._courier, self._courier.clock.now()
        before = self._known.get((account_id, channel))
        attempts = 0 if before is None else before.attempts
        with self._failures.kept():
            if self._is_muted(account_id, channel, now):
                state = DeliveryState.MUTED
            else:
                attempts += 1
                try:
                    is_sent = courier.notifiers[channel].send(account_id, alert, now)
                    state = DeliveryState.SENT if is_sent else DeliveryState.NO_ADDRESS
                except ChannelFailed:
                    state = state_after_failure(channel, attempts)
            self._known[account_id, channel] = delivery = Delivery(
                watch_id=alert.watch_id,
                alert_id=alert.alert_id,
                account_id=account_id,
                channel=channel,
                state=state,
                attempts=attempts,
                at=now,
            )
            if state is DeliveryState.WAITING:
                retry = Due(kind=DueKind.RETRY, at=now + RETRY_AFTER, watch_id=alert.watch_id, subject=alert.alert_id)
                courier.due.add(retry)
            courier.deliveries.put(delivery)

    def _is_muted(self, account_id: AccountId, channel: Channel, now: datetime) -> bool:
        """Tell whether the guardian does not want it this way; before an SOS rings, no store is asked."""
        if not may_be_muted(self._alert, channel):
            return False
        if account_id not in self._preferences:
            self._preferences[account_id] = Preference()  # where theirs cannot be read, everything rings
            with self._failures.kept():
                self._preferences[account_id] = self._courier.preferences.get(account_id, self._alert.watch_id)
        return is_muted(self._preferences[account_id], self._alert, channel, now)


def called_upon(members: Sequence[Membership]) -> list[AccountId]:
    """Return whom an alarm calls upon."""
    return [member.account_id for member in members if member.role in CALLED_UPON]


def is_still_called(account_id: AccountId, called: Collection[AccountId]) -> bool:
    """Tell whether somebody to whom a delivery failed is called upon by now; called: as of this instant."""
    return account_id in called


def state_after_failure(channel: Channel, attempts: int) -> DeliveryState:
    """Return whether a failed delivery is tried again: not what only an open app shows, and not for ever."""
    if channel is Channel.LIVE or attempts >= MOST_ATTEMPTS:
        return DeliveryState.FAILED
    return DeliveryState.WAITING
