"""Every port: in memory, or in the tables on moto. What both can do, the contract tests ask of both."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.access_point_names import BindingAccessPointNames
from adapters.aws import client
from adapters.dynamo.acknowledgements import DynamoAcknowledgements
from adapters.dynamo.alerts import DynamoAlerts
from adapters.dynamo.automations import DynamoAutomations
from adapters.dynamo.capabilities import DynamoKnownCapabilities
from adapters.dynamo.cells import DynamoCells
from adapters.dynamo.changes import DynamoChanges
from adapters.dynamo.claim_codes import DynamoClaimCodes
from adapters.dynamo.commands import DynamoCommands
from adapters.dynamo.deliveries import DynamoDeliveries
from adapters.dynamo.devices import DynamoDevices
from adapters.dynamo.due_times import DynamoDueTimes
from adapters.dynamo.families import DynamoFamilies, DynamoInvitations
from adapters.dynamo.keys import DynamoKeyRows
from adapters.dynamo.known_devices import DynamoKnownDevices
from adapters.dynamo.learned_places import DynamoLearnedPlaces
from adapters.dynamo.leases import DynamoLeases
from adapters.dynamo.live_views import DynamoLiveViews
from adapters.dynamo.mail_links import DynamoMailLinks
from adapters.dynamo.memberships import DynamoMemberships
from adapters.dynamo.messages import DynamoMessages
from adapters.dynamo.notices import DynamoNotices
from adapters.dynamo.phones import DynamoPhones
from adapters.dynamo.positions import DynamoPositions
from adapters.dynamo.preferences import DynamoPreferences
from adapters.dynamo.presences import DynamoPresences
from adapters.dynamo.quarantine import DynamoQuarantine
from adapters.dynamo.seen_frames import DynamoSeenFrames
from adapters.dynamo.settings import DynamoSettings
from adapters.dynamo.signed_in_devices import DynamoSignedInDevices
from adapters.dynamo.sim_registrations import DynamoSimRegistrations
from adapters.dynamo.sims import DynamoSims
from adapters.dynamo.sweep_marks import DynamoSweepMarks
from adapters.dynamo.telemetry import DynamoTelemetryReadings
from adapters.dynamo.top_ups import DynamoTopUps
from adapters.dynamo.voice_parts import DynamoVoiceParts
from adapters.dynamo.watch_profiles import DynamoWatchProfiles
from adapters.dynamo.watch_states import DynamoWatchStates
from adapters.dynamo.zones import DynamoZones
from adapters.key_wrapper import KmsKeyWrapper
from adapters.keyring import Keyring, KeyRows, KeyWrapper
from adapters.lookup import HmacLookup
from adapters.media.store import S3MediaStore
from adapters.outages import is_outage
from adapters.sealer import VaultSealer
from adapters.settings import Settings
from adapters.watch.uplink import WireDecoder
from core.accounts.links import MailLinks
from core.accounts.ports import Automations, KnownDevices, Phones, SignedInDevices
from core.alerts.ports import Acknowledgements, Alerts, Deliveries, DueTimes, Preferences, WatchStates
from core.changes.ports import Changes
from core.commands.ports import Commands, KnownCapabilities, Leases, Presences
from core.commands.ports import Settings as WatchSettings
from core.kernel.ids import AccountId, WatchId, new_id
from core.live.ports import LiveViews
from core.messages.inbox import VoiceInbox
from core.messages.ports import MediaStore, Messages, VoiceParts
from core.notices.ports import Notices
from core.retention.policy import Subject
from core.sims.ports import SimRegistrations, Sims, TopUps
from core.tracking.ingest import Ingest, Ports
from core.tracking.model import Position, TelemetryReading
from core.tracking.ports import (
    AccessPointNames,
    Cells,
    LearnedPlaces,
    Positions,
    Quarantine,
    SeenFrames,
    SweepMarks,
    TelemetryReadings,
)
from core.watches.model import Role, StockedDevice
from core.watches.ports import ClaimCodes, Devices, Families, Invitations, Memberships, WatchProfiles
from core.zones.ports import Zones
from tests.clocks import FrozenClock
from tests.fakes.accounts import (
    InMemoryAutomations,
    InMemoryKnownDevices,
    InMemoryMailLinks,
    InMemoryPhones,
    InMemorySignedInDevices,
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
)
from tests.fakes.live import InMemoryLiveViews
from tests.fakes.messages import InMemoryMediaStore, InMemoryMessages, InMemoryVoiceParts
from tests.fakes.notices import InMemoryNotices, RecordingAnnouncer
from tests.fakes.sims import InMemorySimRegistrations, InMemorySims, InMemoryTopUps
from tests.fakes.tracking import (
    InMemoryCells,
    InMemoryLearnedPlaces,
    InMemoryPositions,
    InMemoryQuarantine,
    InMemorySeenFrames,
    InMemorySweepMarks,
    InMemoryTelemetryReadings,
    RecordingAlarms,
    RecordingLiveFeed,
    RecordingWatchkeeper,
)
from tests.fakes.vault import InMemoryKeyRows, PlainKeyWrapper
from tests.fakes.watches import (
    InMemoryClaimCodes,
    InMemoryDevices,
    InMemoryFamilies,
    InMemoryInvitations,
    InMemoryMemberships,
    InMemoryWatchProfiles,
)
from tests.fakes.zones import InMemoryZones
from tests.frames import DEVICE
from tests.storage import storage

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(kw_only=True)
class World:
    """Every port, and what a test does with them."""

    clock: FrozenClock
    key_rows: KeyRows
    key_wrapper: KeyWrapper
    keyring: Keyring
    sealer: VaultSealer
    lookup: HmacLookup
    devices: Devices
    claim_codes: ClaimCodes
    families: Families
    invitations: Invitations
    memberships: Memberships
    profiles: WatchProfiles
    commands: Commands
    watch_settings: WatchSettings
    presences: Presences
    leases: Leases
    capabilities: KnownCapabilities
    positions: Positions
    telemetry: TelemetryReadings
    seen_frames: SeenFrames
    quarantine: Quarantine
    sweep_marks: SweepMarks
    access_point_names: AccessPointNames
    learned_places: LearnedPlaces
    cells: Cells
    zones: Zones
    watch_states: WatchStates
    alerts: Alerts
    acknowledgements: Acknowledgements
    deliveries: Deliveries
    due_times: DueTimes
    preferences: Preferences
    notices: Notices
    changes: Changes
    live_views: LiveViews
    phones: Phones
    signed_in: SignedInDevices
    known_devices: KnownDevices
    automations: Automations
    mail_links: MailLinks
    sims: Sims
    top_ups: TopUps
    sim_registrations: SimRegistrations
    messages: Messages
    voice_parts: VoiceParts
    media: MediaStore
    alarms: RecordingAlarms = field(default_factory=RecordingAlarms)
    watchkeeper: RecordingWatchkeeper = field(default_factory=RecordingWatchkeeper)
    live_feed: RecordingLiveFeed = field(default_factory=RecordingLiveFeed)
    announcer: RecordingAnnouncer = field(default_factory=RecordingAnnouncer)

    def watch(self, device_id: str = DEVICE, since: timedelta = timedelta(days=100)) -> WatchId:
        """Stock a device and bind it to a new account; return the watch."""
        self.devices.stock(stocked(device_id))
        watch_id = WatchId(new_id())
        self.devices.bind(device_id, watch_id, AccountId(new_id()), self.clock.now() - since)
        self.sealer.make(Subject.BINDING, watch_id)  # the fake of Devices makes no keys
        return watch_id

    def owner_of(self, watch_id: WatchId) -> AccountId:
        """Return the account that owns the watch."""
        [owner] = [each.account_id for each in self.memberships.of_watch(watch_id) if each.role is Role.OWNER]
        return owner

    def unbind(self, watch_id: WatchId, at: datetime) -> None:
        """End the watch's binding."""
        self.devices.unbind(watch_id, self.owner_of(watch_id), at)

    def account(self) -> AccountId:
        """Return a new account with a key."""
        account_id = AccountId(new_id())
        self.sealer.make(Subject.ACCOUNT, account_id)
        return account_id

    def ports(self, **others: Any) -> Ports:
        """Return ingest's ports, some replaced."""
        ours = Ports(
            decoder=WireDecoder(),
            devices=self.devices,
            positions=self.positions,
            telemetry=self.telemetry,
            seen_frames=self.seen_frames,
            quarantine=self.quarantine,
            sweep_marks=self.sweep_marks,
            learned_places=self.learned_places,
            access_point_names=self.access_point_names,
            cells=self.cells,
            alarms=self.alarms,
            watchkeeper=self.watchkeeper,
            live_feed=self.live_feed,
            inbox=self.inbox(),
            lookup=self.lookup,
            clock=self.clock,
            is_outage=is_outage,
        )
        return replace(ours, **others)

    def inbox(self) -> VoiceInbox:
        """Return the inbox over these ports."""
        return VoiceInbox(
            messages=self.messages,
            media=self.media,
            parts=self.voice_parts,
            memberships=self.memberships,
            announcer=self.announcer,
            lookup=self.lookup,
            clock=self.clock,
        )

    def ingest(self, **others: Any) -> Ingest:
        """Return ingest over these ports, some replaced."""
        return Ingest(self.ports(**others))

    def history(self, watch_id: WatchId) -> list[Position]:
        """Return all positions that can be read."""
        page = self.positions.between(watch_id, LONG_AGO, FAR_AHEAD, now=self.clock.now(), limit=1000, after=None)
        return list(page.items)

    def readings(self, watch_id: WatchId) -> list[TelemetryReading]:
        """Return all telemetry that can be read."""
        page = self.telemetry.between(watch_id, LONG_AGO, FAR_AHEAD, now=self.clock.now(), limit=1000, after=None)
        return list(page.items)


def stocked(device_id: str = DEVICE) -> StockedDevice:
    return StockedDevice(device_id=device_id, model="any", claim_secret_hash="0" * 64, sim=None)


def in_memory(clock: FrozenClock) -> World:
    """Return a world in memory; only the cipher is real."""
    memberships, invitations = InMemoryMemberships(), InMemoryInvitations()
    return World(
        **_vault(InMemoryKeyRows(clock), PlainKeyWrapper(), clock),
        devices=InMemoryDevices(memberships),
        claim_codes=InMemoryClaimCodes(),
        families=InMemoryFamilies(memberships, invitations),
        invitations=invitations,
        memberships=memberships,
        profiles=InMemoryWatchProfiles(),
        commands=InMemoryCommands(clock),
        watch_settings=InMemorySettings(),
        presences=InMemoryPresences(),
        leases=InMemoryLeases(),
        capabilities=InMemoryKnownCapabilities(),
        positions=InMemoryPositions(clock),
        telemetry=InMemoryTelemetryReadings(clock),
        seen_frames=InMemorySeenFrames(clock),
        quarantine=InMemoryQuarantine(clock),
        sweep_marks=InMemorySweepMarks(),
        learned_places=InMemoryLearnedPlaces(clock),
        cells=InMemoryCells(),
        zones=InMemoryZones(),
        watch_states=InMemoryWatchStates(clock),
        alerts=InMemoryAlerts(clock),
        acknowledgements=InMemoryAcknowledgements(),
        deliveries=InMemoryDeliveries(),
        due_times=InMemoryDueTimes(clock),
        preferences=InMemoryPreferences(),
        notices=InMemoryNotices(clock),
        changes=InMemoryChanges(clock),
        live_views=InMemoryLiveViews(),
        phones=InMemoryPhones(),
        signed_in=InMemorySignedInDevices(),
        known_devices=InMemoryKnownDevices(),
        automations=InMemoryAutomations(),
        mail_links=InMemoryMailLinks(),
        sims=InMemorySims(),
        top_ups=InMemoryTopUps(),
        sim_registrations=InMemorySimRegistrations(),
        messages=InMemoryMessages(clock),
        voice_parts=InMemoryVoiceParts(),
        media=InMemoryMediaStore(clock),
    )


@contextmanager
def on_dynamo(clock: FrozenClock) -> Iterator[World]:
    """Yield a world in fresh tables."""
    with storage() as settings:
        yield in_tables(settings, clock)


def in_tables(settings: Settings, clock: FrozenClock) -> World:
    """Return a world in the tables of the settings; a second one over the same tables has its own caches."""
    wrapper = KmsKeyWrapper(client("kms", settings), settings.wrapping_key)
    vault = _vault(DynamoKeyRows(clock), wrapper, clock)
    sealer = vault["sealer"]
    return World(
        **vault,
        devices=DynamoDevices(sealer, sealer, vault["lookup"]),
        claim_codes=DynamoClaimCodes(sealer),
        families=DynamoFamilies(sealer),
        invitations=DynamoInvitations(),
        memberships=DynamoMemberships(),
        profiles=DynamoWatchProfiles(sealer),
        commands=DynamoCommands(sealer, clock),
        watch_settings=DynamoSettings(sealer),
        presences=DynamoPresences(),
        leases=DynamoLeases(),
        capabilities=DynamoKnownCapabilities(sealer),
        positions=DynamoPositions(sealer, clock),
        telemetry=DynamoTelemetryReadings(sealer, clock),
        seen_frames=DynamoSeenFrames(clock),
        quarantine=DynamoQuarantine(sealer, clock),
        sweep_marks=DynamoSweepMarks(clock),
        learned_places=DynamoLearnedPlaces(sealer, clock),
        cells=DynamoCells(),
        zones=DynamoZones(sealer),
        watch_states=DynamoWatchStates(sealer, clock),
        alerts=DynamoAlerts(sealer, clock),
        acknowledgements=DynamoAcknowledgements(clock),
        deliveries=DynamoDeliveries(clock),
        due_times=DynamoDueTimes(clock),
        preferences=DynamoPreferences(sealer),
        notices=DynamoNotices(sealer, clock),
        changes=DynamoChanges(clock),
        live_views=DynamoLiveViews(),
        phones=DynamoPhones(sealer),
        signed_in=DynamoSignedInDevices(sealer),
        known_devices=DynamoKnownDevices(vault["lookup"]),
        automations=DynamoAutomations(sealer),
        mail_links=DynamoMailLinks(sealer, sealer),
        sims=DynamoSims(sealer),
        top_ups=DynamoTopUps(sealer),
        sim_registrations=DynamoSimRegistrations(sealer),
        messages=DynamoMessages(sealer, clock),
        voice_parts=DynamoVoiceParts(sealer),
        media=S3MediaStore(client("s3", settings), settings.media_bucket, sealer),
    )


def _vault(rows: KeyRows, wrapper: KeyWrapper, clock: FrozenClock) -> dict[str, Any]:
    keyring = Keyring(rows, wrapper, clock)
    return {
        "clock": clock,
        "key_rows": rows,
        "key_wrapper": wrapper,
        "keyring": keyring,
        "sealer": VaultSealer(keyring, clock),
        "lookup": HmacLookup(keyring),
        "access_point_names": BindingAccessPointNames(keyring),
    }
