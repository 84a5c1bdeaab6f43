"""Who belongs to a watch."""

from datetime import datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from core.watches import model as watches
from core.watches.family import LONGEST_CODE
from core.watches.profile import LONGEST_NAME
from lambdas.api.schemas.shape import CURSOR, Schema

OtherRole = Literal[watches.Role.GUARDIAN, watches.Role.VIEWER]
"""Any role but the owner's, which moves only when it is offered and accepted."""


class Joined(Schema):
    """The caller's part in a watch."""

    watch_id: str = Field(description="Opaque")
    role: watches.Role


class Member(Schema):
    """Somebody who may see the watch."""

    account_id: str = Field(description="Opaque")
    role: watches.Role
    since: datetime
    name: str | None = Field(repr=False, description="That they gave themselves for the others; null: none")

    @classmethod
    def of(cls, member: watches.Member) -> "Member":
        """Return the member as the API shows it."""
        return cls(account_id=member.account_id, role=member.role, since=member.since, name=member.name)


class MemberPage(Schema):
    """Members, the longest known first."""

    items: list[Member]
    next: str | None = Field(description=CURSOR)


class MemberChange(Schema):
    """Another role, which the owner gives, or another name, which each member gives itself: one of the two."""

    role: OtherRole | None = None
    name: str | None = Field(
        default=None, min_length=1, max_length=LONGEST_NAME, repr=False, description="null, when sent: none any more"
    )

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if ("name" in self.model_fields_set) == (self.role is not None):
            raise ValueError("either a role or a name")
        return self


class NewInvitation(Schema):
    """What somebody is invited to be."""

    role: OtherRole


class Invitation(Schema):
    """An invitation that nobody has accepted yet."""

    id: str = Field(description="Opaque")
    role: watches.Role
    invited_by: str = Field(description="Account id")
    invited_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invitation: watches.Invitation) -> "Invitation":
        """Return the invitation as the API shows it."""
        return cls(
            id=invitation.invitation_id,
            role=invitation.role,
            invited_by=invitation.invited_by,
            invited_at=invitation.invited_at,
            expires_at=invitation.expires_at,
        )


class InvitationWithCode(Invitation):
    """A new invitation."""

    code: str = Field(repr=False, description="For the guest, by a way that the owner chooses; it is shown only now")


class InvitationPage(Schema):
    """Open invitations, oldest first."""

    items: list[Invitation]
    next: str | None = Field(description=CURSOR)


class Acceptance(Schema):
    """A guest's consent."""

    code: str = Field(min_length=1, max_length=LONGEST_CODE, repr=False)
    name: str | None = Field(
        default=None,
        min_length=1,
        max_length=LONGEST_NAME,
        repr=False,
        description="By which the others on this watch know the guest; null: none",
    )


class Heir(Schema):
    """Whom the ownership is offered to."""

    account_id: str = Field(max_length=64, description="Of a member")


class Offer(Schema):
    """That the ownership is offered."""

    account_id: str = Field(description="To whom")
    offered_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, offer: watches.OwnershipOffer) -> "Offer":
        """Return the offer as the API shows it."""
        return cls(account_id=offer.to, offered_at=offer.offered_at, expires_at=offer.expires_at)


class Ownership(Schema):
    """Whether the ownership is offered to somebody."""

    offer: Offer | None
