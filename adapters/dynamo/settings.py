"""Settings of watches, sealed under their binding's key; beside a guarded one, what it was before."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from adapters.dynamo.record import ExpiryAttribute, Record, holding, instant, instant_of, understood
from adapters.dynamo.tables import TABLES
from adapters.dynamo.together import Together
from core.commands.model import Failure, Setting, SettingName, SettingState, Undo
from core.kernel.errors import ChangedMeanwhile
from core.kernel.ids import AccountId, WatchId
from core.kernel.keys import SEPARATOR, composite_key
from core.retention.policy import POLICY
from core.vault.model import SealedUnder
from core.vault.ports import Sealer

AnyRecord = TypeVar("AnyRecord", bound=Record)
T = TypeVar("T")

_DESIRED, _UNDO = "desired", "undo"
_LAST = "~"  # sorts after every character of a key


class SettingRecord(Record):
    """setting: `desired` and its name. payload: sealed JSON of all else but the revision."""

    table = TABLES["settings"]
    attribute_classes = holding(setting=("watch_id", "setting", "revision", "payload"))

    watch_id = UnicodeAttribute(hash_key=True)
    setting = UnicodeAttribute(range_key=True)
    revision = NumberAttribute()
    payload = BinaryAttribute(legacy_encoding=False)

    @classmethod
    def of(cls, setting: Setting, sealer: Sealer) -> "SettingRecord":
        """Return the stored shape; raise as Sealer does."""
        record = cls(setting.watch_id, composite_key(_DESIRED, setting.name), revision=setting.revision)
        record.payload = sealer.seal(json.dumps(_content_of(setting), separators=(",", ":")).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> Setting:
        """Return the setting; raise Unreadable, or what `understood` takes for another shape."""
        content: dict[str, Any] = json.loads(sealer.open(self.payload, self._place()))
        by, failure = content.pop("desired_by"), content.pop("failure")
        acknowledged_at, sent_at = content.pop("acknowledged_at"), content.pop("sent_at")
        return Setting(
            watch_id=WatchId(self.watch_id),
            name=SettingName(self.setting.partition(SEPARATOR)[2]),
            desired_at=instant_of(content.pop("desired_at")),
            desired_by=by and AccountId(by),
            state=SettingState(content.pop("state")),
            failure=failure and Failure(failure),
            acknowledged_at=acknowledged_at and instant_of(acknowledged_at),
            sent_at=sent_at and instant_of(sent_at),
            revision=int(self.revision),
            **content,
        )

    def _place(self) -> SealedUnder:
        return _place("setting", self.watch_id, self.setting)


class UndoRecord(Record):
    """setting: `undo` and the setting's name. payload: the sealed value before the change, as JSON."""

    table = TABLES["settings"]
    attribute_classes = holding(setting_undo=("watch_id", "setting", "since", "payload", "expires_at"))

    watch_id = UnicodeAttribute(hash_key=True)
    setting = UnicodeAttribute(range_key=True)
    since = UnicodeAttribute()
    payload = BinaryAttribute(legacy_encoding=False)
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, undo: Undo, sealer: Sealer) -> "UndoRecord":
        """Return the stored shape; raise as Sealer does."""
        record = cls(undo.watch_id, composite_key(_UNDO, undo.name), since=instant(undo.since))
        record.expires_at = POLICY["setting_undo"].expires_at(undo.since.replace(microsecond=0))
        record.payload = sealer.seal(json.dumps(undo.desired).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> Undo:
        """Return it; raise Unreadable, or what `understood` takes for another shape."""
        return Undo(
            watch_id=WatchId(self.watch_id),
            name=SettingName(self.setting.partition(SEPARATOR)[2]),
            desired=json.loads(sealer.open(self.payload, self._place())),
            since=instant_of(self.since),
        )

    def _place(self) -> SealedUnder:
        return _place("setting_undo", self.watch_id, self.setting)


class DynamoSettings:
    """Settings in their table, always read consistently."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def of_watch(self, watch_id: WatchId) -> Sequence[Setting]:
        """See Settings."""
        found = SettingRecord.between(watch_id, _DESIRED, _DESIRED + _LAST, consistent=True)
        return list(understood(found, lambda record: record.to_domain(self._sealer)))

    def get(self, watch_id: WatchId, name: SettingName) -> Setting | None:
        """See Settings."""
        record = SettingRecord.find(watch_id, composite_key(_DESIRED, name))
        return self._read(record, lambda each: each.to_domain(self._sealer))

    def replace(self, setting: Setting, undo: Undo | None = None) -> Setting | None:
        """See Settings."""
        stored = replace(setting, revision=setting.revision + 1)
        record = SettingRecord.of(stored, self._sealer)
        unchanged = (
            SettingRecord.revision == setting.revision if setting.revision else SettingRecord.revision.does_not_exist()
        )
        if undo is None:
            return stored if record.put(unchanged) else None
        return stored if _put_both(record, unchanged, UndoRecord.of(undo, self._sealer)) else None

    def undo_of(self, watch_id: WatchId, name: SettingName, now: datetime) -> Undo | None:
        """See Settings."""
        record = UndoRecord.find(watch_id, composite_key(_UNDO, name), now=now)
        return self._read(record, lambda each: each.to_domain(self._sealer))

    def _read(self, record: AnyRecord | None, to_domain: Callable[[AnyRecord], T]) -> T | None:
        return None if record is None else next(understood([record], to_domain), None)


def _put_both(record: SettingRecord, unchanged: Condition, undo: UndoRecord) -> bool:
    together = Together()
    together.put(record, unchanged, ChangedMeanwhile("another value was stored since"))
    together.put(undo)
    try:
        together.commit()
    except ChangedMeanwhile:
        return False
    return True


def _place(data_class: str, watch_id: str, setting: str) -> SealedUnder:
    return SealedUnder(
        data_class=POLICY[data_class], subject_id=watch_id, table=SettingRecord.table.name, key=(watch_id, setting)
    )


def _content_of(setting: Setting) -> dict[str, Any]:
    return {
        "desired": setting.desired,
        "desired_at": instant(setting.desired_at),
        "desired_by": setting.desired_by,
        "version": setting.version,
        "state": setting.state,
        "failure": setting.failure,
        "acknowledged": setting.acknowledged,
        "acknowledged_at": setting.acknowledged_at and instant(setting.acknowledged_at),
        "acknowledged_version": setting.acknowledged_version,
        "sent_at": setting.sent_at and instant(setting.sent_at),
        "attempts": setting.attempts,
    }
