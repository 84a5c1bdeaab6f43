"""Devices and watches."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.kernel.errors import Refused
from core.kernel.ids import AccountId, WatchId


class NotBindable(Refused):
    """The device is not stocked, or bound already."""


class Standing(StrEnum):
    """What we know of a device id: unknown is met with silence, stocked is answered, bound is stored."""

    UNKNOWN = "unknown"
    STOCKED = "stocked"
    BOUND = "bound"


class Role(StrEnum):
    """What a member may do with a watch."""

    OWNER = "owner"
    GUARDIAN = "guardian"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockedDevice:
    """A device as an operator imports it.

    device_id: as it speaks on the wire, 10 or 15 digits; printed on it and never a secret. claim_secret_hash: SHA-256
    of the claim secret as 64 hex digits. sim: number of its SIM card (ICCID digits), or None.
    """

    device_id: str = field(repr=False)
    model: str
    claim_secret_hash: str = field(repr=False)
    sim: str | None = field(repr=False)


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
