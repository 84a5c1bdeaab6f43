"""What accounts need of the world."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.accounts.model import (
    Account,
    Automation,
    Bearer,
    Caller,
    Credentials,
    IssuedToken,
    Phone,
    Platform,
    Refresh,
    SignedInDevice,
    TokenFamily,
)
from core.kernel.ids import AccountId, AutomationId, FamilyId
from core.kernel.page import Page


class Accounts(Protocol):
    """All accounts. Look-ups go by an HMAC of the login name; the address itself is stored sealed only."""

    def add(self, account: Account, password_hash: str) -> None:
        """Store account and credentials together or not at all; raise LoginTaken."""
        ...

    def get(self, account_id: AccountId) -> Account | None:
        """Return the account. Raise Unreadable when its key is gone."""
        ...

    def credentials_of(self, login: str) -> Credentials | None:
        """Return what the password of this login name (see login_name) is checked against."""
        ...

    def change(self, account_id: AccountId, step: Callable[[Account], Account]) -> Account:
        """Replace the account by step(account) atomically and return it; a new address takes the password with it.

        Raise LoginTaken, AccountNotFound, or ChangedMeanwhile when others keep changing it.
        """
        ...

    def renew_password(self, login: str, account_id: AccountId, password_hash: str) -> None:
        """Replace what the account's password is checked against; raise ChangedMeanwhile when the login is not its."""
        ...


class TokenFamilies(Protocol):
    """The sign-ins that hold."""

    def start(self, family: TokenFamily) -> None:
        """Store a new family."""
        ...

    def get(self, family_id: FamilyId, now: datetime) -> TokenFamily | None:
        """Return a family that was not ended and is not over; what was ended an instant ago is not seen any more."""
        ...

    def end(self, family_id: FamilyId) -> None:
        """End a family; ending it again changes nothing."""
        ...

    def rotate(self, family_id: FamilyId, replaced: Refresh, refresh: Refresh) -> bool:
        """Put `refresh` in the place of `replaced` and prolong the family.

        Return False, changing nothing, when the family was ended or another was first.
        """
        ...

    def show_password(self, family_id: FamilyId, at: datetime) -> None:
        """Note that the password was shown in this family; it is no error when the family was ended."""
        ...


class Automations(Protocol):
    """The automations of all accounts: their families' twins by account, with their names sealed under its key."""

    def add(self, automation: Automation) -> None:
        """Store a new one. Raise Unreadable as Sealer does."""
        ...

    def of_account(self, account_id: AccountId, *, now: datetime, limit: int, after: str | None) -> Page[Automation]:
        """Return automations that are not over, in a fixed order; `after` is a page's `next`."""
        ...

    def remove(self, account_id: AccountId, automation_id: AutomationId) -> bool:
        """Forget it; tell whether it was there."""
        ...


class SignedInDevices(Protocol):
    """Where accounts are signed in: the families' twins by account, with their names sealed under its key."""

    def put(self, device: SignedInDevice) -> None:
        """Store it, or replace what is there. Raise Unreadable as Sealer does."""
        ...

    def of_account(
        self, account_id: AccountId, *, now: datetime, limit: int, after: str | None
    ) -> Page[SignedInDevice]:
        """Return devices whose sign-in is not over, in a fixed order; `after` is a page's `next`."""
        ...

    def prolong(self, account_id: AccountId, family_id: FamilyId, now: datetime) -> None:
        """Let it live as long as a family that was refreshed now; it is no error when there is none."""
        ...

    def remove(self, account_id: AccountId, family_id: FamilyId) -> None:
        """Forget it; it is no error when there is none."""
        ...


KNOWN_DEVICES = 10
"""Of one account: more phones than a guardian has; the one that has not signed in for longest gives way."""


class KnownDevices(Protocol):
    """Keys of devices that have signed in to an account; its login name is stored as a keyed HMAC only."""

    def knows(self, login: str, key: str, now: datetime) -> bool:
        """Tell whether this key has signed in with this login name."""
        ...

    def add(self, login: str, key: str, now: datetime) -> None:
        """Remember it, in the place of the oldest when there are as many as there may be."""
        ...

    def forget(self, login: str) -> None:
        """Forget all devices of this login name."""
        ...


class PasswordHasher(Protocol):
    """Hashes passwords slowly, with a salt and a pepper that the store of hashes does not hold."""

    def hash(self, password: str) -> str:
        """Return a new hash of the password, exact to the character."""
        ...

    def decoy(self) -> str:
        """Return a hash that costs as much to check as a real one and that no password matches."""
        ...

    def matches(self, password_hash: str, password: str) -> bool:
        """Tell whether the hash is the password's; takes the same time for every wrong one."""
        ...


class AccessTokens(Protocol):
    """Makes access tokens and tells whom they speak for."""

    def issue(self, caller: Caller, now: datetime) -> IssuedToken:
        """Return a token that holds for a few minutes from now."""
        ...

    def verify(self, token: str, now: datetime) -> Bearer:
        """Return whom the token speaks for, and until when; raise NotSignedIn unless every part of it is right."""
        ...


@dataclass(frozen=True, slots=True)
class Tally:
    """Guesses at one account since the last right one. free_at: when the next is taken."""

    attempts: int
    free_at: datetime


class Attempts(Protocol):
    """Counters of guesses, shared by all instances. Their names hold addresses and are stored as keyed HMACs only."""

    def advance(self, counter: str, step: Callable[[Tally | None], Tally], now: datetime) -> None:
        """Replace the tally by step(tally) atomically; what step raises passes through and nothing changes.

        A tally that is over counts as None. Raise TooManyAttempts when others keep changing it meanwhile.
        """
        ...

    def clear(self, counter: str) -> None:
        """Forget the tally."""
        ...

    def count(self, counter: str, now: datetime) -> int:
        """Add one to a plain counter atomically and return its new value."""
        ...


class Phones(Protocol):
    """The phones that ring for an account; what a phone is reached by stands sealed under the account's key."""

    def put(self, phone: Phone) -> None:
        """Store it in the place of the same sign-in's. Raise Unreadable as Sealer does."""
        ...

    def of_account(self, account_id: AccountId, now: datetime) -> Sequence[Phone]:
        """Return the phones of sign-ins that are not over; who ended a sign-in also removed its phone."""
        ...

    def prolong(self, account_id: AccountId, family_id: FamilyId, now: datetime) -> None:
        """Let it live as long as a family that was refreshed now; it is no error when there is none."""
        ...

    def remove(self, account_id: AccountId, family_id: FamilyId) -> None:
        """Forget it; it is no error when there is none."""
        ...


class PhoneEndpoints(Protocol):
    """The push service's side of phones."""

    def make(self, platform: Platform, token: str, family_id: FamilyId) -> str:
        """Return the endpoint of the phone with this token: it rings for this sign-in, and for none that had it before.

        token: the phone's own, as its platform gave it. Raise PushNotAvailable or InvalidPhone.
        """
        ...

    def remove(self, endpoint: str) -> None:
        """Remove it; it is no error when it is gone."""
        ...
