"""Who belongs to a watch: invitations, roles, names, and the ownership, which moves only with the consent of both.

Nobody joins without the owner's invitation and the own consent (Z-05). Whoever may change the watch is told of it all.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.accounts.notices import Announcement, Announcer, NoticeKind
from core.kernel.clock import Clock
from core.kernel.ids import AccountId, InvalidId, InvitationId, WatchId, checked_id, new_id
from core.watches.limits import ACCEPTANCES, GuessLimits
from core.watches.model import (
    Invitation,
    InvitationNotFound,
    InvitationRefused,
    Member,
    Membership,
    OfferNotFound,
    OwnershipOffer,
    OwnerStays,
    Role,
)
from core.watches.ports import Ending, Families, Invitations, Parting

SECRET_BYTES = 16  # 128 bits: not to be guessed
LONGEST_CODE = 128  # what one has, and room
_TOLD = frozenset({Role.OWNER, Role.GUARDIAN})


@dataclass(frozen=True, slots=True)
class Invited:
    """A new invitation. code: what the guest shows; it stands nowhere else, and is never shown again."""

    invitation: Invitation
    code: str = field(repr=False)


class Family:
    """Changes who belongs to a watch, and tells of it. Its routes have asked who calls; Families asks once more."""

    def __init__(
        self,
        *,
        families: Families,
        invitations: Invitations,
        partings: Sequence[Parting],
        handovers: Sequence[Ending],
        limits: GuessLimits,
        announcer: Announcer,
        clock: Clock,
    ) -> None:
        self._families = families
        self._invitations = invitations
        self._partings = partings
        self._handovers = handovers
        self._limits = limits
        self._announcer = announcer
        self._clock = clock

    def members(self, watch_id: WatchId) -> Sequence[Member]:
        """Return everybody, oldest first."""
        return self._families.members(watch_id)

    def invitations(self, watch_id: WatchId) -> Sequence[Invitation]:
        """Return the invitations that nobody has accepted yet, oldest first."""
        return self._invitations.of_watch(watch_id, self._clock.now())

    def invite(self, owner: AccountId, watch_id: WatchId, role: Role) -> Invited:
        """Make an invitation; raise TooManyInvitations."""
        assert role is not Role.OWNER, "an ownership is offered to a member"
        secret = secrets.token_urlsafe(SECRET_BYTES)
        invitation = Invitation(
            invitation_id=InvitationId(new_id()),
            watch_id=watch_id,
            role=role,
            invited_by=owner,
            invited_at=self._clock.now(),
            secret_hash=_hash_of(secret),
        )
        self._invitations.add(invitation)
        self._tell(NoticeKind.SOMEBODY_INVITED, watch_id, by=owner)
        return Invited(invitation, f"{watch_id}.{invitation.invitation_id}.{secret}")

    def withdraw(self, watch_id: WatchId, invitation_id: InvitationId) -> None:
        """Let nobody join by it any more; raise InvitationNotFound."""
        if not self._invitations.remove(watch_id, invitation_id):
            raise InvitationNotFound("no such invitation")

    def accept(self, account_id: AccountId, code: str, name: str | None, address: str) -> Membership:
        """Make the account a member; raise InvitationRefused, AlreadyMember, FamilyFull or TooManyAttempts."""
        self._limits.admit(ACCEPTANCES, account_id, address)
        invitation = self._invitation_of(code)
        newcomer = Member(
            account_id=account_id,
            watch_id=invitation.watch_id,
            role=invitation.role,
            since=self._clock.now(),
            name=name,
        )
        self._families.join(invitation, newcomer)
        self._limits.forgive(ACCEPTANCES, account_id)
        self._tell(NoticeKind.MEMBER_JOINED, invitation.watch_id, by=account_id, about=account_id)
        return newcomer

    def rename(self, watch_id: WatchId, account_id: AccountId, name: str | None) -> None:
        """Let the others see this name of the account; raise MemberNotFound."""
        self._families.rename(watch_id, account_id, name)

    def change_role(self, owner: AccountId, watch_id: WatchId, account_id: AccountId, role: Role) -> None:
        """Give a member another role; raise MemberNotFound, NotTheOwner or OwnerStays."""
        if account_id == owner:
            raise OwnerStays("the ownership is offered, never laid down")
        self._families.change_role(watch_id, account_id, role, owner)
        self._tell(NoticeKind.ROLE_CHANGED, watch_id, by=owner, about=account_id)

    def remove(self, owner: AccountId, watch_id: WatchId, account_id: AccountId) -> None:
        """End another's membership; raise MemberNotFound or NotTheOwner.

        From the next question on the account is no member, for every route, screen and phone (C-12).
        """
        self._remove(owner, watch_id, account_id)

    def leave(self, membership: Membership) -> None:
        """End the own membership, as remove does; raise OwnerStays or MemberNotFound."""
        if membership.role is Role.OWNER:
            raise OwnerStays("the ownership is offered, or the watch unbound")
        self._remove(membership.account_id, membership.watch_id, membership.account_id)

    def _remove(self, by: AccountId, watch_id: WatchId, account_id: AccountId) -> None:
        self._families.remove(watch_id, account_id, by)
        for part in self._partings:
            part(account_id, watch_id)
        self._tell(NoticeKind.MEMBER_REMOVED, watch_id, by=by, about=account_id)

    def offer(self, owner: AccountId, watch_id: WatchId, account_id: AccountId) -> OwnershipOffer:
        """Offer the ownership to a member, in the place of any earlier offer; raise MemberNotFound or NotTheOwner."""
        offer = OwnershipOffer(watch_id=watch_id, to=account_id, by=owner, offered_at=self._clock.now())
        self._families.offer(offer)
        self._tell(NoticeKind.OWNERSHIP_OFFERED, watch_id, by=owner, about=account_id)
        return offer

    def offer_of(self, watch_id: WatchId) -> OwnershipOffer | None:
        """Return the offer that stands."""
        return self._families.offer_of(watch_id, self._clock.now())

    def withdraw_offer(self, watch_id: WatchId) -> None:
        """Take the offer back; raise OfferNotFound."""
        if not self._families.withdraw_offer(watch_id):
            raise OfferNotFound("nothing is offered")

    def take_over(self, account_id: AccountId, watch_id: WatchId) -> None:
        """Make the account the owner, as it was offered; raise OfferNotFound."""
        offer = self._families.take_over(watch_id, account_id, self._clock.now())
        for hand_over in self._handovers:
            hand_over(watch_id, offer.by)
        self._tell(NoticeKind.OWNERSHIP_MOVED, watch_id, by=offer.by, about=account_id)

    def _invitation_of(self, code: str) -> Invitation:
        """Return the invitation that this code is of; raise InvitationRefused."""
        watch_id, invitation_id, secret = split_code(code)
        invitation = self._invitations.get(watch_id, invitation_id, self._clock.now())
        if invitation is None or not is_secret_of(invitation, secret):
            raise InvitationRefused("no such invitation")
        return invitation

    def _tell(self, kind: NoticeKind, watch_id: WatchId, *, by: AccountId, about: AccountId | None = None) -> None:
        """Tell all who may change the watch, and whom it is about."""
        told = {each.account_id for each in self._families.members(watch_id) if each.role in _TOLD}
        if about is not None:
            told.add(about)
        self._announcer.announce(
            Announcement(kind=kind, to=tuple(sorted(told)), at=self._clock.now(), watch_id=watch_id, by=by, about=about)
        )


def split_code(code: str) -> tuple[WatchId, InvitationId, str]:
    """Return the parts of an invitation's code; raise InvitationRefused for what was never one."""
    parts = code.strip().split(".")
    try:
        watch_id, invitation_id, secret = parts
        return WatchId(checked_id(watch_id)), InvitationId(checked_id(invitation_id)), secret
    except (ValueError, InvalidId):
        raise InvitationRefused("no such invitation") from None


def is_secret_of(invitation: Invitation, secret: str) -> bool:
    """Tell whether the secret is the invitation's; takes the same time for every wrong one."""
    return hmac.compare_digest(_hash_of(secret), invitation.secret_hash)


def _hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
