"""How raw frames lie in a stream record: many frames of many watches, in order of receipt.

Record = MAGIC, then for each frame a big-endian header (received_ms u64, connection u64, flags u8, length u32) and its
bytes. Ingest can be replayed from it: nothing is interpreted before it is stored.
"""

import struct
from collections.abc import Iterable

from core.tracking.model import ReceivedFrame

MAGIC = b"WF1\n"
_HEADER = struct.Struct(">QQBI")
HEADER_BYTES = _HEADER.size
_PROVEN = 1


class CorruptRecord(Exception):  # noqa: N818 - an error is named after the fact
    """The record is not what the bridge writes."""


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
