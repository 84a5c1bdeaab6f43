"""Accounts in memory."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar

from core.accounts.links import MailLink
from core.accounts.model import (
    Account,
    AccountNotFound,
    Automation,
    Bearer,
    Caller,
    Credentials,
    IssuedToken,
    LoginTaken,
    NotSignedIn,
    Phone,
    Platform,
    PushNotAvailable,
    Refresh,
    SignedInDevice,
    TokenFamily,
    TooManyAttempts,
    login_name,
)
from core.accounts.notices import Letter
from core.accounts.ports import KNOWN_DEVICES, Tally
from core.kernel.errors import ChangedMeanwhile
from core.kernel.ids import AccountId, AutomationId, FamilyId, LinkId
from core.kernel.page import Page
from core.retention.policy import POLICY, is_over


@dataclass
class InMemoryAccounts:
    """Accounts by id and by login name."""

    accounts: dict[AccountId, Account] = field(default_factory=dict)
    credentials: dict[str, Credentials] = field(default_factory=dict)

    def add(self, account: Account, password_hash: str) -> None:
        login = login_name(account.email)
        if login in self.credentials:
            raise LoginTaken("an account has this e-mail address")
        self.accounts[account.account_id] = account
        self.credentials[login] = Credentials(account.account_id, password_hash)

    def get(self, account_id: AccountId) -> Account | None:
        return self.accounts.get(account_id)

    def credentials_of(self, login: str) -> Credentials | None:
        return self.credentials.get(login)

    def change(self, account_id: AccountId, step: Callable[[Account], Account]) -> Account:
        if account_id not in self.accounts:
            raise AccountNotFound("no such account")
        while True:
            account = self.accounts[account_id]
            changed = step(account)
            if self.accounts[account_id] is account:
                break
        before, after = login_name(account.email), login_name(changed.email)
        if before != after:
            if after in self.credentials:
                raise LoginTaken("an account has this e-mail address")
            self.credentials[after] = self.credentials.pop(before)
        self.accounts[account_id] = changed
        return changed

    def renew_password(self, login: str, account_id: AccountId, password_hash: str) -> None:
        held = self.credentials.get(login)
        if held is None or held.account_id != account_id:
            raise ChangedMeanwhile("the login was changed meanwhile")
        self.credentials[login] = replace(held, password_hash=password_hash)


@dataclass
class InMemoryTokenFamilies:
    """Families by id."""

    families: dict[FamilyId, TokenFamily] = field(default_factory=dict)

    def start(self, family: TokenFamily) -> None:
        self.families[family.family_id] = family

    def get(self, family_id: FamilyId, now: datetime) -> TokenFamily | None:
        family = self.families.get(family_id)
        return None if family is None or is_over(family.ends_at, now) else family

    def end(self, family_id: FamilyId) -> None:
        self.families.pop(family_id, None)

    def rotate(self, family_id: FamilyId, replaced: Refresh, refresh: Refresh) -> bool:
        family = self.families.get(family_id)
        if family is None or family.refresh is None or family.refresh.current != replaced.current:
            return False
        self.families[family_id] = replace(family, refresh=refresh)
        return True

    def show_password(self, family_id: FamilyId, at: datetime) -> None:
        if family_id in self.families:
            self.families[family_id] = replace(self.families[family_id], password_at=at)


@dataclass
class InMemorySignedInDevices:
    """Signed-in devices by account and family."""

    devices: dict[tuple[AccountId, FamilyId], SignedInDevice] = field(default_factory=dict)

    def put(self, device: SignedInDevice) -> None:
        self.devices[device.account_id, device.family_id] = device

    def of_account(
        self, account_id: AccountId, *, now: datetime, limit: int, after: str | None
    ) -> Page[SignedInDevice]:
        held = [
            each
            for (owner, family_id), each in sorted(self.devices.items())
            if owner == account_id
            and family_id > (after or "")
            and not is_over(POLICY["signed_in_device"].expires_at(each.renewed_at.replace(microsecond=0)), now)
        ]
        return Page(held[:limit], held[limit - 1].family_id if len(held) > limit else None)

    def prolong(self, account_id: AccountId, family_id: FamilyId, now: datetime) -> None:
        device = self.devices.get((account_id, family_id))
        if device is not None:
            self.put(replace(device, renewed_at=now))

    def remove(self, account_id: AccountId, family_id: FamilyId) -> None:
        self.devices.pop((account_id, family_id), None)


@dataclass
class InMemoryAutomations:
    """Automations by account and id."""

    automations: dict[tuple[AccountId, AutomationId], Automation] = field(default_factory=dict)

    def add(self, automation: Automation) -> None:
        self.automations[automation.account_id, automation.automation_id] = automation

    def of_account(self, account_id: AccountId, *, now: datetime, limit: int, after: str | None) -> Page[Automation]:
        held = [
            each
            for (owner, automation_id), each in sorted(self.automations.items())
            if owner == account_id
            and automation_id > (after or "")
            and not is_over(POLICY["automation"].expires_at(each.since.replace(microsecond=0)), now)
        ]
        return Page(held[:limit], held[limit - 1].automation_id if len(held) > limit else None)

    def remove(self, account_id: AccountId, automation_id: AutomationId) -> bool:
        return self.automations.pop((account_id, automation_id), None) is not None


@dataclass
class InMemoryKnownDevices:
    """When each key last signed in with each login name."""

    seen: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def knows(self, login: str, key: str, now: datetime) -> bool:
        seen_at = self.seen.get((login, key))
        return seen_at is not None and not is_over(POLICY["known_device"].expires_at(seen_at), now)

    def add(self, login: str, key: str, now: datetime) -> None:
        self.seen[login, key] = now
        of_login = sorted((name for name in self.seen if name[0] == login), key=self.seen.__getitem__, reverse=True)
        for name in of_login[KNOWN_DEVICES:]:
            del self.seen[name]

    def forget(self, login: str) -> None:
        self.seen = {name: at for name, at in self.seen.items() if name[0] != login}


@dataclass
class InMemoryPhones:
    """Phones by account and sign-in."""

    phones: dict[tuple[AccountId, FamilyId], Phone] = field(default_factory=dict)

    def put(self, phone: Phone) -> None:
        self.phones[phone.account_id, phone.family_id] = phone

    def of_account(self, account_id: AccountId, now: datetime) -> Sequence[Phone]:
        held = (phone for (owner, _), phone in sorted(self.phones.items()) if owner == account_id)
        return [each for each in held if not is_over(POLICY["phone"].expires_at(each.since), now)]

    def prolong(self, account_id: AccountId, family_id: FamilyId, now: datetime) -> None:
        phone = self.phones.get((account_id, family_id))
        if phone is not None:
            self.put(replace(phone, since=now))

    def remove(self, account_id: AccountId, family_id: FamilyId) -> None:
        self.phones.pop((account_id, family_id), None)


@dataclass
class RecordingPhoneEndpoints:
    """Endpoints by name, with the sign-in that each rings for; a token has one. lacking: platforms without push."""

    held: dict[str, tuple[str, FamilyId]] = field(default_factory=dict)
    lacking: set[Platform] = field(default_factory=set)
    made: int = 0

    def make(self, platform: Platform, token: str, family_id: FamilyId) -> str:
        if platform in self.lacking:
            raise PushNotAvailable("the stage cannot ring phones of this platform")
        for endpoint, (known, of) in list(self.held.items()):
            if known == token and of == family_id:
                return endpoint
            if known == token:
                del self.held[endpoint]
        self.made += 1
        endpoint = f"endpoint/{platform}/{self.made}"
        self.held[endpoint] = token, family_id
        return endpoint

    def remove(self, endpoint: str) -> None:
        self.held.pop(endpoint, None)


@dataclass
class InMemoryAttempts:
    """Counters by name; an item remembers when it is over."""

    TRIES: ClassVar[int] = 12

    tallies: dict[str, tuple[Tally, datetime | None]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def advance(self, counter: str, step: Callable[[Tally | None], Tally], now: datetime) -> None:
        for _ in range(self.TRIES):
            found = self.tallies.get(counter)
            tally, expires_at = found or (None, None)
            stepped = step(None if is_over(expires_at, now) else tally)
            if self.tallies.get(counter) is found:
                self.tallies[counter] = stepped, POLICY["sign_in_attempts"].expires_at(now)
                return
        raise TooManyAttempts(timedelta(seconds=1))

    def clear(self, counter: str) -> None:
        self.tallies.pop(counter, None)

    def count(self, counter: str, now: datetime) -> int:  # noqa: ARG002 - the port's signature
        self.counts[counter] = self.counts.get(counter, 0) + 1
        return self.counts[counter]


class TransparentHasher:
    """Hashes nothing and counts its hashes and checks."""

    def __init__(self) -> None:
        self.hashes = 0
        self.checks = 0

    def hash(self, password: str) -> str:
        self.hashes += 1
        return f"hash of {password}"

    def decoy(self) -> str:
        return "decoy"

    def matches(self, password_hash: str, password: str) -> bool:
        self.checks += 1
        return password_hash == f"hash of {password}"


class CountedAccessTokens:
    """Tokens that are numbers."""

    LIFETIME = timedelta(minutes=10)

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._issued: dict[str, tuple[Caller, datetime]] = {}

    def issue(self, caller: Caller, now: datetime) -> IssuedToken:
        text = str(next(self._numbers))
        self._issued[text] = caller, now + self.LIFETIME
        return IssuedToken(text, self.LIFETIME)

    def verify(self, token: str, now: datetime) -> Bearer:
        caller, until = self._issued.get(token, (None, now))
        if caller is None or now >= until:
            raise NotSignedIn("not a token of ours")
        return Bearer(caller.account_id, caller.family_id, until)


@dataclass
class InMemoryMailLinks:
    """Links by id."""

    links: dict[LinkId, MailLink] = field(default_factory=dict)

    def put(self, link: MailLink) -> None:
        self.links[link.link_id] = link

    def get(self, letter: Letter, now: datetime) -> MailLink | None:
        link = self.links.get(letter.link_id)
        if link is None or link.kind is not letter.kind or is_over(link.ends_at, now):
            return None
        return link

    def remove(self, letter: Letter) -> bool:
        return self.links.pop(letter.link_id, None) is not None
