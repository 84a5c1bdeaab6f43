"""Signing in, and recognising who is signed in."""

from dataclasses import dataclass, replace
from datetime import datetime

from core.accounts.attempts import AttemptLimits
from core.accounts.automations import TOKEN_PREFIX, reader_of
from core.accounts.model import (
    Bearer,
    Caller,
    NotSignedIn,
    SignedInDevice,
    TokenFamily,
    Tokens,
    WrongCredentials,
    login_name,
)
from core.accounts.notices import Announcement, Announcer, NoticeKind
from core.accounts.ports import (
    AccessTokens,
    Accounts,
    KnownDevices,
    PasswordHasher,
    SignedInDevices,
    TokenFamilies,
)
from core.accounts.refresh import begun, first_token
from core.kernel.clock import Clock
from core.kernel.ids import AccountId, FamilyId, new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Turns an e-mail address and a password into tokens."""

    accounts: Accounts
    families: TokenFamilies
    devices: SignedInDevices
    known_devices: KnownDevices
    passwords: PasswordHasher
    tokens: AccessTokens
    limits: AttemptLimits
    announcer: Announcer
    clock: Clock

    def with_password(
        self, email: str, password: str, address: str, *, key: str | None = None, device_name: str | None = None
    ) -> Tokens:
        """Start a token family and return its first tokens; raise WrongCredentials or TooManyAttempts.

        address: the IP address that the request came from. key: thumbprint of the device's key, if it proved one. An
        unknown e-mail address takes the same path, work and answer as a wrong password.
        """
        now = self.clock.now()
        login = login_name(email)
        known_key = key if key is not None and self.known_devices.knows(login, key, now) else None
        self.limits.admit(login, address, now, known_key)
        account_id = proven_account(self.accounts, self.passwords, login, password)
        if account_id is None:
            raise WrongCredentials("no such e-mail address and password")
        self.limits.forgive(login, known_key)
        if known_key is None:
            to_tell = Announcement(kind=NoticeKind.NEW_SIGN_IN, to=(account_id,), at=now)
            self.announcer.announce(to_tell)
        if key is not None:
            self.known_devices.add(login, key, now)
        return self._begin(account_id, key, device_name, now)

    def _begin(self, account_id: AccountId, key: str | None, device_name: str | None, now: datetime) -> Tokens:
        family_id = FamilyId(new_id())
        device = SignedInDevice(account_id=account_id, family_id=family_id, name=device_name, since=now, renewed_at=now)
        self.devices.put(device)  # first: a sign-in that stands in no list could not be ended from elsewhere
        token = None if key is None else first_token(family_id)
        self.families.start(
            TokenFamily(
                family_id=family_id,
                account_id=account_id,
                started_at=now,
                password_at=now,
                refresh=None if key is None or token is None else begun(token, key, now),
            )
        )
        return Tokens(self.tokens.issue(Caller(account_id, family_id), now), token)


def proven_account(accounts: Accounts, passwords: PasswordHasher, login: str, password: str) -> AccountId | None:
    """Return the account of this login name when the password is its own; the work is equal in every case."""
    credentials = accounts.credentials_of(login)
    decoy = passwords.decoy()  # made in either case: the work is the same to the last step
    matches = passwords.matches(decoy if credentials is None else credentials.password_hash, password)
    return credentials.account_id if credentials is not None and matches else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Tells who is calling, anew at every call."""

    tokens: AccessTokens
    families: TokenFamilies
    clock: Clock

    def caller_of(self, token: str) -> Bearer:
        """Return whom the token speaks for, now; raise NotSignedIn."""
        now = self.clock.now()
        if token.startswith(TOKEN_PREFIX):
            return reader_of(token, self.families, now)
        bearer = self.tokens.verify(token, now)
        family = self.families.get(bearer.family_id, now)
        if family is None or family.account_id != bearer.account_id or family.automation is not None:
            raise NotSignedIn("the sign-in was ended")
        return replace(bearer, password_at=family.password_at)
