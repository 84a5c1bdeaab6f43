"""Accounts, what proves them, and who a request comes from."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.kernel.errors import NotFound, Refused
from core.kernel.ids import AccountId, AutomationId, FamilyId
from core.retention.policy import POLICY

LONGEST_EMAIL = 254  # RFC 5321, section 4.5.3.1.3: a path of 256 octets less its angle brackets


class NotSignedIn(Refused):
    """The request carries no token that holds; why is never told."""


class WrongCredentials(Refused):
    """No account has this e-mail address and password; which of the two is wrong is never told."""


class TooManyAttempts(Refused):
    """Too many guesses; the next is taken after `retry_after`."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("too many attempts")
        self.retry_after = retry_after


class WrongPassword(Refused):
    """Whoever is signed in has shown a password that is not the account's."""


class PasswordNeeded(Refused):
    """The sign-in's password was shown too long ago for this; a check of it makes the sign-in fresh again."""


class AccountNotFound(NotFound):
    """No such account, or it is no more."""


class LoginTaken(Refused):
    """An account with this e-mail address exists."""


class PushNotAvailable(Refused):
    """The stage has no way to ring phones of this platform."""


class InvalidPhone(Refused):
    """The platform knows no phone by this token."""


class InvalidEmail(Refused):
    """The text is no e-mail address."""


class Language(StrEnum):
    """What a guardian reads."""

    NL = "nl"
    EN = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A guardian. email: as they wrote it; it is also the user name."""

    account_id: AccountId
    email: str = field(repr=False)
    created_at: datetime
    language: Language = Language.NL


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is checked against. password_hash: an encoded Argon2id string."""

    account_id: AccountId
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """How far a sign-in's refresh tokens have come.

    key: thumbprint (RFC 7638) of the phone's key, which alone may use them. current, previous: digests of the token
    that holds and of the one that it replaced at rotated_at.
    """

    key: str
    current: str
    previous: str | None
    rotated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFamily:
    """One sign-in on one phone, or one automation; a token of a family that was ended is worth nothing.

    password_at: when the password was last shown in it; None for an automation, which never shows one. refresh: None
    for a client without a key, which signs in again instead. automation: the digest of its one token, which only reads.
    """

    family_id: FamilyId
    account_id: AccountId
    started_at: datetime
    password_at: datetime | None = None
    refresh: Refresh | None = None
    automation: str | None = None

    @property
    def ends_at(self) -> datetime:
        """When it is over unless it is renewed, in whole seconds."""
        data_class = POLICY["token_family" if self.automation is None else "automation"]
        renewed_at = self.started_at if self.refresh is None else self.refresh.rotated_at
        ends_at = data_class.expires_at(renewed_at.replace(microsecond=0))
        assert ends_at is not None, "a sign-in ends"
        return ends_at


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom an access token speaks for."""

    account_id: AccountId
    family_id: FamilyId


@dataclass(frozen=True, slots=True)
class Bearer(Caller):
    """Whoever showed a token. until: when it is over. password_at, reads_only: as the token's family has them."""

    until: datetime
    password_at: datetime | None = None
    reads_only: bool = False


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new access token as its bearer sends it, and how long it holds."""

    text: str = field(repr=False)
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in gives, and each refresh of it. refresh: None for a client without a key of its own."""

    access: IssuedToken
    refresh: str | None = field(repr=False)


def login_name(email: str) -> str:
    """Return the form in which addresses are compared: trimmed, NFC, case folded as a whole.

    No provider of consequence tells two mailboxes apart by case, and phones capitalise the first letter.
    """
    return unicodedata.normalize("NFC", email.strip()).casefold()


def checked_email(text: str) -> str:
    """Return the trimmed address when it can be one; raise InvalidEmail. Only a mail that arrives proves more."""
    email = text.strip()
    local, at, domain = email.rpartition("@")
    if not (local and at and domain) or len(email) > LONGEST_EMAIL or not email.isprintable() or " " in email:
        raise InvalidEmail("not an e-mail address")
    return email


FRESH_FOR = timedelta(minutes=5)
"""For so long after the password was shown, a sign-in may do what is dangerous."""


def is_fresh(password_at: datetime | None, now: datetime) -> bool:
    """Tell whether the password was shown so lately that whoever calls must be who they were."""
    return password_at is not None and now - password_at < FRESH_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInDevice:
    """Where an account is signed in, as its guardian is shown it. name: as they gave it; nothing else is kept."""

    account_id: AccountId
    family_id: FamilyId
    name: str | None = field(repr=False)
    since: datetime
    renewed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """A guardian's own program, which reads what the guardian may see. Its family, of the same id, has its token."""

    automation_id: AutomationId
    account_id: AccountId
    name: str = field(repr=False)
    since: datetime


class Platform(StrEnum):
    """Whose push service reaches a phone."""

    APNS = "apns"
    FCM = "fcm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A phone that rings: one for each sign-in, and gone with it.

    endpoint: as the push service of the stage names it, not the phone's own token.
    """

    account_id: AccountId
    family_id: FamilyId
    platform: Platform
    endpoint: str = field(repr=False)
    since: datetime
