"""A guardian and the watches of her children: made at the first start, found again at the next."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adapters.aws import client
from adapters.dynamo.accounts import DynamoAccounts
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
from core.accounts.model import Account, login_name
from core.kernel.ids import AccountId, WatchId, new_id
from core.retention.policy import Subject
from core.watches.model import Standing, StockedDevice

EMAIL = "guardian@demo.example"
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

    def settle(
        self, email: str = EMAIL, device_ids: Sequence[str] = DEVICE_IDS, bound_at: datetime | None = None
    ) -> Household:
        """Give an account a new password, and these devices; make whatever is not there yet.

        bound_at: from when on the devices belong to it, now if not told.
        """
        now = bound_at or self._clock.now()
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        account_id = self._account(email, self._passwords.hash(password), now)
        watch_ids = [self._watch(device_id, account_id, now) for device_id in device_ids]
        return Household(email=email, password=password, watch_ids=watch_ids)

    def _account(self, email: str, password_hash: str, now: datetime) -> AccountId:
        login = login_name(email)
        if (known := self._accounts.credentials_of(login)) is not None:
            self._accounts.renew_password(login, password_hash)
            return known.account_id
        account = Account(account_id=AccountId(new_id()), email=email, created_at=now)
        self._vault.make(Subject.ACCOUNT, account.account_id)
        self._accounts.add(account, password_hash)
        return account.account_id

    def _watch(self, device_id: str, account_id: AccountId, now: datetime) -> WatchId:
        if self._devices.standing(device_id) is Standing.UNKNOWN:
            secret_hash = hashlib.sha256(secrets.token_bytes()).hexdigest()
            device = StockedDevice(device_id=device_id, model=_MODEL, claim_secret_hash=secret_hash, sim=None)
            self._devices.stock(device)
        if self._devices.standing(device_id) is Standing.STOCKED:
            self._devices.bind(device_id, WatchId(new_id()), account_id, now)
        return self._devices.bindings(device_id)[-1].watch_id
