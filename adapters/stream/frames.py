"""How raw frames lie in a stream record: many frames of many watches, in order of receipt.

Record = MAGIC, then for each frame a big-endian header (received_ms u64, connection u64, flags u8, length u32) and its
bytes. Ingest can be replayed from it: nothing is interpreted before it is stored.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

MAGIC = b"WF1\n"
_HEADER = struct.Struct(">QQBI")
_PROVEN = 1
_START = datetime(1970, 1, 1, tzinfo=UTC)


class CorruptRecord(Exception):  # noqa: N818 - an error is named after the fact
    """The record is not what the bridge writes."""


@dataclass(frozen=True, slots=True)
class ReceivedFrame:
    """A frame as the bridge took it from a socket.

    received_ms: milliseconds since 1970 UTC. connection: random number of the connection. proven: the connection proved
    that it is this device. raw: the frame's bytes with its brackets.
    """

    received_ms: int
    connection: int
    proven: bool
    raw: bytes = field(repr=False)

    @property
    def received_at(self) -> datetime:
        """The instant of receipt."""
        return _START + timedelta(milliseconds=self.received_ms)


def append(record: bytearray, received_ms: int, connection: int, proven: bool, raw: bytes) -> None:
    """Append one frame to a record under construction (which starts as MAGIC)."""
    record += _HEADER.pack(received_ms, connection, _PROVEN if proven else 0, len(raw))
    record += raw


def pack(frames: Iterable[ReceivedFrame]) -> bytes:
    """Return a whole record."""
    record = bytearray(MAGIC)
    for frame in frames:
        append(record, frame.received_ms, frame.connection, frame.proven, frame.raw)
    return bytes(record)


def unpack(record: bytes) -> list[ReceivedFrame]:
    """Return a record's frames; raise CorruptRecord when it is not one of ours."""
    if not record.startswith(MAGIC):
        raise CorruptRecord("no magic at the start")
    frames = []
    position = len(MAGIC)
    while position < len(record):
        body = position + _HEADER.size
        if body > len(record):
            raise CorruptRecord("a header is cut short")
        received_ms, connection, flags, length = _HEADER.unpack_from(record, position)
        position = body + length
        if position > len(record):
            raise CorruptRecord("a frame is cut short")
        frames.append(ReceivedFrame(received_ms, connection, bool(flags & _PROVEN), record[body:position]))
    return frames
