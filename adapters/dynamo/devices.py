"""Devices and their bindings. A device is found by an HMAC of its id; the id itself stands sealed."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.expressions.operand import Path

from adapters.dynamo.memberships import MemberRecord, PartRecord, PastWatchRecord, WatchRecord, parts_of
from adapters.dynamo.record import Record, fit, holding, instant, instant_of
from adapters.dynamo.tables import TABLES
from adapters.dynamo.together import TRIES, Together
from core.kernel.errors import ChangedMeanwhile
from core.kernel.ids import AccountId, WatchId
from core.retention.policy import POLICY, Subject
from core.vault.model import STOCK, SealedUnder, Unreadable
from core.vault.ports import Lookup, Sealer, SubjectKeys
from core.watches.model import Binding, Identity, Membership, NotBindable, NotTheOwner, Role, Standing, StockedDevice


class DeviceRecord(Record):
    """A stocked device; watch_id stands in it while it is bound."""

    table = TABLES["devices"]
    attribute_classes = holding(device=("device", "payload"), binding=("watch_id",))

    device = UnicodeAttribute(hash_key=True)
    payload = BinaryAttribute(legacy_encoding=False)
    watch_id = UnicodeAttribute(null=True)


class BindingRecord(Record):
    """A device's time with one account."""

    table = TABLES["bindings"]
    attribute_classes = holding(binding=("device", "bound_at", "watch_id", "unbound_at"))

    device = UnicodeAttribute(hash_key=True)
    bound_at = UnicodeAttribute(range_key=True)
    watch_id = UnicodeAttribute()
    unbound_at = UnicodeAttribute(null=True)

    def to_domain(self) -> Binding:
        """Return the binding."""
        return Binding(
            watch_id=WatchId(self.watch_id),
            bound_at=instant_of(self.bound_at),
            unbound_at=instant_of(self.unbound_at) if self.unbound_at else None,
        )


class DynamoStandings:
    """Standings in the table devices, for whoever only asks."""

    def __init__(self, lookup: Lookup, proofs: Sealer | None = None) -> None:
        """proofs: opens what connections prove themselves by; None: nobody asks for it, and nothing is opened."""
        self._lookup = lookup
        self._proofs = proofs

    def identity(self, device_id: str) -> Identity:
        """Tell what a device id stands for; raise Unreadable when its proof does not open."""
        name = self._name(device_id)
        record = DeviceRecord.find(name)
        if record is None:
            return Identity(standing=Standing.UNKNOWN, name=name)
        identity = _identity(record)
        if self._proofs is None:
            return identity
        stocked = json.loads(self._proofs.open(record.payload, _under(name)))
        return replace(identity, address=stocked.get("address"), signing_key=stocked.get("signing_key"))

    def _name(self, device_id: str) -> str:
        return self._lookup.of("device", device_id)


class DynamoDevices(DynamoStandings):
    """Devices in the tables devices and bindings."""

    def __init__(self, sealer: Sealer, keys: SubjectKeys, lookup: Lookup) -> None:
        super().__init__(lookup)
        self._sealer = sealer
        self._keys = keys

    def standing(self, device_id: str) -> Standing:
        """Tell what is known of a device id."""
        return self.identity(device_id).standing

    def described(self, device_id: str) -> tuple[Identity, StockedDevice | None]:
        """Tell what a device id stands for, and how the device was stocked."""
        name = self._name(device_id)
        record = DeviceRecord.find(name)
        if record is None:
            with suppress(Unreadable):  # where no device was ever stocked
                self._sealer.seal(b"", _under(name))  # asks for the keys of a known one, or the calls would tell
            return Identity(standing=Standing.UNKNOWN, name=name), None
        return _identity(record), self._stocked(record)

    def stock(self, device: StockedDevice) -> bool:
        """Add a device unless it is there."""
        self._keys.make(Subject.STOCK, STOCK)
        name = self._name(device.device_id)
        payload = self._sealer.seal(json.dumps(asdict(device)).encode(), _under(name))
        return DeviceRecord(name, payload=payload).put(only_new=True)

    def bindings(self, device_id: str) -> Sequence[Binding]:
        """Return all bindings of a device, oldest first."""
        found = BindingRecord.query(self._name(device_id), consistent_read=True)
        return [record.to_domain() for record in fit(found)]

    def bind(self, device_id: str, watch_id: WatchId, account_id: AccountId, at: datetime) -> None:
        """Bind a stocked device."""
        name = self._name(device_id)
        owner = Membership(account_id=account_id, watch_id=watch_id, role=Role.OWNER, since=at)
        refusal = NotBindable("not stocked, or bound already")
        self._keys.make(Subject.BINDING, watch_id)
        together = Together()
        together.update(
            DeviceRecord(name),
            [DeviceRecord.watch_id.set(watch_id)],
            DeviceRecord.device.exists() & DeviceRecord.watch_id.does_not_exist(),
            refusal,
        )
        watch = WatchRecord(watch_id, device=name, members=1)
        for record in (BindingRecord(name, instant(at), watch_id=watch_id), watch, *parts_of(owner)):
            together.put(record, Path(record.table.partition_key).does_not_exist(), refusal)
        together.commit()

    def of_watch(self, watch_id: WatchId) -> StockedDevice | None:
        """Return the device that is bound as this watch; raise Unreadable."""
        watch = WatchRecord.find(watch_id)
        record = None if watch is None else DeviceRecord.find(watch.device)
        if record is None:
            return None
        return self._stocked(record)

    def unbind(self, watch_id: WatchId, by: AccountId, at: datetime) -> Sequence[Membership]:
        """End the binding and every membership. Whoever joins meanwhile makes it start over."""
        for _ in range(TRIES):
            try:
                return self._unbind(watch_id, by, at)
            except ChangedMeanwhile:
                continue
        raise ChangedMeanwhile("others keep changing the family")

    def _unbind(self, watch_id: WatchId, by: AccountId, at: datetime) -> Sequence[Membership]:
        watch = WatchRecord.find(watch_id)
        members = [record.to_domain() for record in fit(MemberRecord.query(watch_id, consistent_read=True))]
        if watch is None or not any(each.account_id == by and each.role is Role.OWNER for each in members):
            raise NotTheOwner("only its owner unbinds a watch")
        changed = ChangedMeanwhile("the family changed")
        last = next(fit(BindingRecord.query(watch.device, consistent_read=True, scan_index_forward=False, limit=1)))
        together = Together()
        together.update(
            DeviceRecord(watch.device), [DeviceRecord.watch_id.remove()], DeviceRecord.watch_id == watch_id, changed
        )
        together.update(
            BindingRecord(watch.device, last.bound_at),
            [BindingRecord.unbound_at.set(instant(at))],
            BindingRecord.watch_id == watch_id,
            changed,
        )
        together.remove(watch, WatchRecord.members == len(members), changed)
        for member in members:
            for record in parts_of(member):
                together.remove(record, PartRecord.role == member.role.value, changed)
        past = PastWatchRecord(by, watch_id, unbound_at=instant(at))
        together.put(past, PastWatchRecord.account_id.does_not_exist(), changed)
        together.commit()
        return members

    def _stocked(self, record: DeviceRecord) -> StockedDevice:
        return StockedDevice(**json.loads(self._sealer.open(record.payload, _under(record.device))))


def _identity(record: DeviceRecord) -> Identity:
    return Identity(
        standing=Standing.BOUND if record.watch_id else Standing.STOCKED,
        name=record.device,
        watch_id=WatchId(record.watch_id) if record.watch_id else None,
    )


def _under(name: str) -> SealedUnder:
    return SealedUnder(data_class=POLICY["device"], subject_id=STOCK, table=DeviceRecord.table.name, key=(name,))
