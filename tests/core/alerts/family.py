"""A watch with two guardians and a grandmother who may look, and everything that alerts need, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.alerts.acknowledge import Acknowledge
from core.alerts.courier import Courier
from core.alerts.memory import WatchMemory
from core.alerts.model import Alert, Channel, Delivery, DeliveryState, DueKind, WatchState
from core.alerts.service import AlertService
from core.alerts.silence import Silence
from core.alerts.sweep import Sweep
from core.alerts.watchkeeping import Watchkeeping
from core.kernel.ids import AccountId, AlertId, WatchId, new_id
from core.tracking.alarms import Alarm, AlarmKind, alert_id_of
from core.tracking.model import Sighting
from core.watches.model import Membership, Role
from tests.builders import any_reading
from tests.clocks import FrozenClock
from tests.fakes.alerts import (
    InMemoryDeliveries,
    InMemoryDueTimes,
    InMemoryPreferences,
    InMemoryWatchStates,
    RecordingLocator,
    RecordingNotifier,
)
from tests.fakes.watches import InMemoryMemberships
from tests.worlds import FAR_AHEAD, LONG_AGO, World, in_memory

MINUTE = timedelta(minutes=1)


@dataclass
class Family:
    """What happens to a watch, and what its guardians got."""

    clock: FrozenClock = field(default_factory=FrozenClock)

    def __post_init__(self) -> None:
        self.world: World = in_memory(self.clock)
        self.watch_id: WatchId = self.world.watch()
        self.members = self.world.memberships
        assert isinstance(self.members, InMemoryMemberships)
        self.mother: AccountId = self.members.of_watch(self.watch_id)[0].account_id
        self.father = self.join(Role.GUARDIAN)
        self.grandmother = self.join(Role.VIEWER)
        self.push, self.live, self.mail = RecordingNotifier(), RecordingNotifier(), RecordingNotifier()
        self.live.unreachable = {self.mother, self.father, self.grandmother}
        self.memory = WatchMemory(self.world.watch_states, self.world.alarms, self.clock)
        self.preferences = InMemoryPreferences()
        self.courier = Courier(
            memberships=self.members,
            preferences=self.preferences,
            notifiers={Channel.PUSH: self.push, Channel.LIVE: self.live, Channel.MAIL: self.mail},
            deliveries=self.world.deliveries,
            due=self.world.due_times,
            clock=self.clock,
        )
        self.service = self.service_with()
        due, lookup = self.world.due_times, self.world.lookup
        self.locator = RecordingLocator()
        self.keeping = Watchkeeping(self.world.zones, self.memory, due, lookup, self.clock, self.locator)
        silence = Silence(self.world.telemetry, self.memory, due, lookup, self.clock)
        self.sweep = Sweep(
            self.world.due_times,
            {
                DueKind.DWELL: self.keeping.look_again,
                DueKind.SILENCE: silence.look,
                DueKind.SOS_REPEAT: self.service.repeat,
                DueKind.RETRY: self.service.retry,
            },
            self.clock,
        )
        self.acknowledge = Acknowledge(self.world.alerts, self.world.acknowledgements, self.clock)

    def service_with(self, **others: Any) -> AlertService:
        """Return the service, some of its ports replaced."""
        ours: dict[str, Any] = {
            "alerts": self.world.alerts,
            "acknowledgements": self.world.acknowledgements,
            "deliveries": self.world.deliveries,
            "zones": self.world.zones,
            "memory": self.memory,
            "due": self.world.due_times,
            "courier": self.courier,
            "clock": self.clock,
        }
        return AlertService(**(ours | others))

    def join(self, role: Role) -> AccountId:
        """Return a new member of the family."""
        account_id = AccountId(new_id())
        assert isinstance(self.members, InMemoryMemberships)
        since = self.clock.now()
        self.members.add(Membership(account_id=account_id, watch_id=self.watch_id, role=role, since=since))
        return account_id

    def alarm(self, kind: AlarmKind = AlarmKind.SOS, at: datetime | None = None, **known: Any) -> Alarm:
        """Return an alarm of this instant, named as ingest names it."""
        at = at or self.clock.now()
        alert_id = alert_id_of(self.watch_id, kind, at, known.get("zone_id") or "", self.world.lookup)
        defaults: dict[str, Any] = {"received_at": self.clock.now()}
        return Alarm(alert_id=alert_id, watch_id=self.watch_id, kind=kind, at=at, **(defaults | known))

    def sos(self, **known: Any) -> AlertId:
        """Call for help now, and let it be told; return the alert's id."""
        alarm = self.alarm(**known)
        self.service.tell(alarm)
        return alarm.alert_id

    def saw(self, *sightings: Sighting) -> list[AlarmKind]:
        """Take in sightings; return the kinds of the alarms that they brought about, and tell of these."""
        self.keeping.saw(self.watch_id, sightings)
        return [alarm.kind for alarm in self.told()]

    def told(self) -> Sequence[Alarm]:
        """Take everything off the queue and tell of it."""
        raised, self.world.alarms.raised = self.world.alarms.raised, []
        for alarm in raised:
            self.service.tell(alarm)
        return raised

    def heard(self) -> None:
        """Let a heartbeat be stored, as ingest does."""
        now = self.clock.now()
        self.world.telemetry.add(any_reading(self.watch_id, now))

    def wait(self, duration: timedelta) -> None:
        """Let time pass, with the sweep of each minute; what it raises is told."""
        until = self.clock.now() + duration
        while self.clock.now() < until:
            self.clock.advance(min(MINUTE, until - self.clock.now()))
            self.sweep.run()
            self.told()

    def state(self) -> WatchState | None:
        """Return what is remembered of the watch."""
        return self.world.watch_states.get(self.watch_id, self.clock.now())[0]

    def revision(self) -> int:
        """Return how often it was written."""
        return self.world.watch_states.get(self.watch_id, self.clock.now())[1]

    def alerts(self) -> list[Alert]:
        """Return all alerts that can be read."""
        page = self.world.alerts.between(
            self.watch_id, LONG_AGO, FAR_AHEAD, now=self.clock.now(), limit=1000, after=None
        )
        return list(page.items)

    def kinds(self) -> list[AlarmKind]:
        """Return the kinds of all alerts."""
        return [alert.kind for alert in self.alerts()]

    def delivery(self, alert_id: AlertId, account_id: AccountId, channel: Channel) -> Delivery | None:
        """Return how far a delivery came."""
        known = self.world.deliveries.of_alert(self.watch_id, alert_id, self.clock.now())
        return next((each for each in known if (each.account_id, each.channel) == (account_id, channel)), None)

    def states(self, alert_id: AlertId, channel: Channel) -> set[DeliveryState]:
        """Return the states of an alert's deliveries by one channel."""
        known = self.world.deliveries.of_alert(self.watch_id, alert_id, self.clock.now())
        return {each.state for each in known if each.channel is channel}

    def due(self) -> InMemoryDueTimes:
        """Return the rows of the sweep."""
        assert isinstance(self.world.due_times, InMemoryDueTimes)
        return self.world.due_times

    def remembered(self) -> InMemoryWatchStates:
        """Return the states of all watches."""
        assert isinstance(self.world.watch_states, InMemoryWatchStates)
        return self.world.watch_states

    def deliveries(self) -> InMemoryDeliveries:
        """Return the deliveries of all alerts."""
        assert isinstance(self.world.deliveries, InMemoryDeliveries)
        return self.world.deliveries


def ringing(notifier: RecordingNotifier) -> list[AccountId]:
    """Return who was rung by a channel, in order, and forget it."""
    rung, notifier.sent = [account_id for account_id, _ in notifier.sent], []
    return rung
