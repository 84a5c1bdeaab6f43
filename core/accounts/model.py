"""Accounts, what proves them, and who a request comes from."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.kernel.errors import Refused
from core.kernel.ids import AccountId, FamilyId

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


class LoginTaken(Refused):
    """An account with this e-mail address exists."""


class PushNotAvailable(Refused):
    """The stage has no way to ring phones of this platform."""


class InvalidPhone(Refused):
    """The platform knows no phone by this token."""


class InvalidEmail(Refused):
    """The text is no e-mail address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A guardian. email: as they wrote it; it is also the user name."""

    account_id: AccountId
    email: str = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is checked against. password_hash: an encoded Argon2id string."""

    account_id: AccountId
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFamily:
    """One sign-in on one phone; a token of a family that was ended is worth nothing."""

    family_id: FamilyId
    account_id: AccountId
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom an access token speaks for."""

    account_id: AccountId
    family_id: FamilyId


@dataclass(frozen=True, slots=True)
class Bearer(Caller):
    """Whoever showed an access token; until: when it is over."""

    until: datetime


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new access token as its bearer sends it, and how long it holds."""

    text: str = field(repr=False)
    lifetime: timedelta


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
