"""Who may see which watch."""

from collections.abc import Sequence

from pynamodb.attributes import UnicodeAttribute

from adapters.dynamo.record import Record, fit, holding, instant, instant_of
from adapters.dynamo.tables import TABLES
from core.kernel.ids import AccountId, WatchId
from core.watches.model import Membership, Role


class MembershipRecord(Record):
    """An account's part in a watch."""

    table = TABLES["memberships"]
    attribute_classes = holding(membership=("account_id", "watch_id", "role", "since"))

    account_id = UnicodeAttribute(hash_key=True)
    watch_id = UnicodeAttribute(range_key=True)
    role = UnicodeAttribute()
    since = UnicodeAttribute()

    @classmethod
    def of(cls, membership: Membership) -> "MembershipRecord":
        """Return the stored shape."""
        return cls(
            membership.account_id,
            membership.watch_id,
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


class DynamoMemberships:
    """Memberships in the memberships table."""

    def of_account(self, account_id: AccountId) -> Sequence[Membership]:
        """Return the account's memberships, oldest first."""
        found = [record.to_domain() for record in fit(MembershipRecord.query(account_id, consistent_read=True))]
        return sorted(found, key=lambda membership: (membership.since, membership.watch_id))

    def get(self, account_id: AccountId, watch_id: WatchId) -> Membership | None:
        """Return the account's part in a watch."""
        record = MembershipRecord.find(account_id, watch_id)
        return None if record is None else record.to_domain()
