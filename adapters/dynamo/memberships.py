"""Who may see which watch: the same memberships by account and by watch, and what is counted of a watch."""

from collections.abc import Sequence
from typing import TypeVar

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from adapters.dynamo.record import Record, fit, holding, instant, instant_of
from adapters.dynamo.tables import TABLES
from core.kernel.ids import AccountId, WatchId
from core.watches.model import Membership, Role

_PART = ("account_id", "watch_id", "role", "since")

AnyPart = TypeVar("AnyPart", bound="PartRecord")


class PartRecord(Record):
    """An account's part in a watch."""

    account_id: UnicodeAttribute
    watch_id: UnicodeAttribute
    role = UnicodeAttribute()
    since = UnicodeAttribute()

    @classmethod
    def of(cls: type[AnyPart], membership: Membership) -> AnyPart:
        """Return the stored shape."""
        return cls(
            account_id=membership.account_id,
            watch_id=membership.watch_id,
            role=membership.role.value,
            since=instant(membership.since),
        )

    def to_domain(self) -> Membership:
        """Return the membership."""
        return Membership(
            account_id=AccountId(self.account_id),
            watch_id=WatchId(self.watch_id),
            role=Role(self.role),
            since=instant_of(self.since),
        )


class MembershipRecord(PartRecord):
    """By account."""

    table = TABLES["memberships"]
    attribute_classes = holding(membership=_PART)

    account_id = UnicodeAttribute(hash_key=True)
    watch_id = UnicodeAttribute(range_key=True)


class MemberRecord(PartRecord):
    """By watch. name: sealed."""

    table = TABLES["members"]
    attribute_classes = holding(membership=_PART, member_name=("name",))

    watch_id = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(range_key=True)
    name = BinaryAttribute(legacy_encoding=False, null=True)


class WatchRecord(Record):
    """A watch as long as it is bound. device: its device's name, an HMAC. members: how many, the owner too."""

    table = TABLES["watches"]
    attribute_classes = holding(binding=("watch_id", "device"), membership=("members",))

    watch_id = UnicodeAttribute(hash_key=True)
    device = UnicodeAttribute()
    members = NumberAttribute()


class PastWatchRecord(Record):
    """A watch that was unbound, by its last owner: by this an erasure finds the key that is left."""

    table = TABLES["past-watches"]
    attribute_classes = holding(membership=("account_id", "watch_id", "unbound_at"))

    account_id = UnicodeAttribute(hash_key=True)
    watch_id = UnicodeAttribute(range_key=True)
    unbound_at = UnicodeAttribute()


def parts_of(membership: Membership) -> tuple[MembershipRecord, MemberRecord]:
    """Return both records of a membership: whoever writes one writes the other."""
    return MembershipRecord.of(membership), MemberRecord.of(membership)


class DynamoMemberships:
    """Memberships in the tables memberships and members; whoever changes one changes both, in one transaction."""

    def of_account(self, account_id: AccountId) -> Sequence[Membership]:
        """Return the account's memberships, oldest first."""
        found = [record.to_domain() for record in fit(MembershipRecord.query(account_id, consistent_read=True))]
        return sorted(found, key=lambda membership: (membership.since, membership.watch_id))

    def of_watch(self, watch_id: WatchId) -> Sequence[Membership]:
        """Return everybody's part in a watch, oldest first."""
        found = [record.to_domain() for record in fit(MemberRecord.query(watch_id, consistent_read=True))]
        return sorted(found, key=lambda membership: (membership.since, membership.account_id))

    def get(self, account_id: AccountId, watch_id: WatchId) -> Membership | None:
        """Return the account's part in a watch."""
        record = MembershipRecord.find(account_id, watch_id)
        return None if record is None else record.to_domain()
