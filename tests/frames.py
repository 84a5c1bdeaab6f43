"""Raw frames as watches send them, and as the bridge hands them on."""

import base64
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from adapters.stream.frames import pack
from core.tracking.model import ReceivedFrame
from wire.escaping import escape

DEVICE = "1234567890"
OTHER_DEVICE = "9876543210"


def raw(content: str, device: str = DEVICE) -> bytes:
    body = content.encode("latin-1")
    return b"[3G*%b*%04X*%b]" % (device.encode(), len(body), body)


def location(
    at: datetime | str,
    latitude: float | str = 52.2112,
    longitude: float | str = 5.9699,
    *,
    word: str = "UD",
    valid: str = "A",
    letters: tuple[str, str] = ("N", "E"),
    satellites: int = 7,
    battery: int = 90,
    status: str = "00000000",
    tail: str = "0,0",
) -> str:
    """Return the content of a location report; a time as text stands for `DDMMYY,HHMMSS`."""
    time = at if isinstance(at, str) else f"{at:%d%m%y,%H%M%S}"
    north, east = letters
    return (
        f"{word},{time},{valid},{latitude},{north},{longitude},{east},1.10,0,12,{satellites},80,{battery},"
        f"50,0,{status},{tail}"
    )


def voice(audio: bytes) -> str:
    """Return the content of a voice message."""
    return f"TK,{escape(audio).decode('latin-1')}"


def voice_in_parts(audio: bytes, name: str = "20261122120000.amr", size: int = 1_024) -> list[str]:
    """Return the contents of a voice message in parts, as they were captured: 1 KiB each, counted from 1."""
    parts = [escape(audio[start : start + size]).decode("latin-1") for start in range(0, len(audio), size)]
    return [f"JXTK,f0,{name},{number},{len(parts)},{part}" for number, part in enumerate(parts, 1)]


def received(
    content: str | bytes, at: datetime, *, device: str = DEVICE, connection: int = 1, proven: bool = True
) -> ReceivedFrame:
    """Return a frame as the bridge hands it on; bytes stand for themselves."""
    ms = round(at.timestamp() * 1000)
    return ReceivedFrame(ms, connection, proven, content if isinstance(content, bytes) else raw(content, device))


def kinesis_event(records: Iterable[Sequence[ReceivedFrame] | bytes]) -> dict[str, Any]:
    """Return an event as Lambda gets it; the sequence numbers are 0, 1, 2 ... Bytes are a record that is not ours."""
    return {
        "Records": [
            {
                "kinesis": {
                    "sequenceNumber": str(number),
                    "data": base64.b64encode(record if isinstance(record, bytes) else pack(record)).decode(),
                },
                "eventSource": "aws:kinesis",
            }
            for number, record in enumerate(records)
        ]
    }


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
