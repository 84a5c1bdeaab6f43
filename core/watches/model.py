"""Devices and watches."""

import ipaddress
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.kernel.errors import NotFound, Refused
from core.kernel.ids import AccountId, InvitationId, WatchId
from core.retention.policy import POLICY

_DEVICE_ID = re.compile(r"[0-9]{10}|[0-9]{15}")
_MODEL = re.compile(r"[A-Za-z0-9 ._-]{1,40}")
_SHA_256 = re.compile(r"[0-9a-f]{64}")
_SIGNING_KEY = re.compile(r"[!-~]{32}")
_ICCID = re.compile(r"[0-9]{18,22}")  # ITU-T E.118: up to 19 digits; cards in use print up to 22


class NotBindable(Refused):
    """The device is not stocked, or bound already."""


class ClaimRefused(Refused):
    """No device can be claimed so: it is unknown, or bound, or what was shown is wrong. Which is never told."""


class NotTheOwner(Refused):
    """Only the watch's owner does this, and who asks is not its owner, or not any more."""


class OwnerStays(Refused):
    """The owner can neither leave nor take another role: the ownership moves, or the watch is unbound."""


class MemberNotFound(NotFound):
    """The watch has no such member beside its owner."""


class AlreadyMember(Refused):
    """Who would join has joined."""


class FamilyFull(Refused):
    """The watch has MOST_MEMBERS beside its owner."""


class TooManyInvitations(Refused):
    """The watch has INVITATIONS_PER_WATCH that nobody has accepted yet."""


class InvitationNotFound(NotFound):
    """The watch has no such invitation, or it is over."""


class InvitationRefused(Refused):
    """The code opens no watch. It is wrong, over, used or withdrawn: which is never told."""


class OfferNotFound(NotFound):
    """The ownership of the watch is not offered to who asks, or not any more."""


class InvalidDevice(Refused):
    """A device cannot be stocked as it is described."""


class Standing(StrEnum):
    """What we know of a device id: unknown is met with silence, stocked is answered, bound is stored."""

    UNKNOWN = "unknown"
    STOCKED = "stocked"
    BOUND = "bound"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a device id stands for, to whom it speaks.

    name: under which the device is stored, an HMAC of the id. watch_id: of a bound one. address, signing_key: what its
    connections prove themselves by (docs/adr/0018); None where it has none, or where nobody asks for proof.
    """

    standing: Standing
    name: str = field(repr=False)
    watch_id: WatchId | None = None
    address: str | None = field(repr=False, default=None)
    signing_key: str | None = field(repr=False, default=None)


class Role(StrEnum):
    """What a member may do with a watch."""

    OWNER = "owner"
    GUARDIAN = "guardian"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockedDevice:
    """A device as an operator imports it.

    device_id: as it speaks on the wire, 10 or 15 digits; printed on it and never a secret. claim_secret_hash: SHA-256
    of the capital letters and digits of the claim secret, as 64 hex digits. sim: number of its SIM card (ICCID digits),
    or None. address: that the SIM operator's private network gives it, or None. signing_key: 32 characters under which
    it signs its frames, or None.
    """

    device_id: str = field(repr=False)
    model: str
    claim_secret_hash: str = field(repr=False)
    sim: str | None = field(repr=False)
    address: str | None = field(repr=False, default=None)
    signing_key: str | None = field(repr=False, default=None)

    def __post_init__(self) -> None:
        """Raise InvalidDevice for what no device has."""
        if not _DEVICE_ID.fullmatch(self.device_id):
            raise InvalidDevice("the id is not 10 or 15 digits")
        if not _MODEL.fullmatch(self.model):
            raise InvalidDevice("the model is not 1 to 40 letters, digits, blanks or .-_")
        if not _SHA_256.fullmatch(self.claim_secret_hash):
            raise InvalidDevice("the hash of the claim secret is not 64 hex digits in lower case")
        if self.sim is not None and not _ICCID.fullmatch(self.sim):
            raise InvalidDevice("the SIM number is not 18 to 22 digits")
        if self.address is not None and not _is_address(self.address):
            raise InvalidDevice("the address is no IP address in its usual form")
        if self.signing_key is not None and not _SIGNING_KEY.fullmatch(self.signing_key):
            raise InvalidDevice("the signing key is not 32 printable characters")


def _is_address(text: str) -> bool:
    try:
        return str(ipaddress.ip_address(text)) == text
    except ValueError:
        return False


CODE_DIGITS = 8
CODE_TRIES = 5
"""Of 10**8: whoever guesses has one chance in 20 million with each code that is shown."""


@dataclass(frozen=True, slots=True)
class ClaimCode:
    """What a stocked watch shows, so that whoever holds it can prove that. digits: CODE_DIGITS of them."""

    digits: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A device's time with one account; unbound_at is None while it lasts."""

    watch_id: WatchId
    bound_at: datetime
    unbound_at: datetime | None = None

    def was_open_at(self, at: datetime) -> bool:
        """Tell whether the device belonged to this watch at that instant."""
        return self.bound_at <= at and (self.unbound_at is None or at < self.unbound_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An account's part in a watch."""

    account_id: AccountId
    watch_id: WatchId
    role: Role
    since: datetime


MOST_MEMBERS = 10
"""Beside the owner: parents, grandparents, neighbours."""
INVITATIONS_PER_WATCH = 10
"""That are open: more than there is room for are of no use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Membership):
    """A membership as the others on the watch see it. name: that the member gave itself for them, or None."""

    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What an owner gave somebody to join a watch by. secret_hash: of the secret that its code ends with."""

    invitation_id: InvitationId
    watch_id: WatchId
    role: Role
    invited_by: AccountId
    invited_at: datetime
    secret_hash: str = field(repr=False)

    @property
    def expires_at(self) -> datetime:
        """From when on nobody joins by it, in whole seconds."""
        return _open_until(self.invited_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnershipOffer:
    """That an owner would hand a watch over to one of its members. A watch has at most one."""

    watch_id: WatchId
    to: AccountId
    by: AccountId
    offered_at: datetime

    @property
    def expires_at(self) -> datetime:
        """From when on nobody takes it, in whole seconds."""
        return _open_until(self.offered_at)


def _open_until(begun_at: datetime) -> datetime:
    expires_at = POLICY["invitation"].expires_at(begun_at.replace(microsecond=0))
    assert expires_at is not None, "an invitation ends"
    return expires_at
