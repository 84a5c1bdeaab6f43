"""The ports of alerts in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.alerts.model import Acknowledgement, Alert, Channel, Delivery, Due, DueKind, WatchState
from core.alerts.ports import ChannelFailed
from core.alerts.preferences import Preference
from core.kernel.clock import Clock
from core.kernel.ids import AccountId, AlertId, WatchId, parts_of
from core.retention.policy import POLICY, is_over
from core.vault.model import EpochOver
from tests.fakes.tracking import Timeline


class InMemoryAlerts(Timeline[Alert]):
    def __init__(self, clock: Clock) -> None:
        super().__init__(POLICY["alert"], clock)

    def name_of(self, item: Alert) -> tuple[datetime, str]:
        named_at, digest = parts_of(item.alert_id)
        return named_at, digest.hex()

    def get(self, watch_id: WatchId, alert_id: AlertId, now: datetime) -> Alert | None:
        parts_of(alert_id)  # refuses what is no alert's id
        return next((each for each in self.readable(watch_id, now) if each.alert_id == alert_id), None)


class InMemoryAcknowledgements:
    def __init__(self) -> None:
        self.items: dict[tuple[WatchId, AlertId], Acknowledgement] = {}

    def add(self, watch_id: WatchId, alert_id: AlertId, acknowledgement: Acknowledgement) -> Acknowledgement:
        return self.items.setdefault((watch_id, alert_id), acknowledgement)

    def of(self, watch_id: WatchId, alert_ids: Sequence[AlertId], now: datetime) -> Mapping[AlertId, Acknowledgement]:
        known = {each: self.items[watch_id, each] for each in alert_ids if (watch_id, each) in self.items}
        return {each: found for each, found in known.items() if not _is_over("acknowledgement", each, now)}


class InMemoryDeliveries:
    def __init__(self) -> None:
        self.items: dict[tuple[WatchId, AlertId, AccountId, Channel], Delivery] = {}

    def put(self, delivery: Delivery) -> None:
        self.items[delivery.watch_id, delivery.alert_id, delivery.account_id, delivery.channel] = delivery

    def of_alert(self, watch_id: WatchId, alert_id: AlertId, now: datetime) -> Sequence[Delivery]:
        if _is_over("delivery", alert_id, now):
            return []
        return [delivery for key, delivery in sorted(self.items.items()) if key[:2] == (watch_id, alert_id)]


class InMemoryPreferences:
    """reads: how often one was asked for. fails: no read answers."""

    def __init__(self) -> None:
        self.items: dict[tuple[AccountId, WatchId], Preference] = {}
        self.reads = 0
        self.fails = False

    def get(self, account_id: AccountId, watch_id: WatchId) -> Preference:
        self.reads += 1
        if self.fails:
            raise ConnectionError("the store does not answer")
        return self.items.get((account_id, watch_id), Preference())

    def put(self, account_id: AccountId, watch_id: WatchId, preference: Preference) -> None:
        self.items[account_id, watch_id] = preference

    def remove(self, account_id: AccountId, watch_id: WatchId) -> None:
        self.items.pop((account_id, watch_id), None)


class InMemoryDueTimes:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.items: dict[tuple[datetime, DueKind, str, str], tuple[Due, datetime]] = {}

    def add(self, due: Due) -> None:
        expires_at = POLICY["due"].expires_at(max(due.at, self._clock.now()))
        assert expires_at is not None, "what is due is looked at within days"
        self.items[_name_of(due)] = due, expires_at

    def over(self, now: datetime) -> Iterator[Due]:
        held = sorted(self.items.items())
        dues = [due for _, (due, expires_at) in held if due.at <= now and not is_over(expires_at, now)]
        yield from sorted(dues, key=lambda due: due.kind is DueKind.CONNECTION)

    def remove(self, due: Due) -> None:
        self.items.pop(_name_of(due), None)

    def waiting(self) -> list[Due]:
        """Return all that is there, the first to come first."""
        return [due for _, (due, _) in sorted(self.items.items())]


class InMemoryWatchStates:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.items: dict[WatchId, tuple[WatchState, int]] = {}

    def get(self, watch_id: WatchId, now: datetime) -> tuple[WatchState | None, int]:
        state, revision = self.items.get(watch_id, (None, 0))
        if state is not None and is_over(POLICY["watch_state"].expires_at(state.newest_at), now):
            state = None
        return state, revision

    def put(self, watch_id: WatchId, state: WatchState, replaced: int) -> bool:
        if is_over(POLICY["watch_state"].expires_at(state.newest_at), self._clock.now()):
            raise EpochOver("over")
        _, revision = self.items.get(watch_id, (None, 0))
        if revision != replaced:
            return False
        self.items[watch_id] = state, replaced + 1
        return True

    def remove(self, watch_id: WatchId) -> None:
        self.items.pop(watch_id, None)


@dataclass
class RecordingNotifier:
    """Keeps what it sent. fails: the channel takes nothing. unreachable: guardians without an address of this kind."""

    sent: list[tuple[AccountId, Alert]] = field(default_factory=list)
    fails: bool = False
    unreachable: set[AccountId] = field(default_factory=set)

    def send(self, account_id: AccountId, alert: Alert, now: datetime) -> bool:  # noqa: ARG002 - the port's signature
        if self.fails:
            raise ChannelFailed("the channel takes nothing")
        if account_id in self.unreachable:
            return False
        self.sent.append((account_id, alert))
        return True


def _name_of(due: Due) -> tuple[datetime, DueKind, str, str]:
    return due.at, due.kind, due.watch_id or "", due.subject


def _is_over(data_class: str, alert_id: AlertId, now: datetime) -> bool:
    named_at, _ = parts_of(alert_id)
    return is_over(POLICY[data_class].expires_at(named_at), now)


class RecordingLocator:
    """located: which watches were asked where they are."""

    def __init__(self) -> None:
        self.located: list[WatchId] = []

    def locate(self, watch_id: WatchId) -> None:
        self.located.append(watch_id)
