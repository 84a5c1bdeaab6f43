"""What alerts need of the world. Every read filters on expiry: nothing that is over is ever returned."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.alerts.model import Acknowledgement, Alert, Channel, Delivery, Due, WatchState
from core.alerts.preferences import Preference
from core.kernel.ids import AccountId, AlertId, WatchId
from core.kernel.page import Page


class Alerts(Protocol):
    """The alerts of all watches."""

    def add(self, alert: Alert) -> bool:
        """Store it sealed; return False when it was there already. Raise EpochOver or Unreadable as Sealer does."""
        ...

    def get(self, watch_id: WatchId, alert_id: AlertId, now: datetime) -> Alert | None:
        """Return an alert of this watch that is not over. Raise InvalidId for what cannot be an alert's id."""
        ...

    def between(
        self, watch_id: WatchId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Alert]:
        """Return alerts whose ids are dated start <= at < end, oldest first; `after` is a page's `next`."""
        ...


class Acknowledgements(Protocol):
    """Which alerts somebody has seen."""

    def add(self, watch_id: WatchId, alert_id: AlertId, acknowledgement: Acknowledgement) -> Acknowledgement:
        """Store the first one; return the one that counts."""
        ...

    def of(self, watch_id: WatchId, alert_ids: Sequence[AlertId], now: datetime) -> Mapping[AlertId, Acknowledgement]:
        """Return those of these alerts."""
        ...


class Deliveries(Protocol):
    """How far each delivery came."""

    def put(self, delivery: Delivery) -> None:
        """Store it, replacing what is known of the same alert, guardian and channel."""
        ...

    def of_alert(self, watch_id: WatchId, alert_id: AlertId, now: datetime) -> Sequence[Delivery]:
        """Return all of an alert."""
        ...


class DueTimes(Protocol):
    """What fires without a frame."""

    def add(self, due: Due) -> None:
        """Store it; the same kind, instant, watch and subject again changes nothing but the step."""
        ...

    def over(self, now: datetime) -> Iterator[Due]:
        """Yield all whose instant has come, the oldest of each partition first, connections after all else."""
        ...

    def remove(self, due: Due) -> None:
        """Remove it; it is no error when it is not there."""
        ...


class Preferences(Protocol):
    """How each member wants to hear of each watch, sealed under the member's key."""

    def get(self, account_id: AccountId, watch_id: WatchId) -> Preference:
        """Return it; all of it is default where nothing was stored or it does not open."""
        ...

    def put(self, account_id: AccountId, watch_id: WatchId, preference: Preference) -> None:
        """Store it in the place of what was there. Raise Unreadable as Sealer does."""
        ...

    def remove(self, account_id: AccountId, watch_id: WatchId) -> None:
        """Forget it; it is no error when there is none."""
        ...


class WatchStates(Protocol):
    """What is remembered of each watch."""

    def get(self, watch_id: WatchId, now: datetime) -> tuple[WatchState | None, int]:
        """Return state and revision, read consistently; None and 0 where nothing is remembered.

        What is over or does not open is None, with the revision that has to be replaced.
        """
        ...

    def put(self, watch_id: WatchId, state: WatchState, replaced: int) -> bool:
        """Store a state in the place of that revision; return False when another was stored since."""
        ...

    def remove(self, watch_id: WatchId) -> None:
        """Forget it; it is no error when there is nothing."""
        ...


class Locator(Protocol):
    """Asks a watch where it is now."""

    def locate(self, watch_id: WatchId) -> None:
        """Ask it, unless it was asked just before; raise as Sealer does."""
        ...


class Notifier(Protocol):
    """One way to a guardian."""

    def send(self, account_id: AccountId, alert: Alert, now: datetime) -> bool:
        """Send it; return False when the guardian has no address of this kind. Raise ChannelFailed."""
        ...


class ChannelFailed(Exception):  # noqa: N818 - an error is named after the fact
    """A channel did not take an alert; a later attempt may succeed. Its text holds nothing of alert or guardian."""


Notifiers = Mapping[Channel, Notifier]
