"""The wiring of the live view: nothing else makes adapters."""

from dataclasses import dataclass

from adapters.aws import client
from adapters.dynamo.accounts import DynamoTokenFamilies
from adapters.dynamo.commands import DynamoCommands
from adapters.dynamo.connection import connect
from adapters.dynamo.due_times import DynamoDueTimes
from adapters.dynamo.keys import DynamoKeyRows
from adapters.dynamo.live_views import DynamoLiveViews
from adapters.dynamo.memberships import DynamoMemberships
from adapters.dynamo.positions import DynamoPositions
from adapters.dynamo.settings import DynamoSettings
from adapters.jwt_signer import JwtAccessTokens, KmsSigningKey
from adapters.key_wrapper import KmsKeyWrapper
from adapters.keyring import Keyring
from adapters.screens import GatewayScreens, live_client
from adapters.sealer import VaultSealer
from adapters.settings import Settings
from adapters.system_clock import SystemClock
from core.accounts.sign_in import Access
from core.kernel.clock import Clock
from core.live.audience import Audience
from core.live.changes import LiveChanges
from core.live.connections import Connections
from core.live.feed import LivePositions

DOOR_NEEDS = ("signing_keys", "issuer", "live_callback")  # settings
FEED_NEEDS = ("wrapping_key", "live_callback")


@dataclass(frozen=True, slots=True)
class Door:
    """What the handler of connections needs."""

    connections: Connections
    clock: Clock


@dataclass(frozen=True, slots=True)
class Feed:
    """What the handler of news needs."""

    positions: LivePositions
    changes: LiveChanges
    clock: Clock


def door(settings: Settings, clock: Clock | None = None) -> Door:
    """Wire what opens and ends connections."""
    clock = clock or SystemClock()
    connect(settings)
    kms = client("kms", settings)
    tokens = JwtAccessTokens([KmsSigningKey(kms, key) for key in settings.signing_keys], settings.issuer)
    connections = Connections(
        access=Access(tokens=tokens, families=DynamoTokenFamilies(), clock=clock),
        memberships=DynamoMemberships(),
        views=DynamoLiveViews(),
        screens=GatewayScreens(live_client(settings)),
        due=DynamoDueTimes(clock),
    )
    return Door(connections, clock)


def feed(settings: Settings, clock: Clock | None = None) -> Feed:
    """Wire what shows news; no key is opened before the first one."""
    clock = clock or SystemClock()
    connect(settings)
    keyring = Keyring(DynamoKeyRows(clock), KmsKeyWrapper(client("kms", settings), settings.wrapping_key), clock)
    audience = Audience(
        views=DynamoLiveViews(),
        screens=GatewayScreens(live_client(settings)),
        families=DynamoTokenFamilies(),
        memberships=DynamoMemberships(),
    )
    sealer = VaultSealer(keyring, clock)
    return Feed(
        positions=LivePositions(positions=DynamoPositions(sealer, clock), audience=audience),
        changes=LiveChanges(commands=DynamoCommands(sealer, clock), settings=DynamoSettings(sealer), audience=audience),
        clock=clock,
    )
