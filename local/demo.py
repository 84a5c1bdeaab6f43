"""A guardian and the watches of her children: made at the first start, found again at the next."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adapters.aws import client
from adapters.dynamo.accounts import DynamoAccounts
from adapters.dynamo.cells import DynamoCells
from adapters.dynamo.connection import connect
from adapters.dynamo.devices import DynamoDevices
from adapters.dynamo.keys import DynamoKeyRows
from adapters.key_wrapper import KmsKeyWrapper
from adapters.keyed_mac import PASSWORD_PEPPER, KeyedMac
from adapters.keyring import Keyring
from adapters.lookup import HmacLookup
from adapters.passwords import Argon2PasswordHasher
from adapters.sealer import VaultSealer
from adapters.settings import Settings
from adapters.system_clock import SystemClock
from core.accounts.model import login_name
from core.accounts.register import Registration
from core.kernel.ids import AccountId, WatchId, new_id
from core.watches.claim import secret_hash
from core.watches.model import Standing, StockedDevice
from local.guardian import Guardian
from local.sim_provider import ICCID_BEGINS
from local.simulation.morning import CHILDREN, HOME_RADIUS_M, SCHOOL, SCHOOL_RADIUS_M, TOWERS

EMAIL = "guardian@demo.example"
HOME_ZONE, SCHOOL_ZONE = "Home", "School"
DEVICE_IDS = ("8800000015", "8800000023")
_MODEL = "simulated"
_PASSWORD_BYTES = 12  # 96 bits: not to be guessed, and still to be typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """What the demo signs in with. watch_ids: in the order of their devices."""

    email: str
    password: str = field(repr=False)
    watch_ids: Sequence[WatchId]


class Demo:
    """Settles households on a running platform."""

    def __init__(self, settings: Settings) -> None:
        self._clock = SystemClock()
        connect(settings)
        wrapper = KmsKeyWrapper(client("kms", settings), settings.wrapping_key)
        keyring = Keyring(DynamoKeyRows(self._clock), wrapper, self._clock)
        lookup = HmacLookup(keyring)
        self._vault = VaultSealer(keyring, self._clock)
        self._devices = DynamoDevices(self._vault, self._vault, lookup)
        self._accounts = DynamoAccounts(self._vault, lookup)
        self._passwords = Argon2PasswordHasher(KeyedMac(keyring, PASSWORD_PEPPER).of)
        self._registration = Registration(
            accounts=self._accounts, passwords=self._passwords, keys=self._vault, clock=self._clock
        )

    def settle(
        self, email: str = EMAIL, device_ids: Sequence[str] = DEVICE_IDS, bound_at: datetime | None = None
    ) -> Household:
        """Give an account a new password, and these devices; make whatever is not there yet, and the cells around them.

        bound_at: from when on the devices belong to it, now if not told.
        """
        DynamoCells().put(TOWERS)
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        account_id = self._account(email, password)
        since = bound_at or self._clock.now()
        watch_ids = [self._watch(device_id, account_id, since) for device_id in device_ids]
        return Household(email=email, password=password, watch_ids=watch_ids)

    def stock(self, device_id: str, secret: str) -> None:
        """Put a device into stock as it comes from its maker, with a SIM and the secret that is on its card."""
        sim = f"{ICCID_BEGINS}{device_id:0>17}"
        device = StockedDevice(device_id=device_id, model=_MODEL, claim_secret_hash=secret_hash(secret), sim=sim)
        self._devices.stock(device)

    def _account(self, email: str, password: str) -> AccountId:
        login = login_name(email)
        known = self._accounts.credentials_of(login)
        if known is None:
            return self._registration.create_account(email, password)
        self._accounts.renew_password(login, known.account_id, self._passwords.hash(password))
        return known.account_id

    def _watch(self, device_id: str, account_id: AccountId, since: datetime) -> WatchId:
        if self._devices.standing(device_id) is Standing.UNKNOWN:
            self.stock(device_id, secrets.token_hex())
        if self._devices.standing(device_id) is Standing.STOCKED:
            self._devices.bind(device_id, WatchId(new_id()), account_id, since)
        return self._devices.bindings(device_id)[-1].watch_id


def draw_zones(guardian: Guardian, household: Household) -> None:
    """Draw each child's home and school, once."""
    for child, watch_id in zip(CHILDREN, household.watch_ids, strict=True):
        if not guardian.zones(watch_id):
            guardian.draw_circle(watch_id, HOME_ZONE, child.home, HOME_RADIUS_M)
            guardian.draw_circle(watch_id, SCHOOL_ZONE, SCHOOL, SCHOOL_RADIUS_M)
