"""The only place where notices are wired."""

from dataclasses import dataclass

from adapters.aws import client
from adapters.dynamo.accounts import DynamoAccounts, DynamoTokenFamilies
from adapters.dynamo.connection import connect
from adapters.dynamo.keys import DynamoKeyRows
from adapters.dynamo.live_views import DynamoLiveViews
from adapters.dynamo.mail_links import DynamoMailLinks
from adapters.dynamo.memberships import DynamoMemberships
from adapters.dynamo.notices import DynamoNotices
from adapters.dynamo.phones import DynamoPhones
from adapters.key_wrapper import KmsKeyWrapper
from adapters.keyed_mac import MAIL_LINKS, KeyedMac
from adapters.keyring import Keyring
from adapters.lookup import HmacLookup
from adapters.notifiers.mail import SesMails
from adapters.notifiers.push import SnsPushNotifier
from adapters.outages import is_outage
from adapters.screens import GatewayScreens, live_client
from adapters.sealer import VaultSealer
from adapters.settings import Settings
from adapters.stream.notices import SqsPost
from adapters.system_clock import SystemClock
from core.accounts.links import Links
from core.kernel.clock import Clock
from core.live.audience import Audience
from core.live.notifier import LiveNotifier
from core.notices.letters import Letters
from core.notices.telling import Telling

NEEDED = ("wrapping_key", "live_callback")  # settings

PUSH_ATTEMPTS = 2
"""Each more would keep the next account waiting, and a push only hastens what stands in the list."""


@dataclass(frozen=True, slots=True)
class Application:
    """What the handler needs."""

    telling: Telling
    letters: Letters
    clock: Clock


def application(settings: Settings, clock: Clock | None = None) -> Application:
    """Wire notices; no key is opened before the first message needs it."""
    clock = clock or SystemClock()
    connect(settings)
    keyring = Keyring(DynamoKeyRows(clock), KmsKeyWrapper(client("kms", settings), settings.wrapping_key), clock)
    sealer = VaultSealer(keyring, clock)
    families = DynamoTokenFamilies()
    audience = Audience(
        views=DynamoLiveViews(),
        screens=GatewayScreens(live_client(settings)),
        families=families,
        memberships=DynamoMemberships(),
    )
    mails = SesMails(client("sesv2", settings), settings.mail_from)
    telling = Telling(
        notices=DynamoNotices(sealer, clock),
        live=LiveNotifier(audience, is_outage),
        ringer=SnsPushNotifier(client("sns", settings, attempts=PUSH_ATTEMPTS), DynamoPhones(sealer), families),
        mails=mails,
        accounts=DynamoAccounts(sealer, HmacLookup(keyring)),
    )
    links = Links(
        links=DynamoMailLinks(sealer, sealer),
        accounts=telling.accounts,
        post=SqsPost(client("sqs", settings), settings.notice_queue_url),  # of a letter, no other comes
        mac=KeyedMac(keyring, MAIL_LINKS).of,
        clock=clock,
    )
    return Application(telling, Letters(links, mails, settings.app_url), clock)
