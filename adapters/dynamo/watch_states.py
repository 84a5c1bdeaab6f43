"""What is remembered of each watch, sealed; whoever replaces it names the revision that it replaces."""

import json
from datetime import datetime
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, holding, instant, instant_of, understood
from adapters.dynamo.tables import TABLES
from adapters.stream.alarms import alarm_of, message_of
from core.alerts.model import WatchState
from core.kernel.clock import Clock
from core.kernel.ids import WatchId
from core.retention.policy import POLICY, is_over
from core.tracking.alarms import AlarmKind
from core.vault.model import SealedUnder
from core.vault.ports import Sealer

_CLASS = POLICY["watch_state"]


class WatchStateRecord(Record):
    """kept_at: the state's newest_at, which tells the epoch. payload: sealed JSON of all else."""

    table = TABLES["watch-states"]
    attribute_classes = holding(watch_state=("watch_id", "revision", "kept_at", "payload", "expires_at"))

    watch_id = UnicodeAttribute(hash_key=True)
    revision = NumberAttribute()
    kept_at = UnicodeAttribute()
    payload = BinaryAttribute(legacy_encoding=False)
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, watch_id: WatchId, state: WatchState, revision: int, sealer: Sealer) -> "WatchStateRecord":
        """Return the stored shape; raise as Sealer does."""
        record = cls(
            watch_id,
            revision=revision,
            kept_at=instant(state.newest_at),
            expires_at=_CLASS.expires_at(state.newest_at),
        )
        record.payload = sealer.seal(json.dumps(_content_of(state), separators=(",", ":")).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> WatchState:
        """Return the state; raise Unreadable, or what `understood` takes for another shape."""
        return _state(instant_of(self.kept_at), json.loads(sealer.open(self.payload, self._place())))

    def _place(self) -> SealedUnder:
        return SealedUnder(
            data_class=_CLASS,
            subject_id=self.watch_id,
            at=instant_of(self.kept_at),
            table=self.table.name,
            key=(self.watch_id,),
        )


class DynamoWatchStates:
    """WatchStates in their table."""

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._sealer = sealer
        self._clock = clock

    def get(self, watch_id: WatchId, now: datetime) -> tuple[WatchState | None, int]:
        """Return state and revision; what is over or does not open is None, with the revision to be replaced."""
        record = WatchStateRecord.find(watch_id)
        if record is None:
            return None, 0
        readable = [] if is_over(record.expires_at, now) else [record]
        state = next(understood(readable, lambda each: each.to_domain(self._sealer)), None)
        return state, int(record.revision)

    def put(self, watch_id: WatchId, state: WatchState, replaced: int) -> bool:
        """Store a state in the place of that revision; raise EpochOver or Unreadable as Sealer does."""
        record = WatchStateRecord.of(watch_id, state, replaced + 1, self._sealer)
        unchanged = WatchStateRecord.revision == replaced if replaced else WatchStateRecord.revision.does_not_exist()
        return record.put(unchanged, now=self._clock.now())

    def remove(self, watch_id: WatchId) -> None:
        """Forget it."""
        WatchStateRecord(watch_id).delete()


def _content_of(state: WatchState) -> dict[str, Any]:
    return {
        "presence": state.presence,
        "episodes": {kind: instant(begun_at) for kind, begun_at in state.episodes.items()},
        "is_silent": state.is_silent,
        "silence_due_at": state.silence_due_at and instant(state.silence_due_at),
        "rang": {kind: list(map(instant, times)) for kind, times in state.rang.items()},
        "sos": state.sos,
        "owed": [message_of(alarm) for alarm in state.owed],
    }


def _state(newest_at: datetime, content: dict[str, Any]) -> WatchState:
    silence_due_at = content.pop("silence_due_at")
    return WatchState(
        newest_at=newest_at,
        episodes={AlarmKind(kind): instant_of(begun_at) for kind, begun_at in content.pop("episodes").items()},
        silence_due_at=silence_due_at and instant_of(silence_due_at),
        rang={AlarmKind(kind): tuple(map(instant_of, times)) for kind, times in content.pop("rang").items()},
        owed=tuple(map(alarm_of, content.pop("owed"))),
        **content,
    )
