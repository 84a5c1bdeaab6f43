"""The ports of watches in memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.kernel.ids import AccountId, WatchId
from core.retention.policy import POLICY, is_over
from core.watches.model import (
    CODE_TRIES,
    Binding,
    ClaimCode,
    Identity,
    Membership,
    NotBindable,
    Role,
    Standing,
    StockedDevice,
)
from core.watches.profile import Profile


class InMemoryMemberships:
    def __init__(self) -> None:
        self._held: list[Membership] = []

    def add(self, membership: Membership) -> None:
        self._held.append(membership)

    def of_account(self, account_id: AccountId) -> Sequence[Membership]:
        held = (each for each in self._held if each.account_id == account_id)
        return sorted(held, key=lambda each: (each.since, each.watch_id))

    def of_watch(self, watch_id: WatchId) -> Sequence[Membership]:
        held = (each for each in self._held if each.watch_id == watch_id)
        return sorted(held, key=lambda each: (each.since, each.account_id))

    def get(self, account_id: AccountId, watch_id: WatchId) -> Membership | None:
        return next((each for each in self.of_account(account_id) if each.watch_id == watch_id), None)


class InMemoryDevices:
    def __init__(self, memberships: InMemoryMemberships | None = None) -> None:
        self.memberships = memberships or InMemoryMemberships()
        self.stocked: dict[str, StockedDevice] = {}
        self._bindings: dict[str, list[Binding]] = {}

    def stock(self, device: StockedDevice) -> bool:
        return self.stocked.setdefault(device.device_id, device) is device

    def standing(self, device_id: str) -> Standing:
        return self.identity(device_id).standing

    def identity(self, device_id: str) -> Identity:
        if device_id not in self.stocked:
            return Identity(standing=Standing.UNKNOWN, name=device_name(device_id))
        binding = self._open(device_id)
        return Identity(
            standing=Standing.BOUND if binding else Standing.STOCKED,
            name=device_name(device_id),
            watch_id=binding.watch_id if binding else None,
            address=self.stocked[device_id].address,
            signing_key=self.stocked[device_id].signing_key,
        )

    def bindings(self, device_id: str) -> Sequence[Binding]:
        return tuple(self._bindings.get(device_id, ()))

    def bind(self, device_id: str, watch_id: WatchId, account_id: AccountId, at: datetime) -> None:
        if self.standing(device_id) is not Standing.STOCKED:
            raise NotBindable("not stocked, or bound already")
        self._bindings.setdefault(device_id, []).append(Binding(watch_id=watch_id, bound_at=at))
        self.memberships.add(Membership(account_id=account_id, watch_id=watch_id, role=Role.OWNER, since=at))

    def unbind(self, device_id: str, at: datetime) -> None:
        binding = self._open(device_id)
        if binding is None:
            raise NotBindable("no binding is open")
        self._bindings[device_id][-1] = replace(binding, unbound_at=at)

    def _open(self, device_id: str) -> Binding | None:
        last = next(reversed(self._bindings.get(device_id, [])), None)
        return last if last is not None and last.unbound_at is None else None


def device_name(device_id: str) -> str:
    """Return the name under which the fake knows a device; as opaque to its callers as the HMAC."""
    return f"name-of-{device_id}"


class InMemoryWatchProfiles:
    def __init__(self) -> None:
        self.items: dict[WatchId, Profile] = {}

    def get(self, watch_id: WatchId) -> Profile:
        return self.items.get(watch_id, Profile(watch_id=watch_id))

    def replace(self, profile: Profile) -> Profile | None:
        if self.get(profile.watch_id).revision != profile.revision:
            return None
        stored = self.items[profile.watch_id] = replace(profile, revision=profile.revision + 1)
        return stored


class InMemoryClaimCodes:
    def __init__(self) -> None:
        self.items: dict[str, ClaimCode] = {}
        self._tries: Counter[str] = Counter()

    def put(self, device: str, digits: str, now: datetime) -> None:
        if self.get(device, now) is None:
            expires_at = POLICY["claim_code"].expires_at(now)
            assert expires_at is not None
            self.items[device] = ClaimCode(digits, expires_at)
            self._tries[device] = 0

    def get(self, device: str, now: datetime) -> ClaimCode | None:
        code = self.items.get(device)
        return None if code is None or is_over(code.expires_at, now) else code

    def attempt(self, device: str, now: datetime) -> ClaimCode | None:
        self._tries[device] += 1
        return self.get(device, now) if self._tries[device] <= CODE_TRIES else None

    def remove(self, device: str) -> None:
        self.items.pop(device, None)
