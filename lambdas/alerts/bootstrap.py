"""The only place where alerts are wired: the consumer of the queue and the sweep share all but their entry."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.aws import client
from adapters.dynamo.accounts import DynamoAccounts, DynamoTokenFamilies
from adapters.dynamo.acknowledgements import DynamoAcknowledgements
from adapters.dynamo.alerts import DynamoAlerts
from adapters.dynamo.connection import connect
from adapters.dynamo.deliveries import DynamoDeliveries
from adapters.dynamo.devices import DynamoDevices
from adapters.dynamo.due_times import DynamoDueTimes
from adapters.dynamo.keys import DynamoKeyRows
from adapters.dynamo.live_views import DynamoLiveViews
from adapters.dynamo.memberships import DynamoMemberships
from adapters.dynamo.phones import DynamoPhones
from adapters.dynamo.preferences import DynamoPreferences
from adapters.dynamo.telemetry import DynamoTelemetryReadings
from adapters.dynamo.watch_states import DynamoWatchStates
from adapters.dynamo.zones import DynamoZones
from adapters.key_wrapper import KmsKeyWrapper
from adapters.keyring import Keyring
from adapters.lookup import HmacLookup
from adapters.notifiers.mail import SesMailNotifier
from adapters.notifiers.push import SnsPushNotifier
from adapters.outages import is_outage
from adapters.screens import GatewayScreens, live_client
from adapters.sealer import VaultSealer
from adapters.settings import Settings
from adapters.stream.alarms import SqsAlarms
from adapters.system_clock import SystemClock
from adapters.watch.uplink import WireDecoder
from core.alerts.courier import Courier, Failures
from core.alerts.memory import WatchMemory
from core.alerts.model import Channel, DueKind
from core.alerts.ports import Notifiers
from core.alerts.service import AlertService
from core.alerts.silence import Silence
from core.alerts.sweep import Sweep
from core.alerts.watchkeeping import Watchkeeping
from core.kernel.clock import Clock
from core.live.audience import Audience
from core.live.notifier import LiveNotifier
from core.tracking.admission import Admission
from core.tracking.alarms import Alarm

NEEDED = ("wrapping_key", "alert_queue_url", "live_callback")  # settings

PUSH_ATTEMPTS = 2
"""Each more would keep the next guardian waiting; the sweep tries again in a minute, and mail goes at once."""


@dataclass(frozen=True, slots=True)
class Application:
    """What the two handlers need. admission: takes rerouted frames as far as their alarms, which are told at once."""

    alerts: AlertService
    admission: Admission
    sweep: Sweep
    clock: Clock


@dataclass(frozen=True, slots=True)
class ToldAtOnce:
    """AlarmQueue without a queue, for alarms that came over one."""

    alerts: AlertService

    def raise_all(self, alarms: Sequence[Alarm]) -> None:
        """Tell each; raise the first failure after all were tried."""
        failures = Failures()
        for alarm in alarms:
            with failures.kept():
                self.alerts.tell(alarm)
        failures.tell()


def application(settings: Settings, clock: Clock | None = None, notifiers: Notifiers | None = None) -> Application:
    """Wire alerts; no key is opened before the first alarm needs it. notifiers: in the place of the real ones."""
    clock = clock or SystemClock()
    connect(settings)
    keyring = Keyring(DynamoKeyRows(clock), KmsKeyWrapper(client("kms", settings), settings.wrapping_key), clock)
    sealer, lookup = VaultSealer(keyring, clock), HmacLookup(keyring)
    families, memberships = DynamoTokenFamilies(), DynamoMemberships()
    zones, due = DynamoZones(sealer), DynamoDueTimes(clock)
    queue = SqsAlarms(client("sqs", settings), settings.alert_queue_url)
    memory = WatchMemory(DynamoWatchStates(sealer, clock), queue, clock)
    audience = Audience(
        views=DynamoLiveViews(),
        screens=GatewayScreens(live_client(settings)),
        families=families,
        memberships=memberships,
    )
    deliveries = DynamoDeliveries(clock)
    push_client = client("sns", settings, attempts=PUSH_ATTEMPTS)
    courier = Courier(
        memberships=memberships,
        preferences=DynamoPreferences(sealer),
        notifiers=notifiers
        or {
            Channel.LIVE: LiveNotifier(audience, is_outage),
            Channel.PUSH: SnsPushNotifier(push_client, DynamoPhones(sealer), families),
            Channel.MAIL: SesMailNotifier(
                client("sesv2", settings), DynamoAccounts(sealer, lookup), settings.mail_from
            ),
        },
        deliveries=deliveries,
        due=due,
        clock=clock,
    )
    alerts = AlertService(
        alerts=DynamoAlerts(sealer, clock),
        acknowledgements=DynamoAcknowledgements(clock),
        deliveries=deliveries,
        zones=zones,
        memory=memory,
        due=due,
        courier=courier,
        clock=clock,
    )
    fire = {
        DueKind.DWELL: Watchkeeping(zones, memory, due, lookup, clock).look_again,
        DueKind.SILENCE: Silence(DynamoTelemetryReadings(sealer, clock), memory, due, lookup, clock).look,
        DueKind.SOS_REPEAT: alerts.repeat,
        DueKind.RETRY: alerts.retry,
        DueKind.CONNECTION: lambda due: audience.recheck(due, clock.now()),
    }
    admission = Admission(
        decoder=WireDecoder(),
        devices=DynamoDevices(sealer, sealer, lookup),
        lookup=lookup,
        alarms=ToldAtOnce(alerts),
        clock=clock,
        is_outage=is_outage,
        trust_unproven=settings.trust_unproven,
    )
    return Application(alerts, admission, Sweep(due, fire, clock), clock)
