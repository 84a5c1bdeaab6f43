"""Devices and watches."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.kernel.errors import Refused
from core.kernel.ids import AccountId, WatchId

_DEVICE_ID = re.compile(r"[0-9]{10}|[0-9]{15}")
_MODEL = re.compile(r"[A-Za-z0-9 ._-]{1,40}")
_SHA_256 = re.compile(r"[0-9a-f]{64}")
_ICCID = re.compile(r"[0-9]{18,22}")  # ITU-T E.118: up to 19 digits; cards in use print up to 22


class NotBindable(Refused):
    """The device is not stocked, or bound already."""


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
    of the claim secret as 64 hex digits. sim: number of its SIM card (ICCID digits), or None. address: that the SIM
    operator's private network gives it, or None. signing_key: 32 characters under which it signs its frames, or None.
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
