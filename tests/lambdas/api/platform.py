"""The API with everything behind it in memory, asked as API Gateway asks it."""

import base64
import itertools
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from aws_lambda_powertools.utilities.typing import LambdaContext

from adapters.cursors import SignedCursors
from adapters.dpop import DpopProofs
from adapters.keyed_mac import CURSORS, DPOP_NONCES, MAIL_LINKS, REFRESH_TOKENS, KeyedMac
from adapters.lookup import HmacLookup
from adapters.sealer import VaultSealer
from core.accounts.attempts import AttemptLimits
from core.accounts.automations import AutomationDesk
from core.accounts.links import Links
from core.accounts.password import PasswordDesk
from core.accounts.phones import RingingPhones
from core.accounts.ports import AccessTokens
from core.accounts.profile import AccountProfiles
from core.accounts.refresh import Renewal
from core.accounts.register import Registration, SelfRegistration
from core.accounts.sign_in import Access, SignIn
from core.accounts.sign_out import SignOut
from core.alerts.acknowledge import Acknowledge
from core.commands.orders import Orders
from core.commands.rousing import Rousing
from core.commands.wishes import Wishes
from core.kernel.geo import Point
from core.kernel.ids import AccountId, MediaId, WatchId, new_id
from core.messages.correspondence import Correspondence
from core.messages.model import Direction, Message, MessageKind
from core.messages.pictures import Pictures
from core.sims.service import SimService
from core.tracking.correction import Correction
from core.tracking.model import Position, Source, TelemetryReading
from core.watches.model import Membership, Role
from lambdas.api.app import Api
from lambdas.api.bindings import Bindings
from lambdas.api.services import Services
from local.sim_provider import Books
from tests.builders import any_device, any_message
from tests.clocks import FrozenClock
from tests.fakes.accounts import (
    CountedAccessTokens,
    InMemoryAccounts,
    InMemoryAttempts,
    InMemoryAutomations,
    InMemoryKnownDevices,
    InMemoryMailLinks,
    InMemoryPhones,
    InMemorySignedInDevices,
    InMemoryTokenFamilies,
    RecordingPhoneEndpoints,
    TransparentHasher,
)
from tests.fakes.alerts import (
    InMemoryAcknowledgements,
    InMemoryAlerts,
    InMemoryDeliveries,
    InMemoryDueTimes,
    InMemoryPreferences,
    InMemoryWatchStates,
)
from tests.fakes.changes import InMemoryChanges
from tests.fakes.commands import (
    InMemoryCommands,
    InMemoryKnownCapabilities,
    InMemoryLeases,
    InMemoryPresences,
    InMemorySettings,
    RecordingNudges,
)
from tests.fakes.messages import InMemoryMediaStore, InMemoryMessages, PretendingConverter
from tests.fakes.notices import InMemoryNotices, RecordingAnnouncer, RecordingPost
from tests.fakes.sims import BooksExchange, InMemorySimRegistrations, InMemorySims, InMemoryTopUps
from tests.fakes.tracking import (
    InMemoryLearnedPlaces,
    InMemoryPositions,
    InMemoryTelemetryReadings,
    RecordingAlarms,
)
from tests.fakes.vault import keyring_in_memory, sealer_in_memory
from tests.fakes.watches import (
    InMemoryClaimCodes,
    InMemoryDevices,
    InMemoryFamilies,
    InMemoryInvitations,
    InMemoryMemberships,
    InMemoryWatchProfiles,
)
from tests.fakes.zones import InMemoryZones
from tests.recordings import amr

ISSUER = "https://api.example.test"
PASSWORD = "negen fietsen langs de IJssel"


@dataclass(frozen=True)
class Answer:
    """An answer as API Gateway takes it."""

    status: int
    headers: dict[str, str]
    body: str
    is_base64: bool

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def content(self) -> bytes:
        return base64.b64decode(self.body) if self.is_base64 else self.body.encode()


def event(
    method: str,
    path: str,
    *,
    query: str = "",
    headers: dict[str, str] | None = None,
    body: str | None = None,
    is_base64: bool = False,
    address: str = "192.0.2.7",
) -> dict[str, Any]:
    """Return an event of payload 2.0 as HTTP APIs send it: no key for what the request has not."""
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "api.example.test", **(headers or {})},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "abcdef1234",
            "domainName": "api.example.test",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": address,
                "userAgent": "test",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "22/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1795348800000,
        },
        "isBase64Encoded": is_base64,
    }
    if query:
        joined: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            joined[name] = f"{joined[name]},{value}" if name in joined else value
        made["queryStringParameters"] = joined
    if body is not None:
        made["body"] = body
    return made


def ask(api: Api, method: str, path: str, *, token: str | None = None, query: Any = "", **rest: Any) -> Answer:
    """Ask the API. query: a dict of parameters or a raw query string. raw: type and bytes of a body that is no JSON."""
    headers = dict(rest.pop("headers", {}))
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    if "json" in rest:
        rest["body"] = json.dumps(rest.pop("json"))
        headers.setdefault("content-type", "application/json")
    if "raw" in rest:
        headers["content-type"], content = rest.pop("raw")
        rest |= {"body": base64.b64encode(content).decode(), "is_base64": True}
    raw_query = query if isinstance(query, str) else urlencode(query)
    context = cast("LambdaContext", SimpleNamespace(aws_request_id="1"))
    answer = api.answer(event(method, path, query=raw_query, headers=headers, **rest), context)
    return Answer(answer["statusCode"], answer["headers"], answer["body"], answer["isBase64Encoded"])


@dataclass
class Platform:
    """The API in memory, and builders for what is behind it."""

    clock: FrozenClock = field(default_factory=FrozenClock)
    tokens: AccessTokens = field(default_factory=CountedAccessTokens)

    def __post_init__(self) -> None:
        self.accounts = InMemoryAccounts()
        self.families = InMemoryTokenFamilies()
        self.attempts = InMemoryAttempts()
        self.passwords = TransparentHasher()
        self.memberships = InMemoryMemberships()
        self.profiles = InMemoryWatchProfiles()
        self.devices, self.claim_codes = InMemoryDevices(self.memberships), InMemoryClaimCodes()
        self.invitations = InMemoryInvitations()
        self.kin = InMemoryFamilies(self.memberships, self.invitations)
        self.watch_states, self.due_times = InMemoryWatchStates(self.clock), InMemoryDueTimes(self.clock)
        self.presences, self.leases, self.nudges = InMemoryPresences(), InMemoryLeases(), RecordingNudges()
        self.capabilities = InMemoryKnownCapabilities()
        rousing = Rousing(self.presences, self.nudges, self.clock)
        self.commands, self.settings = InMemoryCommands(self.clock), InMemorySettings()
        self.messages, self.media = InMemoryMessages(self.clock), InMemoryMediaStore(self.clock)
        self.converter = PretendingConverter()
        self.positions = InMemoryPositions(self.clock)
        self.telemetry = InMemoryTelemetryReadings(self.clock)
        self.learned_places = InMemoryLearnedPlaces(self.clock)
        self.zones = InMemoryZones()
        self.alerts = InMemoryAlerts(self.clock)
        self.acknowledgements = InMemoryAcknowledgements()
        self.deliveries = InMemoryDeliveries()
        self.preferences = InMemoryPreferences()
        self.phones = InMemoryPhones()
        self.phone_endpoints = RecordingPhoneEndpoints()
        self.announcer = RecordingAnnouncer()
        self.post = RecordingPost()
        self.notices = InMemoryNotices(self.clock)
        self.changes = InMemoryChanges(self.clock)
        self.sims, self.top_ups = InMemorySims(), InMemoryTopUps()
        self.sim_registrations = InMemorySimRegistrations()
        self.sim_operator = BooksExchange(Books(self.clock))
        self.alarms = RecordingAlarms()
        self._numbers = itertools.count(1)
        self.signed_in, self.known_devices = InMemorySignedInDevices(), InMemoryKnownDevices()
        limits, keyring = AttemptLimits(self.attempts), keyring_in_memory(self.clock)
        orders = Orders(self.commands, rousing, self.attempts, HmacLookup(keyring))
        ringing = RingingPhones(phones=self.phones, endpoints=self.phone_endpoints)
        sign_out = SignOut(families=self.families, devices=self.signed_in, phones=ringing)
        self.mail_links = InMemoryMailLinks()
        self.links = Links(
            links=self.mail_links,
            accounts=self.accounts,
            post=self.post,
            mac=KeyedMac(keyring, MAIL_LINKS).of,
            clock=self.clock,
        )
        automations = AutomationDesk(
            automations=InMemoryAutomations(), families=self.families, announcer=self.announcer, clock=self.clock
        )
        sims = SimService.over(
            sims=self.sims,
            top_ups=self.top_ups,
            registrations=self.sim_registrations,
            memberships=self.memberships,
            provider=self.sim_operator.provider,
            alarms=self.alarms,
            attempts=self.attempts,
            lookup=HmacLookup(keyring),
        )
        self.services = Services(
            sign_in=SignIn(
                accounts=self.accounts,
                families=self.families,
                devices=self.signed_in,
                known_devices=self.known_devices,
                passwords=self.passwords,
                tokens=self.tokens,
                limits=limits,
                announcer=self.announcer,
                clock=self.clock,
            ),
            access=Access(tokens=self.tokens, families=self.families, clock=self.clock),
            sign_out=sign_out,
            renewal=Renewal(
                families=self.families,
                devices=self.signed_in,
                phones=self.phones,
                tokens=self.tokens,
                limits=limits,
                sign_out=sign_out,
                announcer=self.announcer,
                mac=KeyedMac(keyring, REFRESH_TOKENS).of,
                clock=self.clock,
            ),
            registration=SelfRegistration(
                registration=Registration(
                    accounts=self.accounts,
                    passwords=self.passwords,
                    keys=VaultSealer(keyring, self.clock),
                    clock=self.clock,
                ),
                limits=limits,
                links=self.links,
            ),
            password=PasswordDesk(
                accounts=self.accounts,
                passwords=self.passwords,
                families=self.families,
                known_devices=self.known_devices,
                limits=limits,
                links=self.links,
                sign_out=sign_out,
                automations=automations,
                announcer=self.announcer,
                clock=self.clock,
            ),
            account_profiles=AccountProfiles(
                accounts=self.accounts,
                known_devices=self.known_devices,
                limits=limits,
                links=self.links,
                announcer=self.announcer,
                clock=self.clock,
            ),
            automations=automations,
            signed_in=self.signed_in,
            proofs=DpopProofs(ISSUER, KeyedMac(keyring, DPOP_NONCES).of),
            limits=limits,
            families=self.families,
            phones=ringing,
            announcer=self.announcer,
            post=self.post,
            notices=self.notices,
            changes=self.changes,
            memberships=self.memberships,
            profiles=self.profiles,
            bindings=Bindings.over(
                devices=self.devices,
                codes=self.claim_codes,
                memberships=self.memberships,
                families=self.kin,
                invitations=self.invitations,
                capabilities=self.capabilities,
                preferences=self.preferences,
                states=self.watch_states,
                due_times=self.due_times,
                sims=sims,
                rousing=rousing,
                attempts=self.attempts,
                announcer=self.announcer,
                clock=self.clock,
            ),
            presences=self.presences,
            leases=self.leases,
            capabilities=self.capabilities,
            rousing=rousing,
            commands=self.commands,
            orders=orders,
            messages=self.messages,
            correspondence=Correspondence(
                messages=self.messages,
                media=self.media,
                converter=self.converter,
                commands=self.commands,
                orders=orders,
                lookup=HmacLookup(keyring),
                clock=self.clock,
            ),
            pictures=Pictures(
                profiles=self.profiles,
                media=self.media,
                converter=self.converter,
                attempts=self.attempts,
                clock=self.clock,
            ),
            settings=self.settings,
            wishes=Wishes(self.settings, self.capabilities, self.memberships, self.announcer, rousing),
            positions=self.positions,
            telemetry=self.telemetry,
            learned_places=self.learned_places,
            correction=Correction(positions=self.positions, places=self.learned_places),
            zones=self.zones,
            alerts=self.alerts,
            acknowledgements=self.acknowledgements,
            acknowledge=Acknowledge(self.alerts, self.acknowledgements, self.clock),
            deliveries=self.deliveries,
            preferences=self.preferences,
            sims=sims,
            cursors=SignedCursors(KeyedMac(keyring, CURSORS).of),
            public_keys=lambda: [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k", "n": "n", "e": "AQAB"}],
            clock=self.clock,
        )
        self.api = Api(self.services)

    def ask(self, method: str, path: str, **rest: Any) -> Answer:
        return ask(self.api, method, path, **rest)

    def account(self, email: str = "marieke@example.nl", password: str = PASSWORD) -> AccountId:
        registration = Registration(
            accounts=self.accounts, passwords=self.passwords, keys=sealer_in_memory(self.clock), clock=self.clock
        )
        return registration.create_account(email, password)

    def sign_in(self, email: str = "marieke@example.nl", password: str = PASSWORD, **rest: Any) -> Answer:
        return self.ask("POST", "/v1/sign-in", json={"email": email, "password": password}, **rest)

    def token(self, email: str = "marieke@example.nl") -> str:
        return str(self.sign_in(email).json["access_token"])

    def account_of(self, email: str) -> AccountId:
        credentials = self.accounts.credentials_of(email)
        assert credentials is not None
        return credentials.account_id

    def watch(self, account_id: AccountId, role: Role = Role.OWNER, watch_id: WatchId | None = None) -> WatchId:
        """Make the account a member of a watch, a new one unless it is named."""
        watch_id = watch_id or WatchId(new_id())
        since = self.clock.now() - timedelta(days=100)
        self.memberships.add(Membership(account_id=account_id, watch_id=watch_id, role=role, since=since))
        return watch_id

    def bound_watch(self, account_id: AccountId, device_id: str) -> WatchId:
        """Stock a device and bind it to the account."""
        self.devices.stock(any_device(device_id))
        watch_id = WatchId(new_id())
        self.devices.bind(device_id, watch_id, account_id, self.clock.now() - timedelta(days=100))
        return watch_id

    def joined(self, watch_id: WatchId, account_id: AccountId | None = None, role: Role = Role.GUARDIAN) -> AccountId:
        """Let an account join the watch, a new one unless it is named."""
        account_id = account_id or AccountId(new_id())
        self.watch(account_id, role, watch_id)
        return account_id

    def position(self, watch_id: WatchId, at: datetime, **rest: Any) -> Position:
        """Store a position; it was received at once, while the clock stood there."""
        position = any_position(watch_id, at, fingerprint=f"{next(self._numbers):032x}", **rest)
        self._at(at, lambda: self.positions.add(position))
        return position

    def reading(self, watch_id: WatchId, at: datetime, **rest: Any) -> TelemetryReading:
        fields: dict[str, Any] = {
            "battery_percent": 76,
            "signal_percent": 88,
            "steps": 1312,
            "rolls": None,
            "alarms": (),
            "fingerprint": f"{next(self._numbers):032x}",
        }
        reading = TelemetryReading(watch_id=watch_id, at=at, received_at=at, **(fields | rest))
        self._at(at, lambda: self.telemetry.add(reading))
        return reading

    def voice_message(self, watch_id: WatchId, at: datetime) -> Message:
        """Store what the watch has said, with its voice."""
        message = any_message(
            watch_id,
            at,
            number=next(self._numbers),
            direction=Direction.FROM_WATCH,
            kind=MessageKind.VOICE,
            author=None,
            text=None,
            media_id=MediaId(new_id()),
            duration=timedelta(seconds=2),
        )
        assert message.media_id is not None
        self.media.put("voice", watch_id, message.media_id, amr(2.0), at)
        self.messages.add(message)
        return message

    def _at(self, at: datetime, store: Any) -> None:
        present = self.clock.now()
        self.clock.set(at)
        store()
        self.clock.set(present)


def any_position(watch_id: WatchId, at: datetime, **rest: Any) -> Position:
    """Return a position; what a test does not name does not matter to it."""
    fields: dict[str, Any] = {
        "received_at": at,
        "point": Point(52.2112, 5.9699),
        "source": Source.GPS,
        "accuracy_m": None,
        "altitude_m": None,
        "speed_kmh": 4.3,
        "course_deg": None,
        "satellites": 9,
        "doubts": frozenset(),
        "backlog": False,
        "fingerprint": "0" * 32,
    }
    return Position(watch_id=watch_id, at=at, **(fields | rest))
