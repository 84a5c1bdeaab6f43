"""Changes of who belongs to a watch, each in one transaction over all that it rests on."""

from collections.abc import Sequence
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from adapters.dynamo.memberships import MemberRecord, MembershipRecord, WatchRecord, parts_of
from adapters.dynamo.record import (
    ExpiryAttribute,
    Record,
    fit,
    holding,
    instant,
    instant_of,
    understood,
)
from adapters.dynamo.tables import TABLES
from adapters.dynamo.together import TRIES, Together
from core.kernel.errors import ChangedMeanwhile, Refused
from core.kernel.ids import AccountId, InvitationId, WatchId
from core.retention.policy import POLICY
from core.vault.model import SealedUnder, Unreadable
from core.vault.ports import Sealer
from core.watches.model import (
    INVITATIONS_PER_WATCH,
    MOST_MEMBERS,
    AlreadyMember,
    FamilyFull,
    Invitation,
    InvitationRefused,
    Member,
    MemberNotFound,
    NotTheOwner,
    OfferNotFound,
    OwnershipOffer,
    Role,
    TooManyInvitations,
)

_FIRST_ID = "2"  # sorts before every id
_OFFER = "-ownership"  # sorts before _FIRST_ID
_BESIDE_OWNER = (Role.GUARDIAN.value, Role.VIEWER.value)


class InvitationRecord(Record):
    """secret_hash: SHA-256 of 128 random bits."""

    table = TABLES["invitations"]
    attribute_classes = holding(
        invitation=("watch_id", "invitation_id", "role", "invited_by", "invited_at", "secret_hash", "expires_at")
    )

    watch_id = UnicodeAttribute(hash_key=True)
    invitation_id = UnicodeAttribute(range_key=True)
    role = UnicodeAttribute()
    invited_by = UnicodeAttribute()
    invited_at = UnicodeAttribute()
    secret_hash = UnicodeAttribute()
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, invitation: Invitation) -> "InvitationRecord":
        """Return the stored shape."""
        return cls(
            invitation.watch_id,
            invitation.invitation_id,
            role=invitation.role.value,
            invited_by=invitation.invited_by,
            invited_at=instant(invitation.invited_at),
            secret_hash=invitation.secret_hash,
            expires_at=invitation.expires_at,
        )

    def to_domain(self) -> Invitation:
        """Return the invitation; raise what `understood` takes for another shape."""
        return Invitation(
            invitation_id=InvitationId(self.invitation_id),
            watch_id=WatchId(self.watch_id),
            role=Role(self.role),
            invited_by=AccountId(self.invited_by),
            invited_at=instant_of(self.invited_at),
            secret_hash=self.secret_hash,
        )


class OfferRecord(Record):
    """A watch's one offer of ownership, among its invitations."""

    table = TABLES["invitations"]
    attribute_classes = holding(invitation=("watch_id", "invitation_id", "to", "by", "offered_at", "expires_at"))

    watch_id = UnicodeAttribute(hash_key=True)
    invitation_id = UnicodeAttribute(range_key=True)
    to = UnicodeAttribute()
    by = UnicodeAttribute()
    offered_at = UnicodeAttribute()
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, offer: OwnershipOffer) -> "OfferRecord":
        """Return the stored shape."""
        return cls(
            offer.watch_id,
            _OFFER,
            to=offer.to,
            by=offer.by,
            offered_at=instant(offer.offered_at),
            expires_at=offer.expires_at,
        )

    def to_domain(self) -> OwnershipOffer:
        """Return the offer."""
        return OwnershipOffer(
            watch_id=WatchId(self.watch_id),
            to=AccountId(self.to),
            by=AccountId(self.by),
            offered_at=instant_of(self.offered_at),
        )


class DynamoInvitations:
    """Invitations in their table."""

    def add(self, invitation: Invitation) -> None:
        """Store it. Open ones are counted before, so as many as are made in one instant may be too many."""
        now = invitation.invited_at
        if len(self.of_watch(invitation.watch_id, now)) >= INVITATIONS_PER_WATCH:
            raise TooManyInvitations("as many are open as may be")
        InvitationRecord.of(invitation).put(now=now.replace(microsecond=0))

    def get(self, watch_id: WatchId, invitation_id: InvitationId, now: datetime) -> Invitation | None:
        """Return one that is not over."""
        record = InvitationRecord.find(watch_id, invitation_id, now=now)
        return None if record is None else next(understood([record], InvitationRecord.to_domain), None)

    def of_watch(self, watch_id: WatchId, now: datetime) -> Sequence[Invitation]:
        """Return those that are not over, oldest first."""
        after_offer = InvitationRecord.invitation_id >= _FIRST_ID
        found = fit(InvitationRecord.query(watch_id, after_offer, consistent_read=True), now)
        invitations = understood(found, InvitationRecord.to_domain)
        return sorted(invitations, key=lambda each: (each.invited_at, each.invitation_id))

    def remove(self, watch_id: WatchId, invitation_id: InvitationId) -> bool:
        """Remove it; tell whether it was there."""
        return InvitationRecord(watch_id, invitation_id).remove()


class DynamoFamilies:
    """Families in the tables memberships, members, watches and invitations."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def members(self, watch_id: WatchId) -> Sequence[Member]:
        """Return everybody, oldest first."""
        found = map(self._member, fit(MemberRecord.query(watch_id, consistent_read=True)))
        return sorted(found, key=lambda member: (member.since, member.account_id))

    def join(self, invitation: Invitation, newcomer: Member) -> None:
        """See Families."""
        watch_id, host = invitation.watch_id, invitation.invited_by
        refusal = InvitationRefused("it does not stand")
        if newcomer.account_id == host:  # DynamoDB takes no transaction that names an item twice
            raise refusal if MembershipRecord.find(host, watch_id) is None else AlreadyMember("has joined")
        by_account, by_watch = parts_of(newcomer)
        by_watch.name = self._sealed(newcomer.watch_id, newcomer.account_id, newcomer.name)
        together = Together()
        _require_owner(together, watch_id, host, refusal)
        together.remove(
            InvitationRecord(watch_id, invitation.invitation_id),
            (InvitationRecord.secret_hash == invitation.secret_hash)
            & (InvitationRecord.role == newcomer.role.value)
            & (InvitationRecord.expires_at > newcomer.since.replace(microsecond=0)),
            refusal,
        )
        together.put(by_account, MembershipRecord.account_id.does_not_exist(), AlreadyMember("has joined"))
        together.put(by_watch, MemberRecord.account_id.does_not_exist(), AlreadyMember("has joined"))
        together.update(
            WatchRecord(newcomer.watch_id),
            [WatchRecord.members.add(1)],
            WatchRecord.members <= MOST_MEMBERS,
            FamilyFull("there is no room"),
        )
        together.commit()

    def rename(self, watch_id: WatchId, account_id: AccountId, name: str | None) -> None:
        """See Families."""
        sealed = self._sealed(watch_id, account_id, name)
        action = MemberRecord.name.remove() if sealed is None else MemberRecord.name.set(sealed)
        if not MemberRecord(watch_id, account_id).amend([action]):
            raise MemberNotFound("no such member")

    def change_role(self, watch_id: WatchId, account_id: AccountId, role: Role, by: AccountId) -> None:
        """See Families."""
        if account_id == by:
            raise MemberNotFound("the owner is no member beside itself")
        together = Together()
        _require_owner(together, watch_id, by)
        _give_role(together, watch_id, account_id, role, _BESIDE_OWNER, MemberNotFound("no such member"))
        together.commit()

    def remove(self, watch_id: WatchId, account_id: AccountId, by: AccountId) -> None:
        """See Families."""
        for _ in range(TRIES):
            try:
                return self._remove(watch_id, account_id, by)
            except ChangedMeanwhile:
                continue
        raise ChangedMeanwhile("others keep changing the family")

    def _remove(self, watch_id: WatchId, account_id: AccountId, by: AccountId) -> None:
        offer = OfferRecord.find(watch_id, _OFFER)
        together = Together()
        if by != account_id:
            _require_owner(together, watch_id, by)
        for kind in (MembershipRecord, MemberRecord):
            record = kind(watch_id=watch_id, account_id=account_id)
            together.remove(record, kind.role.is_in(*_BESIDE_OWNER), MemberNotFound("no such member"))
        together.update(
            WatchRecord(watch_id), [WatchRecord.members.add(-1)], WatchRecord.members > 1, MemberNotFound("unbound")
        )
        changed, standing = ChangedMeanwhile("the offer changed"), OfferRecord(watch_id, _OFFER)
        if offer is not None and offer.to == account_id:
            together.remove(standing, OfferRecord.to == account_id, changed)
        else:
            together.require(standing, OfferRecord.to.does_not_exist() | (OfferRecord.to != account_id), changed)
        together.commit()

    def offer(self, offer: OwnershipOffer) -> None:
        """See Families."""
        if offer.to == offer.by:
            raise MemberNotFound("the owner is no member beside itself")
        together = Together()
        _require_owner(together, offer.watch_id, offer.by)
        together.require(
            MembershipRecord(offer.to, offer.watch_id),
            MembershipRecord.role.is_in(*_BESIDE_OWNER),
            MemberNotFound("no such member"),
        )
        together.put(OfferRecord.of(offer))
        together.commit()

    def offer_of(self, watch_id: WatchId, now: datetime) -> OwnershipOffer | None:
        """Return the offer that stands."""
        record = OfferRecord.find(watch_id, _OFFER, now=now)
        return None if record is None else record.to_domain()

    def withdraw_offer(self, watch_id: WatchId) -> bool:
        """Remove the offer; tell whether there was one."""
        return OfferRecord(watch_id, _OFFER).remove()

    def take_over(self, watch_id: WatchId, account_id: AccountId, now: datetime) -> OwnershipOffer:
        """See Families."""
        offer, gone = self.offer_of(watch_id, now), OfferNotFound("no such offer")
        if offer is None or offer.to != account_id:
            raise gone
        together = Together()
        together.remove(
            OfferRecord(watch_id, _OFFER),
            (OfferRecord.to == account_id)
            & (OfferRecord.by == offer.by)
            & (OfferRecord.offered_at == instant(offer.offered_at)),
            gone,
        )
        _give_role(together, watch_id, account_id, Role.OWNER, _BESIDE_OWNER, gone)
        _give_role(together, watch_id, offer.by, Role.GUARDIAN, [Role.OWNER.value], gone)
        together.commit()
        return offer

    def _member(self, record: MemberRecord) -> Member:
        part = record.to_domain()
        return Member(
            account_id=part.account_id,
            watch_id=part.watch_id,
            role=part.role,
            since=part.since,
            name=self._opened(record),
        )

    def _sealed(self, watch_id: WatchId, account_id: AccountId, name: str | None) -> bytes | None:
        return None if name is None else self._sealer.seal(name.encode(), _under(watch_id, account_id))

    def _opened(self, record: MemberRecord) -> str | None:
        if not record.name:
            return None
        try:
            return self._sealer.open(record.name, _under(record.watch_id, record.account_id)).decode()
        except Unreadable:
            return None


def _require_owner(
    together: Together, watch_id: WatchId, account_id: AccountId, otherwise: Refused | None = None
) -> None:
    is_owner = MembershipRecord.role == Role.OWNER.value
    together.require(MembershipRecord(account_id, watch_id), is_owner, otherwise or NotTheOwner("not the owner"))


def _give_role(
    together: Together, watch_id: WatchId, account_id: AccountId, role: Role, held: Sequence[str], otherwise: Refused
) -> None:
    """Change both records of a membership whose role is one of those held."""
    for kind in (MembershipRecord, MemberRecord):
        record = kind(watch_id=watch_id, account_id=account_id)
        together.update(record, [kind.role.set(role.value)], kind.role.is_in(*held), otherwise)


def _under(watch_id: str, account_id: str) -> SealedUnder:
    return SealedUnder(
        data_class=POLICY["member_name"],
        subject_id=watch_id,
        table=MemberRecord.table.name,
        key=(watch_id, account_id),
    )
