"""Uploads in parts (JXTK): name, order and total are checked, size and number of parts are bounded."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wire.messages import MediaPart

_MAX_BYTES: Final = 512 * 1024  # a minute of AMR, or a photo of a small camera, several times over
_MAX_PARTS: Final = 512  # of 1024 bytes each (a real capture), as many as the bytes allow


class Refusal(StrEnum):
    """Why an upload was given up."""

    OUT_OF_ORDER = "out_of_order"
    OTHER_TOTAL = "other_total"
    TOO_MANY_PARTS = "too_many_parts"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Upload:
    """All parts of an upload, joined."""

    channel: str
    name: str
    payload: bytes

    def __repr__(self) -> str:
        """Size only."""
        return f"Upload({len(self.payload)} bytes)"


class Reassembly:
    """One upload at a time of one watch. Part 1 begins anew; the same part again, its answer being lost, is ignored."""

    __slots__ = ("_channel", "_max_bytes", "_max_parts", "_name", "_parts", "_size", "_total")

    def __init__(self, *, max_bytes: int = _MAX_BYTES, max_parts: int = _MAX_PARTS) -> None:
        self._max_bytes, self._max_parts = max_bytes, max_parts
        self._forget()

    @property
    def is_open(self) -> bool:
        """Whether parts are held that wait for more: its owner drops them after a while."""
        return bool(self._parts)

    def add(self, part: MediaPart) -> Upload | Refusal | None:
        """Take a part. Return the upload with its last one, None before that, or why all of it was dropped."""
        if part.number == 1 and not self._repeats(part):
            self._begin(part)
        elif self._repeats(part):
            return None
        refusal = self._refusal(part)
        if refusal is not None:
            self._forget()
            return refusal
        self._parts.append(part.payload)
        self._size += len(part.payload)
        if part.number < self._total:
            return None
        upload = Upload(self._channel, self._name, b"".join(self._parts))
        self._forget()
        return upload

    def _refusal(self, part: MediaPart) -> Refusal | None:
        if part.name != self._name or part.number != len(self._parts) + 1 or part.number > self._total:
            return Refusal.OUT_OF_ORDER
        if part.total != self._total:
            return Refusal.OTHER_TOTAL
        if part.total > self._max_parts:
            return Refusal.TOO_MANY_PARTS
        if self._size + len(part.payload) > self._max_bytes:
            return Refusal.TOO_LARGE
        return None

    def _repeats(self, part: MediaPart) -> bool:
        return (
            bool(self._parts)
            and part.name == self._name
            and part.number == len(self._parts)
            and part.payload == self._parts[-1]
        )

    def _begin(self, part: MediaPart) -> None:
        self._forget()
        self._channel, self._name, self._total = part.channel, part.name, part.total

    def _forget(self) -> None:
        self._channel = self._name = ""
        self._total = self._size = 0
        self._parts: list[bytes] = []
