"""Registrations of SIM cards, sealed under their owner's key."""

import json
from dataclasses import asdict, replace
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from adapters.dynamo.record import Record, holding, instant, instant_of, understood
from adapters.dynamo.tables import TABLES
from core.kernel.ids import AccountId, RegistrationId, WatchId
from core.retention.policy import POLICY
from core.sims.model import Registrant, Registration, RegistrationState
from core.vault.model import SealedUnder
from core.vault.ports import Sealer


class SimRegistrationRecord(Record):
    """payload: sealed JSON of all but ids and revision."""

    table = TABLES["sim-registrations"]
    attribute_classes = holding(sim_registration=("account_id", "watch_id", "revision", "payload"))

    account_id = UnicodeAttribute(hash_key=True)
    watch_id = UnicodeAttribute(range_key=True)
    revision = NumberAttribute()
    payload = BinaryAttribute(legacy_encoding=False)

    @classmethod
    def of(cls, registration: Registration, sealer: Sealer) -> "SimRegistrationRecord":
        """Return the stored shape; raise as Sealer does."""
        record = cls(registration.account_id, registration.watch_id, revision=registration.revision)
        content = {
            "registration_id": registration.registration_id,
            "registrant": asdict(registration.registrant),
            "state": registration.state,
            "state_at": instant(registration.state_at),
        }
        record.payload = sealer.seal(json.dumps(content).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> Registration:
        """Return the registration; raise Unreadable, or what `understood` takes for another shape."""
        content: dict[str, Any] = json.loads(sealer.open(self.payload, self._place()))
        return Registration(
            registration_id=RegistrationId(content["registration_id"]),
            account_id=AccountId(self.account_id),
            watch_id=WatchId(self.watch_id),
            registrant=Registrant(**content["registrant"]),
            state=RegistrationState(content["state"]),
            state_at=instant_of(content["state_at"]),
            revision=int(self.revision),
        )

    def _place(self) -> SealedUnder:
        return SealedUnder(
            data_class=POLICY["sim_registration"],
            subject_id=self.account_id,
            table=self.table.name,
            key=(self.account_id, self.watch_id),
        )


class DynamoSimRegistrations:
    """SimRegistrations in their table, always read consistently."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def get(self, account_id: AccountId, watch_id: WatchId) -> Registration | None:
        """Return the account's registration of the watch's card."""
        record = SimRegistrationRecord.find(account_id, watch_id)
        found = [] if record is None else [record]
        return next(understood(found, lambda each: each.to_domain(self._sealer)), None)

    def replace(self, registration: Registration) -> Registration | None:
        """Store it in the place of its revision."""
        stored = replace(registration, revision=registration.revision + 1)
        revision = SimRegistrationRecord.revision
        unchanged = revision == registration.revision if registration.revision else revision.does_not_exist()
        return stored if SimRegistrationRecord.of(stored, self._sealer).put(unchanged) else None

    def remove(self, account_id: AccountId, watch_id: WatchId) -> None:
        """Forget it."""
        SimRegistrationRecord(account_id, watch_id).delete()
