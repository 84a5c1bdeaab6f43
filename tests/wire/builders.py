"""Frames for the tests of the codec."""

import json
from pathlib import Path
from typing import Any

from wire.encode import Address
from wire.framing import DEFAULT_LIMITS, Event, Frame, Framer, Limits

DEVICE = "8800000015"
ADDRESS = Address("3G", DEVICE)
BODY = "220726,134652,A,52.211157,N,5.9699231,E,4.2,90.0,12.0,7,60,90,1000,50,00000000"
PLACE = f"UD,{BODY},1,0,204,8,9360,4082,131,1,Ziggo,f4:db:e6:d2:a8:00,-53,12.0"


def framed(content: str | bytes, *, length: int | None = None, device: str = DEVICE, index: str = "") -> bytes:
    """Return a frame; its length is right unless another is given."""
    raw = content if isinstance(content, bytes) else content.encode()
    head = f"[3G*{device}*{index and index + '*'}{len(raw) if length is None else length:04X}*"
    return head.encode() + raw + b"]"


def events_of(stream: bytes, limits: Limits = DEFAULT_LIMITS) -> list[Event]:
    """Return what the stream holds, received at once and then ended."""
    framer = Framer(limits)
    return [*framer.receive(stream), *framer.end()]


def contents_of(stream: bytes) -> list[str]:
    """Return the contents of the frames in a stream."""
    return [event.content.decode("latin-1") for event in events_of(stream) if isinstance(event, Frame)]


def frame_of(content: str | bytes, *, index: str = "") -> Frame:
    """Return a frame as cut from a stream."""
    [frame] = events_of(framed(content, index=index))
    assert isinstance(frame, Frame)
    return frame


def corpus(name: str) -> list[dict[str, Any]]:
    """Return the entries of a file of frames."""
    path = Path(__file__).parent / "frames" / f"{name}.json"
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["frames"]
    return entries
