"""`python -m wire decode [--received TIME] < capture.bin`: raw TCP bytes in, one JSON object a line out."""

import argparse
import json
import signal
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

from wire.decode import decode
from wire.encode import reply
from wire.framing import Event, Frame, Framer, Garbage, Limits
from wire.messages import AccessPoint, Cell, Location, Message

_CHUNK: Final = 64 * 1024
_NO_FRAME: Final = {"manufacturer": None, "device": None, "index": None, "type": None}
# A capture may hold many connections: garbage closes nothing here.
_LIMITS: Final = Limits(garbage_bytes=sys.maxsize, endless_frame_closes=False)
_NOT_PRINTED: Final = ("refused",)


def main() -> None:
    """Decode standard input."""
    parser = argparse.ArgumentParser(prog="python -m wire", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("decode", help="decode captured bytes of watches")
    command.add_argument(
        "--received",
        type=_moment,
        metavar="TIME",
        help="when the bytes were received (ISO 8601): dates are then read as DDMMYY or YYMMDD, whichever is nearer",
    )
    received_at = parser.parse_args().received
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # whoever reads us may stop, as `head` does
    for events in _settled(sys.stdin.buffer):
        for event in events:
            print(json.dumps(_line(event, received_at)))
        sys.stdout.flush()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("this is no ISO 8601 time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _settled(stream: BinaryIO) -> Iterator[list[Event]]:
    framer = Framer(_LIMITS)
    while chunk := stream.read1(_CHUNK):  # type: ignore[attr-defined] # a BufferedReader: what is there, without waiting
        yield framer.receive(chunk)
    yield framer.end()


def _line(event: Event, received_at: datetime | None) -> dict[str, Any]:
    if isinstance(event, Garbage):
        return {**_NO_FRAME, "message": {"kind": "garbage", "length": event.length}, "reply": None}
    assert isinstance(event, Frame)  # these limits close nothing
    message = decode(event, received_at)
    answer = reply(event, message)
    return {
        "manufacturer": event.manufacturer,
        "device": event.device,
        "index": event.index,
        "type": event.type,
        "message": {"kind": message.kind, **_fields(message)},
        "reply": None if answer is None else answer.decode("latin-1"),
    }


def _fields(message: Message) -> dict[str, Any]:
    names = message._fields if isinstance(message, Location) else [each.name for each in fields(message)]
    return {name: _plain(getattr(message, name)) for name in names if name not in _NOT_PRINTED}


def _plain(value: object) -> object:
    """Return a value as JSON has it: moments as ISO 8601 with Z, bytes as base64."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, Cell | AccessPoint):
        return value._asdict()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


if __name__ == "__main__":
    main()
