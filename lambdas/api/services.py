"""What the routes work with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from adapters.cursors import SignedCursors
from adapters.dpop import DpopProofs
from core.accounts.attempts import AttemptLimits
from core.accounts.automations import AutomationDesk
from core.accounts.notices import Announcer, Post
from core.accounts.password import PasswordDesk
from core.accounts.phones import RingingPhones
from core.accounts.ports import SignedInDevices, TokenFamilies
from core.accounts.profile import AccountProfiles
from core.accounts.refresh import Renewal
from core.accounts.register import SelfRegistration
from core.accounts.sign_in import Access, SignIn
from core.accounts.sign_out import SignOut
from core.alerts.acknowledge import Acknowledge
from core.alerts.ports import Acknowledgements, Alerts, Deliveries, Preferences
from core.changes.ports import Changes
from core.commands.orders import Orders
from core.commands.ports import Commands, KnownCapabilities, Leases, Presences, Settings
from core.commands.rousing import Rousing
from core.commands.wishes import Wishes
from core.kernel.clock import Clock
from core.messages.correspondence import Correspondence
from core.messages.pictures import Pictures
from core.messages.ports import Messages
from core.notices.ports import Notices
from core.sims.service import SimService
from core.tracking.correction import Correction
from core.tracking.ports import LearnedPlaces, Positions, TelemetryReadings
from core.watches.ports import Memberships, WatchProfiles
from core.zones.ports import Zones
from lambdas.api.bindings import Bindings


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The capabilities and ports behind the API. public_keys: gives the keys of the JWKS (RFC 7517)."""

    sign_in: SignIn
    access: Access
    sign_out: SignOut
    renewal: Renewal
    registration: SelfRegistration
    password: PasswordDesk
    account_profiles: AccountProfiles
    automations: AutomationDesk
    signed_in: SignedInDevices
    proofs: DpopProofs
    limits: AttemptLimits
    families: TokenFamilies
    phones: RingingPhones
    announcer: Announcer
    post: Post
    notices: Notices
    changes: Changes
    memberships: Memberships
    profiles: WatchProfiles
    bindings: Bindings
    presences: Presences
    leases: Leases
    capabilities: KnownCapabilities
    rousing: Rousing
    commands: Commands
    orders: Orders
    messages: Messages
    correspondence: Correspondence
    pictures: Pictures
    settings: Settings
    wishes: Wishes
    positions: Positions
    telemetry: TelemetryReadings
    learned_places: LearnedPlaces
    correction: Correction
    zones: Zones
    alerts: Alerts
    acknowledgements: Acknowledgements
    acknowledge: Acknowledge
    deliveries: Deliveries
    preferences: Preferences
    sims: SimService
    cursors: SignedCursors
    public_keys: Callable[[], Sequence[Mapping[str, str]]]
    clock: Clock
