"""The only place where ingest is wired."""

from dataclasses import dataclass

from adapters.access_point_names import BindingAccessPointNames
from adapters.aws import client
from adapters.dynamo.attempts import DynamoAttempts
from adapters.dynamo.cells import DynamoCells
from adapters.dynamo.commands import DynamoCommands
from adapters.dynamo.connection import connect
from adapters.dynamo.devices import DynamoDevices
from adapters.dynamo.due_times import DynamoDueTimes
from adapters.dynamo.keys import DynamoKeyRows
from adapters.dynamo.learned_places import DynamoLearnedPlaces
from adapters.dynamo.live_views import DynamoLiveViews
from adapters.dynamo.memberships import DynamoMemberships
from adapters.dynamo.messages import DynamoMessages
from adapters.dynamo.positions import DynamoPositions
from adapters.dynamo.presences import DynamoPresences
from adapters.dynamo.quarantine import DynamoQuarantine
from adapters.dynamo.seen_frames import DynamoSeenFrames
from adapters.dynamo.sweep_marks import DynamoSweepMarks
from adapters.dynamo.telemetry import DynamoTelemetryReadings
from adapters.dynamo.voice_parts import DynamoVoiceParts
from adapters.dynamo.watch_states import DynamoWatchStates
from adapters.dynamo.zones import DynamoZones
from adapters.key_wrapper import KmsKeyWrapper
from adapters.keyring import Keyring
from adapters.lookup import HmacLookup
from adapters.media.store import S3MediaStore
from adapters.nudges import SqsNudges
from adapters.outages import is_outage
from adapters.sealer import VaultSealer
from adapters.settings import Settings
from adapters.stream.alarms import SqsAlarms
from adapters.stream.live import SqsLiveFeed
from adapters.stream.notices import SqsAnnouncer
from adapters.system_clock import SystemClock
from adapters.watch.uplink import WireDecoder
from core.alerts.memory import WatchMemory
from core.alerts.watchkeeping import Watchkeeping
from core.commands.orders import Orders
from core.commands.rousing import Rousing
from core.commands.second_fix import SecondFix
from core.kernel.clock import Clock
from core.messages.inbox import VoiceInbox
from core.tracking.ingest import Ingest, Ports

NEEDED = ("wrapping_key", "alert_queue_url", "live_queue_url", "media_bucket", "notice_queue_url")  # settings

LIVE_ATTEMPTS = 1
"""A live view that misses a point shows the next one; frames do not wait for it."""

NUDGE_ATTEMPTS = 1
"""A watch that is not nudged finds what waits when it next connects."""


@dataclass(frozen=True, slots=True)
class Application:
    """What the handler needs."""

    ingest: Ingest
    clock: Clock


def application(settings: Settings, clock: Clock | None = None) -> Application:
    """Wire ingest; no key is opened before the first frame needs it."""
    clock = clock or SystemClock()
    connect(settings)
    keyring = Keyring(DynamoKeyRows(clock), KmsKeyWrapper(client("kms", settings), settings.wrapping_key), clock)
    sealer = VaultSealer(keyring, clock)
    lookup = HmacLookup(keyring)
    sqs = client("sqs", settings)
    alarms = SqsAlarms(sqs, settings.alert_queue_url)
    nudges = SqsNudges(client("sqs", settings, attempts=NUDGE_ATTEMPTS), settings.nudge_queue_urls)
    rousing, attempts = Rousing(DynamoPresences(), nudges, clock), DynamoAttempts(lookup)
    live_client = client("sqs", settings, attempts=LIVE_ATTEMPTS)
    ports = Ports(
        decoder=WireDecoder(),
        devices=DynamoDevices(sealer, sealer, lookup),
        positions=DynamoPositions(sealer, clock),
        telemetry=DynamoTelemetryReadings(sealer, clock),
        seen_frames=DynamoSeenFrames(clock),
        quarantine=DynamoQuarantine(sealer, clock),
        sweep_marks=DynamoSweepMarks(clock),
        learned_places=DynamoLearnedPlaces(sealer, clock),
        access_point_names=BindingAccessPointNames(keyring),
        cells=DynamoCells(),
        alarms=alarms,
        watchkeeper=Watchkeeping(
            DynamoZones(sealer),
            WatchMemory(DynamoWatchStates(sealer, clock), alarms, clock),
            DynamoDueTimes(clock),
            lookup,
            clock,
            SecondFix(Orders(DynamoCommands(sealer, clock), rousing, attempts, lookup), attempts, clock),
        ),
        live_feed=SqsLiveFeed(live_client, settings.live_queue_url, DynamoLiveViews(), clock),
        inbox=VoiceInbox(
            messages=DynamoMessages(sealer, clock),
            media=S3MediaStore(client("s3", settings), settings.media_bucket, sealer),
            parts=DynamoVoiceParts(sealer),
            memberships=DynamoMemberships(),
            announcer=SqsAnnouncer(sqs, settings.notice_queue_url),
            lookup=lookup,
            clock=clock,
        ),
        lookup=lookup,
        clock=clock,
        is_outage=is_outage,
        trust_unproven=settings.trust_unproven,
    )
    return Application(Ingest(ports), clock)
