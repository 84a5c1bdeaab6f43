"""The ports of watches in memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.kernel.ids import AccountId, InvitationId, WatchId
from core.retention.policy import POLICY, is_over
from core.watches.model import (
    CODE_TRIES,
    INVITATIONS_PER_WATCH,
    MOST_MEMBERS,
    AlreadyMember,
    Binding,
    ClaimCode,
    FamilyFull,
    Identity,
    Invitation,
    InvitationRefused,
    Member,
    MemberNotFound,
    Membership,
    NotBindable,
    NotTheOwner,
    OfferNotFound,
    OwnershipOffer,
    Role,
    Standing,
    StockedDevice,
    TooManyInvitations,
)
from core.watches.profile import Profile


class InMemoryMemberships:
    def __init__(self) -> None:
        self._held: list[Membership] = []

    @property
    def items(self) -> list[Membership]:
        return self._held

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

    def owns(self, account_id: AccountId, watch_id: WatchId) -> bool:
        membership = self.get(account_id, watch_id)
        return membership is not None and membership.role is Role.OWNER

    def beside_owner(self, account_id: AccountId, watch_id: WatchId) -> Membership:
        membership = self.get(account_id, watch_id)
        if membership is None or membership.role is Role.OWNER:
            raise MemberNotFound("no such member")
        return membership

    def give_role(self, account_id: AccountId, watch_id: WatchId, role: Role) -> None:
        membership = self.get(account_id, watch_id)
        assert membership is not None
        self._held[self._held.index(membership)] = replace(membership, role=role)

    def end(self, watch_id: WatchId, account_id: AccountId | None = None) -> None:
        """End an account's membership, or all of the watch."""
        self._held[:] = [
            each
            for each in self._held
            if each.watch_id != watch_id or (account_id is not None and each.account_id != account_id)
        ]


class InMemoryDevices:
    def __init__(self, memberships: InMemoryMemberships | None = None) -> None:
        self.memberships = memberships or InMemoryMemberships()
        self.stocked: dict[str, StockedDevice] = {}
        self._bindings: dict[str, list[Binding]] = {}
        self.past_watches: list[tuple[AccountId, WatchId]] = []

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

    def described(self, device_id: str) -> tuple[Identity, StockedDevice | None]:
        return self.identity(device_id), self.stocked.get(device_id)

    def bindings(self, device_id: str) -> Sequence[Binding]:
        return tuple(self._bindings.get(device_id, ()))

    def bind(self, device_id: str, watch_id: WatchId, account_id: AccountId, at: datetime) -> None:
        if self.standing(device_id) is not Standing.STOCKED:
            raise NotBindable("not stocked, or bound already")
        self._bindings.setdefault(device_id, []).append(Binding(watch_id=watch_id, bound_at=at))
        self.memberships.add(Membership(account_id=account_id, watch_id=watch_id, role=Role.OWNER, since=at))

    def of_watch(self, watch_id: WatchId) -> StockedDevice | None:
        device_id = self._device_of(watch_id)
        return None if device_id is None else self.stocked[device_id]

    def unbind(self, watch_id: WatchId, by: AccountId, at: datetime) -> Sequence[Membership]:
        members = self.memberships.of_watch(watch_id)
        device_id = self._device_of(watch_id)
        if device_id is None or not self.memberships.owns(by, watch_id):
            raise NotTheOwner("only its owner unbinds a watch")
        self._bindings[device_id][-1] = replace(self._bindings[device_id][-1], unbound_at=at)
        self.memberships.end(watch_id)
        self.past_watches.append((by, watch_id))
        return members

    def _device_of(self, watch_id: WatchId) -> str | None:
        opened = {binding.watch_id: device_id for device_id in self.stocked if (binding := self._open(device_id))}
        return opened.get(watch_id)

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


class InMemoryInvitations:
    def __init__(self) -> None:
        self.items: dict[tuple[WatchId, InvitationId], Invitation] = {}

    def add(self, invitation: Invitation) -> None:
        if len(self.of_watch(invitation.watch_id, invitation.invited_at)) >= INVITATIONS_PER_WATCH:
            raise TooManyInvitations("as many are open as may be")
        self.items[invitation.watch_id, invitation.invitation_id] = invitation

    def get(self, watch_id: WatchId, invitation_id: InvitationId, now: datetime) -> Invitation | None:
        found = self.items.get((watch_id, invitation_id))
        return None if found is None or is_over(found.expires_at, now) else found

    def of_watch(self, watch_id: WatchId, now: datetime) -> Sequence[Invitation]:
        found = (self.get(watch_id, invitation_id, now) for held, invitation_id in self.items if held == watch_id)
        return sorted(
            (each for each in found if each is not None), key=lambda each: (each.invited_at, each.invitation_id)
        )

    def remove(self, watch_id: WatchId, invitation_id: InvitationId) -> bool:
        return self.items.pop((watch_id, invitation_id), None) is not None


class InMemoryFamilies:
    def __init__(self, memberships: InMemoryMemberships, invitations: InMemoryInvitations) -> None:
        self._memberships = memberships
        self._invitations = invitations
        self.names: dict[tuple[WatchId, AccountId], str | None] = {}
        self.offers: dict[WatchId, OwnershipOffer] = {}

    @property
    def items(self) -> tuple[object, object]:
        return self.names, self.offers

    def members(self, watch_id: WatchId) -> Sequence[Member]:
        return [self._member(each) for each in self._memberships.of_watch(watch_id)]

    def join(self, invitation: Invitation, newcomer: Member) -> None:
        watch_id, account_id = newcomer.watch_id, newcomer.account_id
        standing = self._invitations.get(watch_id, invitation.invitation_id, newcomer.since)
        if standing != invitation or standing.role is not newcomer.role:
            raise InvitationRefused("it does not stand")
        if self._memberships.get(account_id, watch_id):
            raise AlreadyMember("has joined")
        if not self._memberships.owns(invitation.invited_by, watch_id):
            raise InvitationRefused("it does not stand")
        if not 1 <= len(self._memberships.of_watch(watch_id)) <= MOST_MEMBERS:
            raise FamilyFull("there is no room")
        self._invitations.remove(watch_id, invitation.invitation_id)
        self._memberships.add(
            Membership(account_id=account_id, watch_id=watch_id, role=newcomer.role, since=newcomer.since)
        )
        self.names[watch_id, account_id] = newcomer.name

    def rename(self, watch_id: WatchId, account_id: AccountId, name: str | None) -> None:
        if not self._memberships.get(account_id, watch_id):
            raise MemberNotFound("no such member")
        self.names[watch_id, account_id] = name

    def change_role(self, watch_id: WatchId, account_id: AccountId, role: Role, by: AccountId) -> None:
        self._require_owner(watch_id, by)
        self._memberships.beside_owner(account_id, watch_id)
        self._memberships.give_role(account_id, watch_id, role)

    def remove(self, watch_id: WatchId, account_id: AccountId, by: AccountId) -> None:
        if by != account_id:
            self._require_owner(watch_id, by)
        self._memberships.beside_owner(account_id, watch_id)
        self._memberships.end(watch_id, account_id)
        self.names.pop((watch_id, account_id), None)
        if watch_id in self.offers and self.offers[watch_id].to == account_id:
            del self.offers[watch_id]

    def offer(self, offer: OwnershipOffer) -> None:
        self._require_owner(offer.watch_id, offer.by)
        self._memberships.beside_owner(offer.to, offer.watch_id)
        self.offers[offer.watch_id] = offer

    def offer_of(self, watch_id: WatchId, now: datetime) -> OwnershipOffer | None:
        offer = self.offers.get(watch_id)
        return None if offer is None or is_over(offer.expires_at, now) else offer

    def withdraw_offer(self, watch_id: WatchId) -> bool:
        return self.offers.pop(watch_id, None) is not None

    def take_over(self, watch_id: WatchId, account_id: AccountId, now: datetime) -> OwnershipOffer:
        offer = self.offer_of(watch_id, now)
        if offer is None or offer.to != account_id or not self._memberships.owns(offer.by, watch_id):
            raise OfferNotFound("no such offer")
        del self.offers[watch_id]
        self._memberships.give_role(account_id, watch_id, Role.OWNER)
        self._memberships.give_role(offer.by, watch_id, Role.GUARDIAN)
        return offer

    def _member(self, part: Membership) -> Member:
        name = self.names.get((part.watch_id, part.account_id))
        return Member(account_id=part.account_id, watch_id=part.watch_id, role=part.role, since=part.since, name=name)

    def _require_owner(self, watch_id: WatchId, account_id: AccountId) -> None:
        if not self._memberships.owns(account_id, watch_id):
            raise NotTheOwner("not the owner")
