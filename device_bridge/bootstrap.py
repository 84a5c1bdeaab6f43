"""Wires the bridge to its stage."""

import asyncio
import logging
import resource
import signal
import ssl

from adapters.aws import client
from adapters.dynamo.capabilities import DynamoKnownCapabilities
from adapters.dynamo.claim_codes import DynamoClaimCodes
from adapters.dynamo.commands import DynamoCommands
from adapters.dynamo.connection import connect
from adapters.dynamo.devices import DynamoStandings
from adapters.dynamo.keys import DynamoKeyRows
from adapters.dynamo.leases import DynamoLeases
from adapters.dynamo.live_views import DynamoLiveViews
from adapters.dynamo.memberships import DynamoMemberships
from adapters.dynamo.messages import DynamoMessages
from adapters.dynamo.presences import DynamoPresences
from adapters.dynamo.settings import DynamoSettings
from adapters.dynamo.watch_profiles import DynamoWatchProfiles
from adapters.key_wrapper import KmsKeyWrapper
from adapters.keyring import Keyring
from adapters.lookup import HmacLookup
from adapters.media.store import S3MediaStore
from adapters.nudges import SqsNudgeQueues
from adapters.sealer import VaultSealer
from adapters.secrets import SecretsManagerSecrets
from adapters.settings import Settings
from adapters.stream.kinesis import KinesisFrameStream
from adapters.stream.live import SqsLiveFeed
from adapters.stream.sqs import SqsAlertQueue
from adapters.system_clock import SystemClock
from core.kernel.ids import new_id
from device_bridge.counters import Counters
from device_bridge.health import Health
from device_bridge.limits import Limits
from device_bridge.line import Stores
from device_bridge.logs import emit, log_failure, log_to_stdout
from device_bridge.nudges import Nudges
from device_bridge.proof import Prover
from device_bridge.server import Bridge
from device_bridge.tls import context_of
from device_bridge.uplink import LANES

NEEDED = (
    "wrapping_key",
    "frame_stream",
    "alert_queue_url",
    "live_queue_url",
    "nudge_queue_urls",
    "media_bucket",
)  # settings

_LOG = logging.getLogger(__name__)


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then drain. Logs `listening` with its ports."""
    log_to_stdout()
    _allow_many_sockets()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log_failure)
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    bridge = bridge_of(settings)
    ports = {"port": await bridge.serve(settings.bridge_host, settings.bridge_port)}
    if settings.bridge_tls_secret:
        context = tls_context_of(settings)
        ports["tls_port"] = await bridge.serve_tls(settings.bridge_host, settings.bridge_tls_port, context)
    health = await loop.create_server(
        lambda: Health(lambda: bridge.is_healthy), settings.bridge_host, settings.health_port
    )
    ports["health_port"] = health.sockets[0].getsockname()[1]
    _LOG.info("listening", extra=ports)
    nudges = nudges_of(bridge, settings)
    nudges.start()
    await stop.wait()
    _LOG.info("draining")
    await nudges.stop()
    await bridge.drain()
    health.close()


def bridge_of(settings: Settings) -> Bridge:
    """Return the bridge of a stage."""
    return Bridge(
        stores=_stores(settings),
        stream=KinesisFrameStream(client("kinesis", settings, attempts=1), settings.frame_stream, lanes=LANES),
        alerts=SqsAlertQueue(client("sqs", settings, attempts=1), settings.alert_queue_url),
        prover=Prover(trusts_unproven=settings.trust_unproven, networks=settings.watch_networks),
        limits=Limits(strangers_per_address=settings.strangers_per_address),
        counters=Counters(settings.stage),
        clock=asyncio.get_running_loop().time,
        emit=emit,
    )


def nudges_of(bridge: Bridge, settings: Settings) -> Nudges:
    """Return what brings the bridge its nudges."""
    return Nudges(
        DynamoLeases(),
        SqsNudgeQueues(client("sqs", settings), settings.nudge_queue_urls),
        task=new_id(),
        clock=SystemClock(),
        on_queue=bridge.downlink.moved,
        on_nudge=bridge.downlink.nudged,
    )


def _stores(settings: Settings) -> Stores:
    clock = SystemClock()
    keyring = Keyring(DynamoKeyRows(clock), KmsKeyWrapper(client("kms", settings), settings.wrapping_key), clock)
    sealer = VaultSealer(keyring, clock)
    connect(settings)
    return Stores(
        clock=clock,
        standings=DynamoStandings(HmacLookup(keyring), proofs=None if settings.trust_unproven else sealer),
        presences=DynamoPresences(),
        commands=DynamoCommands(sealer, clock),
        settings=DynamoSettings(sealer),
        capabilities=DynamoKnownCapabilities(sealer),
        profiles=DynamoWatchProfiles(sealer),
        memberships=DynamoMemberships(),
        messages=DynamoMessages(sealer, clock),
        media=S3MediaStore(client("s3", settings), settings.media_bucket, sealer),
        claim_codes=DynamoClaimCodes(sealer),
        live_feed=SqsLiveFeed(client("sqs", settings, attempts=1), settings.live_queue_url, DynamoLiveViews(), clock),
    )


def tls_context_of(settings: Settings) -> ssl.SSLContext:
    """Return the stage's certificate; raise SecretUnusable or ssl.SSLError for a secret that holds none."""
    secrets = SecretsManagerSecrets(client("secretsmanager", settings))
    return context_of(**secrets.fields(settings.bridge_tls_secret, "certificate", "key"))


def _allow_many_sockets() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
