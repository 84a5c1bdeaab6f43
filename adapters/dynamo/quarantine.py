"""Frames that could not be understood, sealed, for at most a day."""

import base64
from datetime import datetime

from adapters.dynamo.moments import Moment, MomentRecord, SealedMoments, as_it_is, sealed_moments_of
from adapters.dynamo.tables import TABLES
from core.kernel.clock import Clock
from core.kernel.ids import WatchId
from core.vault.ports import Sealer


class QuarantineRecord(MomentRecord):
    """One frame, sealed as it came. It ends no later than its copy in the stream."""

    table = TABLES["quarantine"]
    attribute_classes = sealed_moments_of("quarantine")


class DynamoQuarantine:
    """Quarantine in the quarantine table."""

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._moments = SealedMoments(QuarantineRecord, sealer, clock, as_it_is)

    def add(self, watch_id: WatchId, received_at: datetime, fingerprint: str, raw: bytes) -> None:
        """Keep the frame sealed."""
        self._moments.add(watch_id, Moment(received_at, fingerprint, base64.b64encode(raw).decode()))
