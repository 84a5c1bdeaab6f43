"""The wiring of the API: nothing else makes adapters."""

from functools import cache

from adapters.aws import client
from adapters.cursors import SignedCursors
from adapters.dpop import DpopProofs
from adapters.dynamo.accounts import DynamoAccounts, DynamoTokenFamilies
from adapters.dynamo.acknowledgements import DynamoAcknowledgements
from adapters.dynamo.alerts import DynamoAlerts
from adapters.dynamo.attempts import DynamoAttempts
from adapters.dynamo.automations import DynamoAutomations
from adapters.dynamo.capabilities import DynamoKnownCapabilities
from adapters.dynamo.changes import DynamoChanges
from adapters.dynamo.claim_codes import DynamoClaimCodes
from adapters.dynamo.commands import DynamoCommands
from adapters.dynamo.connection import connect
from adapters.dynamo.deliveries import DynamoDeliveries
from adapters.dynamo.devices import DynamoDevices
from adapters.dynamo.due_times import DynamoDueTimes
from adapters.dynamo.families import DynamoFamilies, DynamoInvitations
from adapters.dynamo.keys import DynamoKeyRows
from adapters.dynamo.known_devices import DynamoKnownDevices
from adapters.dynamo.learned_places import DynamoLearnedPlaces
from adapters.dynamo.leases import DynamoLeases
from adapters.dynamo.mail_links import DynamoMailLinks
from adapters.dynamo.memberships import DynamoMemberships
from adapters.dynamo.messages import DynamoMessages
from adapters.dynamo.notices import DynamoNotices
from adapters.dynamo.phones import DynamoPhones
from adapters.dynamo.positions import DynamoPositions
from adapters.dynamo.preferences import DynamoPreferences
from adapters.dynamo.presences import DynamoPresences
from adapters.dynamo.settings import DynamoSettings
from adapters.dynamo.signed_in_devices import DynamoSignedInDevices
from adapters.dynamo.sim_registrations import DynamoSimRegistrations
from adapters.dynamo.sims import DynamoSims
from adapters.dynamo.telemetry import DynamoTelemetryReadings
from adapters.dynamo.top_ups import DynamoTopUps
from adapters.dynamo.watch_profiles import DynamoWatchProfiles
from adapters.dynamo.watch_states import DynamoWatchStates
from adapters.dynamo.zones import DynamoZones
from adapters.jwt_signer import JwtAccessTokens, KmsSigningKey
from adapters.key_wrapper import KmsKeyWrapper
from adapters.keyed_mac import CURSORS, DPOP_NONCES, MAIL_LINKS, PASSWORD_PEPPER, REFRESH_TOKENS, KeyedMac
from adapters.keyring import Keyring
from adapters.lookup import HmacLookup
from adapters.media.converter import LambdaConverter
from adapters.media.store import S3MediaStore
from adapters.nudges import SqsNudges
from adapters.passwords import Argon2PasswordHasher
from adapters.phone_endpoints import SnsPhoneEndpoints
from adapters.sealer import VaultSealer
from adapters.settings import Settings
from adapters.sim_provider.contract import ContractSimProvider, Exchange
from adapters.sim_provider.lambda_provider import READ_SECONDS, LambdaExchange
from adapters.stream.alarms import SqsAlarms
from adapters.stream.notices import SqsAnnouncer, SqsPost
from adapters.system_clock import SystemClock
from core.accounts.attempts import AttemptLimits
from core.accounts.automations import AutomationDesk
from core.accounts.links import Links
from core.accounts.model import Platform
from core.accounts.password import PasswordDesk
from core.accounts.phones import RingingPhones
from core.accounts.profile import AccountProfiles
from core.accounts.refresh import Renewal
from core.accounts.register import Registration, SelfRegistration
from core.accounts.sign_in import Access, SignIn
from core.accounts.sign_out import SignOut
from core.alerts.acknowledge import Acknowledge
from core.commands.orders import Orders
from core.commands.rousing import Rousing
from core.commands.wishes import Wishes
from core.kernel.clock import Clock
from core.messages.correspondence import Correspondence
from core.messages.pictures import Pictures
from core.messages.ports import Converter
from core.sims.service import SimService
from core.tracking.correction import Correction
from lambdas.api.app import Api
from lambdas.api.bindings import Bindings
from lambdas.api.services import Services

NEEDED = ("wrapping_key", "signing_keys", "issuer")  # settings


CONVERSION_SECONDS = 12.0
"""The function's own limit and its cold start."""


@cache
def api() -> Api:
    """Return the API, wired at the first request: what a snapshot of the function could keep holds no key."""
    return Api(services(Settings.from_environment(needed=NEEDED)))


def services(
    settings: Settings,
    clock: Clock | None = None,
    operator: Exchange | None = None,
    converter: Converter | None = None,
) -> Services:
    """Return what the routes work with; no key is opened before a request needs it.

    operator, converter: in the place of the way to the SIM operator, and of the function that converts.
    """
    clock = clock or SystemClock()
    connect(settings)
    kms = client("kms", settings)
    keyring = Keyring(DynamoKeyRows(clock), KmsKeyWrapper(kms, settings.wrapping_key), clock)
    sealer, lookup = VaultSealer(keyring, clock), HmacLookup(keyring)
    tokens = JwtAccessTokens([KmsSigningKey(kms, key) for key in settings.signing_keys], settings.issuer)
    families = DynamoTokenFamilies()
    positions, learned_places = DynamoPositions(sealer, clock), DynamoLearnedPlaces(sealer, clock)
    alerts, acknowledgements = DynamoAlerts(sealer, clock), DynamoAcknowledgements(clock)
    queues = client("sqs", settings)
    notice_queue = queues, settings.notice_queue_url
    applications = {Platform.APNS: settings.push_apns, Platform.FCM: settings.push_fcm}
    attempts, memberships = DynamoAttempts(lookup), DynamoMemberships()
    limits, announcer = AttemptLimits(attempts), SqsAnnouncer(*notice_queue)
    devices, phones = DynamoSignedInDevices(sealer), DynamoPhones(sealer)
    ringing = RingingPhones(phones=phones, endpoints=SnsPhoneEndpoints(client("sns", settings), applications))
    sign_out = SignOut(families=families, devices=devices, phones=ringing)
    accounts, known_devices = DynamoAccounts(sealer, lookup), DynamoKnownDevices(lookup)
    passwords = Argon2PasswordHasher(KeyedMac(keyring, PASSWORD_PEPPER).of)
    post = SqsPost(*notice_queue)
    links = Links(
        links=DynamoMailLinks(sealer, sealer),
        accounts=accounts,
        post=post,
        mac=KeyedMac(keyring, MAIL_LINKS).of,
        clock=clock,
    )
    automations = AutomationDesk(
        automations=DynamoAutomations(sealer), families=families, announcer=announcer, clock=clock
    )
    sims = SimService.over(
        sims=DynamoSims(sealer),
        top_ups=DynamoTopUps(sealer),
        registrations=DynamoSimRegistrations(sealer),
        memberships=memberships,
        provider=ContractSimProvider(operator or sims_exchange(settings)),
        alarms=SqsAlarms(queues, settings.alert_queue_url),
        attempts=attempts,
        lookup=lookup,
    )
    presences, capabilities = DynamoPresences(), DynamoKnownCapabilities(sealer)
    rousing = Rousing(presences, SqsNudges(queues, settings.nudge_queue_urls), clock)
    commands, watch_settings = DynamoCommands(sealer, clock), DynamoSettings(sealer)
    orders = Orders(commands, rousing, attempts, lookup)
    messages, profiles = DynamoMessages(sealer, clock), DynamoWatchProfiles(sealer)
    media = S3MediaStore(client("s3", settings), settings.media_bucket, sealer)
    converter = converter or lambda_converter(settings)
    preferences = DynamoPreferences(sealer)
    return Services(
        sign_in=SignIn(
            accounts=accounts,
            families=families,
            devices=devices,
            known_devices=known_devices,
            passwords=passwords,
            tokens=tokens,
            limits=limits,
            announcer=announcer,
            clock=clock,
        ),
        access=Access(tokens=tokens, families=families, clock=clock),
        sign_out=sign_out,
        renewal=Renewal(
            families=families,
            devices=devices,
            phones=phones,
            tokens=tokens,
            limits=limits,
            sign_out=sign_out,
            announcer=announcer,
            mac=KeyedMac(keyring, REFRESH_TOKENS).of,
            clock=clock,
        ),
        registration=SelfRegistration(
            registration=Registration(accounts=accounts, passwords=passwords, keys=sealer, clock=clock),
            limits=limits,
            links=links,
        ),
        password=PasswordDesk(
            accounts=accounts,
            passwords=passwords,
            families=families,
            known_devices=known_devices,
            limits=limits,
            links=links,
            sign_out=sign_out,
            automations=automations,
            announcer=announcer,
            clock=clock,
        ),
        account_profiles=AccountProfiles(
            accounts=accounts,
            known_devices=known_devices,
            limits=limits,
            links=links,
            announcer=announcer,
            clock=clock,
        ),
        automations=automations,
        signed_in=devices,
        proofs=DpopProofs(settings.issuer, KeyedMac(keyring, DPOP_NONCES).of),
        limits=limits,
        families=families,
        phones=ringing,
        announcer=announcer,
        post=post,
        notices=DynamoNotices(sealer, clock),
        changes=DynamoChanges(clock),
        memberships=memberships,
        profiles=profiles,
        bindings=Bindings.over(
            devices=DynamoDevices(sealer, sealer, lookup),
            codes=DynamoClaimCodes(sealer),
            memberships=memberships,
            families=DynamoFamilies(sealer),
            invitations=DynamoInvitations(),
            capabilities=capabilities,
            preferences=preferences,
            states=DynamoWatchStates(sealer, clock),
            due_times=DynamoDueTimes(clock),
            sims=sims,
            rousing=rousing,
            attempts=attempts,
            announcer=announcer,
            clock=clock,
        ),
        presences=presences,
        leases=DynamoLeases(),
        capabilities=capabilities,
        rousing=rousing,
        commands=commands,
        orders=orders,
        messages=messages,
        correspondence=Correspondence(
            messages=messages,
            media=media,
            converter=converter,
            commands=commands,
            orders=orders,
            lookup=lookup,
            clock=clock,
        ),
        pictures=Pictures(profiles=profiles, media=media, converter=converter, attempts=attempts, clock=clock),
        settings=watch_settings,
        wishes=Wishes(watch_settings, capabilities, memberships, announcer, rousing),
        positions=positions,
        telemetry=DynamoTelemetryReadings(sealer, clock),
        learned_places=learned_places,
        correction=Correction(positions=positions, places=learned_places),
        zones=DynamoZones(sealer),
        alerts=alerts,
        acknowledgements=acknowledgements,
        acknowledge=Acknowledge(alerts, acknowledgements, clock),
        deliveries=DynamoDeliveries(clock),
        sims=sims,
        preferences=preferences,
        cursors=SignedCursors(KeyedMac(keyring, CURSORS).of),
        public_keys=tokens.public_keys,
        clock=clock,
    )


def lambda_converter(settings: Settings) -> LambdaConverter:
    """Return the function that converts; it is asked once, as it would fail in the same way again."""
    waiting = client("lambda", settings, attempts=1, read_seconds=CONVERSION_SECONDS)
    return LambdaConverter(waiting, settings.converter_function)


def sims_exchange(settings: Settings) -> LambdaExchange:
    """Return the way to the SIM operator; whoever asks it knows itself whether to ask again."""
    waiting = client("lambda", settings, attempts=1, read_seconds=READ_SECONDS)
    return LambdaExchange(waiting, settings.sims_function)
