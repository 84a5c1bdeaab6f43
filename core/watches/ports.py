"""What watches need of the world."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from core.kernel.ids import AccountId, InvitationId, WatchId
from core.watches.model import (
    Binding,
    ClaimCode,
    Identity,
    Invitation,
    Member,
    Membership,
    OwnershipOffer,
    Role,
    Standing,
    StockedDevice,
)
from core.watches.profile import Profile

Parting = Callable[[AccountId, WatchId], object]
"""Forgets what an account chose for a watch that it does not see any more."""
Beginning = Callable[[WatchId, StockedDevice], object]
"""Begins what belongs to a new watch."""
Ending = Callable[[WatchId, AccountId], object]
"""Ends what an account had of a watch as its owner, when the watch was unbound or is another's now."""


class Devices(Protocol):
    """All devices that we know. Look-ups go by an HMAC of the device id; the id itself is stored sealed only."""

    def stock(self, device: StockedDevice) -> bool:
        """Add a device; return False when it is there already (it then stays as it is)."""
        ...

    def standing(self, device_id: str) -> Standing:
        """Tell what is known of a device id."""
        ...

    def identity(self, device_id: str) -> Identity:
        """Tell what a device id stands for."""
        ...

    def described(self, device_id: str) -> tuple[Identity, StockedDevice | None]:
        """Tell what a device id stands for, and how the device was stocked; raise Unreadable as Sealer does."""
        ...

    def bindings(self, device_id: str) -> Sequence[Binding]:
        """Return all bindings of a device, oldest first; at most the last one is open."""
        ...

    def bind(self, device_id: str, watch_id: WatchId, account_id: AccountId, at: datetime) -> None:
        """Bind a stocked device from that instant on: key, binding and owner's membership. Raise NotBindable."""
        ...

    def of_watch(self, watch_id: WatchId) -> StockedDevice | None:
        """Return the device that is bound as this watch."""
        ...

    def unbind(self, watch_id: WatchId, by: AccountId, at: datetime) -> Sequence[Membership]:
        """End the binding and every membership together, and return those that there were; the device is stocked again.

        What the watch left behind stays sealed under its binding's key, and the owner's past watches name it: both die
        with the owner's data. Raise NotTheOwner unless it is the owner who does this.
        """
        ...


class ClaimCodes(Protocol):
    """The codes that watches show, for five minutes each. device: its name, as Identity has it."""

    def put(self, device: str, digits: str, now: datetime) -> None:
        """Store a new code, untried; nothing happens while one stands, so that asking again gives no more tries."""
        ...

    def get(self, device: str, now: datetime) -> ClaimCode | None:
        """Return the code that is to be shown."""
        ...

    def attempt(self, device: str, now: datetime) -> ClaimCode | None:
        """Count one try and return the code; None where there is none, or CODE_TRIES were made."""
        ...

    def remove(self, device: str) -> None:
        """Forget it; it is no error when there is none."""
        ...


class Memberships(Protocol):
    """Who may see which watch."""

    def of_account(self, account_id: AccountId) -> Sequence[Membership]:
        """Return the account's memberships, oldest first."""
        ...

    def of_watch(self, watch_id: WatchId) -> Sequence[Membership]:
        """Return everybody's part in a watch, oldest first, read consistently."""
        ...

    def get(self, account_id: AccountId, watch_id: WatchId) -> Membership | None:
        """Return the account's part in a watch."""
        ...


class Families(Protocol):
    """Changes of who belongs to a watch.

    Each is made whole or not at all, and only while all that it rests on holds: a watch has exactly one owner at any
    instant and never more than MOST_MEMBERS beside. Each raises ChangedMeanwhile when others keep changing the family.
    by: the owner; each that names one raises NotTheOwner when it is not, or not any more.
    """

    def members(self, watch_id: WatchId) -> Sequence[Member]:
        """Return everybody, oldest first, read consistently; a name that does not open is None."""
        ...

    def join(self, invitation: Invitation, newcomer: Member) -> None:
        """Add a member and use the invitation up, at the instant newcomer.since.

        Raise InvitationRefused when it does not stand as it is given here or who made it owns the watch no more,
        AlreadyMember or FamilyFull.
        """
        ...

    def rename(self, watch_id: WatchId, account_id: AccountId, name: str | None) -> None:
        """Give a member, or the owner, another name; raise MemberNotFound, or Unreadable as Sealer does."""
        ...

    def change_role(self, watch_id: WatchId, account_id: AccountId, role: Role, by: AccountId) -> None:
        """Give a member another role, any but the owner's; raise MemberNotFound."""
        ...

    def remove(self, watch_id: WatchId, account_id: AccountId, by: AccountId) -> None:
        """End a membership and an offer of ownership to it; raise MemberNotFound. by: the owner, or the member."""
        ...

    def offer(self, offer: OwnershipOffer) -> None:
        """Store an offer in the place of any earlier; raise MemberNotFound or NotTheOwner."""
        ...

    def offer_of(self, watch_id: WatchId, now: datetime) -> OwnershipOffer | None:
        """Return the offer that stands."""
        ...

    def withdraw_offer(self, watch_id: WatchId) -> bool:
        """Remove the offer; tell whether there was one."""
        ...

    def take_over(self, watch_id: WatchId, account_id: AccountId, now: datetime) -> OwnershipOffer:
        """Make whom the ownership is offered to the owner, and who was it a guardian; return the offer.

        Raise OfferNotFound.
        """
        ...


class Invitations(Protocol):
    """What may still be accepted."""

    def add(self, invitation: Invitation) -> None:
        """Store it; raise TooManyInvitations when the watch has as many as it may have."""
        ...

    def get(self, watch_id: WatchId, invitation_id: InvitationId, now: datetime) -> Invitation | None:
        """Return one that is not over."""
        ...

    def of_watch(self, watch_id: WatchId, now: datetime) -> Sequence[Invitation]:
        """Return those that are not over, oldest first, read consistently."""
        ...

    def remove(self, watch_id: WatchId, invitation_id: InvitationId) -> bool:
        """Remove it; tell whether it was there."""
        ...


class WatchProfiles(Protocol):
    """How watches are shown."""

    def get(self, watch_id: WatchId) -> Profile:
        """Return the profile, read consistently; where nothing was stored, or it does not open, all of it is default.

        Whoever stores one in its place does so by the revision that is returned.
        """
        ...

    def replace(self, profile: Profile) -> Profile | None:
        """Store it in the place of its revision; return it as it is stored, None when another was stored since.

        Raise Unreadable as Sealer does.
        """
        ...
