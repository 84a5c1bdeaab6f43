"""Which crossings a watch's points show beyond doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.tracking.model import Position
from core.zones.model import Crossing, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What became of a watch's presence, and the crossings that are new. look_again_at: when `settle` may tell more.

    presence: as JSON holds it, without coordinates; {} at first.
    """

    presence: Mapping[str, Any] = field(repr=False)
    crossings: tuple[Crossing, ...]
    look_again_at: datetime | None


def follow(presence: Mapping[str, Any], zones: Sequence[Zone], positions: Sequence[Position]) -> Followed:
    """Take in positions in order of time; what is doubtful, sent later or not newer than the newest changes nothing."""
    return Followed(presence=presence, crossings=(), look_again_at=None)


def settle(presence: Mapping[str, Any], zones: Sequence[Zone], now: datetime) -> Followed:
    """Take in that nothing more was heard until now."""
    return Followed(presence=presence, crossings=(), look_again_at=None)
