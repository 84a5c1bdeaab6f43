"""Frames to a watch: commands and answers. Every frame is read back before it goes out."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from wire.arguments import Command, InvalidArgument, UnsafeArgument
from wire.commands import COMMANDS
from wire.framing import Frame, Framer
from wire.messages import Message, TimeRequest
from wire.replies import acknowledgement

__all__ = [
    "Address",
    "Command",
    "InvalidArgument",
    "UnsafeArgument",
    "acknowledgement",
    "address_for",
    "encode",
    "frame_of",
    "is_listed",
    "parse_command",
    "reads_back",
    "reply",
]

_COMMAND_INDEX: Final = "0001"  # what T sends once a watch has shown an index


class Address(NamedTuple):
    """Where a frame goes: manufacturer (two characters), device id, and an index for watches that use one."""

    manufacturer: str
    device: str
    index: str | None = None  # type: ignore[assignment] # hides tuple.index, which nobody asks of an address


def address_for(frame: Frame) -> Address:
    """Return where commands to the sender of this frame go."""
    return Address(frame.manufacturer, frame.device, None if frame.index is None else _COMMAND_INDEX)


def encode(command: Command, address: Address) -> bytes:
    """Return the frame of a command; UnsafeArgument where it would not be exactly this one frame."""
    if not is_listed(command):
        raise TypeError("this is no command of the table")
    return frame_of(command.word, command.arguments(), address)


def is_listed(command: Command) -> bool:
    """Whether this is one of the COMMANDS: nothing else goes to a watch, whatever its class claims to be."""
    return COMMANDS.get(command.word) is type(command)


def frame_of(word: str, arguments: list[str], address: Address) -> bytes:
    """Return one frame, its length in lower-case hexadecimal; UnsafeArgument where it would be read as another."""
    content = ",".join((word, *arguments)).encode("latin-1")
    index = "" if address.index is None else f"{address.index}*"
    head = f"[{address.manufacturer}*{address.device}*{index}{len(content):04x}*".encode("latin-1")
    frame = head + content + b"]"
    if not reads_back(frame, word, content, address):
        raise UnsafeArgument("the frame would not be read as it is meant")
    return frame


def reads_back(frame: bytes, word: str, content: bytes, address: Address) -> bool:
    """Whether these bytes are exactly one frame, with this content for this address."""
    framer = Framer()
    expected = Frame(address.manufacturer, address.device, address.index, word, content, frame)
    return [*framer.receive(frame), *framer.end()] == [expected]


def parse_command(frame: Frame) -> Command | None:
    """Return the command that a frame to a watch carries; None for a word or arguments that we never send."""
    word, *arguments = frame.content.decode("latin-1").split(",")
    command = COMMANDS.get(word)
    if command is None:
        return None
    try:
        return command.read(arguments)
    except InvalidArgument:
        return None


def reply(frame: Frame, message: Message, *, now: datetime | None = None) -> bytes | None:
    """Return the answer to a frame: its acknowledgement, or the time where it asks for it and `now` is given.

    now: in the time zone of the watch, if that is asked for (LGZONE, A and D). None where there is no answer, or where
    it needs state: weather, settings, who bumped into whom.
    """
    if isinstance(message, TimeRequest) and now is not None:
        address = Address(frame.manufacturer, frame.device, frame.index)
        return frame_of(frame.type, _time(now, with_zone=message.with_zone), address)
    return acknowledgement(frame)


def _time(now: datetime, *, with_zone: bool) -> list[str]:
    if not with_zone:
        return [str(int(now.timestamp()))]
    ahead = now.utcoffset() or timedelta()
    return [f"{ahead / timedelta(hours=1):+g}", f"{now:%H:%M:%S}", f"{now:%Y-%m-%d}"]
