"""What guardians are told of changes around their account and watches, and the mails that carry links."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.kernel.ids import AccountId, LinkId, MessageId, WatchId


class NoticeKind(StrEnum):
    """What happened."""

    NEW_SIGN_IN = "new_sign_in"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a kind of notice
    """A refresh token was used twice: somebody else may have had it, and that sign-in was ended."""
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a kind of notice
    EMAIL_CHANGED = "email_changed"
    AUTOMATION_ADDED = "automation_added"
    SOMEBODY_INVITED = "somebody_invited"
    MEMBER_JOINED = "member_joined"
    MEMBER_REMOVED = "member_removed"
    ROLE_CHANGED = "role_changed"
    OWNERSHIP_OFFERED = "ownership_offered"
    OWNERSHIP_MOVED = "ownership_moved"
    WATCH_UNBOUND = "watch_unbound"
    CLAIM_TRIED = "claim_tried"
    """Somebody tried to claim the watch, which is bound."""
    SOS_NUMBERS_CHANGED = "sos_numbers_changed"
    MONITOR_NUMBERS_CHANGED = "monitor_numbers_changed"
    NUMBERS_RESTORED = "numbers_restored"
    """A change of SOS or monitor numbers was taken back."""
    WATCH_SWITCHED_OFF = "watch_switched_off"
    WATCH_RESET = "watch_reset"
    MESSAGE_RECEIVED = "message_received"
    """The watch sent a voice."""


NEVER_STORED = frozenset({NoticeKind.MESSAGE_RECEIVED})
"""Pushed and shown only: a stored notice would outlive the message that it tells of (P-28)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One thing to tell several accounts, each once.

    by: whose act it was. about: the account that it happened to. message_id: of the message that was received.
    """

    kind: NoticeKind
    to: tuple[AccountId, ...]
    at: datetime
    watch_id: WatchId | None = None
    by: AccountId | None = None
    about: AccountId | None = None
    message_id: MessageId | None = None


class Announcer(Protocol):
    """The way of notices to accounts."""

    def announce(self, announcement: Announcement) -> None:
        """Return when it is durable; each account finds it in its list, unless NEVER_STORED, is pushed and shown it."""
        ...


class LetterKind(StrEnum):
    """A mail to one address, with a link unless told otherwise."""

    CONFIRM_REGISTRATION = "confirm_registration"
    ALREADY_REGISTERED = "already_registered"
    """No link: somebody tried to register an address that has an account."""
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a kind of letter
    CONFIRM_EMAIL = "confirm_email"
    EMAIL_REPLACED = "email_replaced"
    """No link: to the old address, that the account has another one now."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be mailed. link_id: of the row that holds the address; whoever mails it makes the link's secret."""

    kind: LetterKind
    link_id: LinkId


class Post(Protocol):
    """The way of letters. It is used alike whether or not an account exists, so that nobody can tell (A-16)."""

    def send(self, letter: Letter) -> None:
        """Return when it is durable."""
        ...
