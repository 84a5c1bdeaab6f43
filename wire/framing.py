"""Cut a TCP byte stream into frames: `[CC*ID*LLLL*CONTENT]`, `[CC*ID*INDEX*LLLL*CONTENT]`, or with an md5 before CC.

The length field is advice: it is often wrong, and sometimes decimal (F). Brackets occur inside Wi-Fi names and audio.
So a frame ends, in this order: where the length read as hexadecimal points at a `]`; where it does read as decimal;
at a `]` that is followed by `[`, a line end, or the end of what was sent. Words whose arguments are digits (LK, health)
end at their first `]`, whatever the length says. How the stream was cut into segments never changes the outcome.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NamedTuple

from wire.words import LOCATION_KIND, WORDS, word_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one connection may cost, in bytes.

    Of a frame with its header and brackets: the longest text frames (a full phone book, a capability report) stay below
    4 KiB, 15 s of AMR or a photo below 64 KiB. Garbage is counted over the connection.
    """

    text_frame_bytes: int = 4 * 1024
    media_frame_bytes: int = 64 * 1024
    garbage_bytes: int = 32 * 1024
    endless_frame_closes: bool = True  # else it is garbage, and the search goes on: for captures of many connections


DEFAULT_LIMITS: Final = Limits()


class Frame(NamedTuple):
    """One frame as it was sent. content: TYPE and arguments, still escaped; raw: all of it with its brackets."""

    manufacturer: str
    device: str
    index: str | None  # type: ignore[assignment] # hides tuple.index, which nobody asks of a frame
    type: str
    content: bytes
    raw: bytes
    signature: str | None = None
    """32 hexadecimal digits of an md5-signed frame."""

    def __repr__(self) -> str:
        """Type and size only: frames hold ids, places and names."""
        return f"Frame(type={self.type[:_TYPE_SHOWN]!r}, {len(self.raw)} bytes)"


class Garbage(NamedTuple):
    """Bytes between frames that are no frame, but for line ends before them."""

    length: int


class LimitExceeded(NamedTuple):
    """The peer used up a limit: `frame` (no end in sight) or `garbage`. Nothing that follows is read."""

    reason: str


Event = Frame | Garbage | LimitExceeded

_TYPE_SHOWN: Final = 24  # longer than any known word; what a peer calls a type has no bound
_CLOSE: Final = b"]"
_CLOSE_BYTE: Final = 0x5D
_LINE_ENDS: Final = b"\r\n"
_INDEX_MAX: Final = 16  # ZJ sends four digits; the field is any text
_LENGTH_FIELD: Final = len("LLLL*")
_MORE: Final = -1  # instead of a position: it depends on bytes that have not come yet
_HEADER_MAX: Final = len("[CC**LLLL*") + 32 + 15 + _INDEX_MAX + 1

_HEADER_PATTERN: Final = (
    rb"\[([0-9a-f]{32})?([0-9A-Za-z]{2})\*(\d{15}|\d{10})\*(?:([^][*,\r\n]{1,%d})\*)?([0-9A-Fa-f]{4})\*" % _INDEX_MAX
)
_ANY_HEADER: Final = _HEADER_PATTERN.replace(b"(?:", b"(").replace(b"(", b"(?:")
_HEADER: Final = re.compile(_HEADER_PATTERN)
_SIGNATURE, _MANUFACTURER, _DEVICE, _INDEX, _LENGTH = range(1, 6)  # the groups of _HEADER
_TYPE_NAMES: Final[dict[object, str]] = {name.encode(): name for name in WORDS}
_TYPE: Final = re.compile(rb"[^],]{0,%d}" % _TYPE_SHOWN)
_END_OR_HEADER: Final = re.compile(rb"](?=[\[\r\n])|" + _ANY_HEADER)
_LAST_END_OR_HEADER: Final = re.compile(rb"](?=[\[\r\n]|\Z)|" + _ANY_HEADER)
# A whole frame behind a `]`. In a Wi-Fi name it would go on with `,MAC,dBm`, for which 32 bytes leave no room.
_GLUED_FRAME: Final = re.compile(
    rb"](?=[\r\n]*%(header)b(?:\w+,\d{6},\d{6},[AV],|\w+(?:,[\d.]*){0,4}](?:\Z|[\r\n]*%(header)b)))"
    % {b"header": _ANY_HEADER}
)


class _Silence(Enum):
    """What is known of the bytes to come."""

    NONE = auto()  # more may follow at once
    PAUSE = auto()  # the peer waits
    END = auto()  # there are none


class _Found(Enum):
    """What became of the search for a frame's end."""

    END = auto()  # its `]`
    HEADER = auto()  # another frame begins inside: this one was cut off
    NOTHING = auto()  # in the bytes that are there
    UNDECIDED = auto()  # the declared end has not come yet


class Framer:
    """Frames, garbage and exceeded limits of one connection, in order.

    A frame with a wrong length whose `]` is the last byte received is held until the next byte tells what that `]`
    was, or until `idle`: call it when `is_waiting` and nothing came for a moment, as the watch may wait for an answer.
    Without `idle`, no cut of the stream changes the events. Memory held is at most the limit of one frame; work is
    linear in the bytes received.
    """

    __slots__ = (
        "_device",
        "_garbage",
        "_garbage_total",
        "_limits",
        "_manufacturer",
        "_pending",
        "_prefix",
        "_searched",
        "closed",
    )

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._pending: bytes | bytearray = b""  # begins with what may become a frame
        self._searched = 0  # the pending frame does not end before this offset
        self._garbage = 0  # not yet reported
        self._garbage_total = 0
        self._prefix = b""  # `[CC*ID*` of the last plain frame: the next one most likely begins alike
        self._manufacturer = self._device = ""
        self.closed = False

    @property
    def is_waiting(self) -> bool:
        """Whether a frame may be held that `idle` would release."""
        return _CLOSE in self._pending[-3:]

    @property
    def pending_bytes(self) -> int:
        """How much is held of what is not settled."""
        return len(self._pending)

    def receive(self, data: bytes) -> list[Event]:
        """Take what the socket gave; return what is settled."""
        if self.closed:
            return []
        if self._pending:
            self._pending += data
            return self._cut(self._pending, _Silence.NONE)
        return self._cut(data, _Silence.NONE)

    def idle(self) -> list[Event]:
        """The peer pauses: release a frame with a wrong length that ended with the last byte received."""
        return self._cut(self._pending, _Silence.PAUSE)

    def end(self) -> list[Event]:
        """The stream is over: what is left becomes frames or garbage, and the framer is closed."""
        events = self._cut(self._pending, _Silence.END)
        self._report_garbage(events)
        self.closed = True
        return events

    def _cut(self, data: bytes | bytearray, silence: _Silence) -> list[Event]:
        events: list[Event] = []
        position, size, fast_limit = 0, len(data), self._limits.text_frame_bytes
        prefix = self._prefix if type(data) is bytes else b""
        while position < size:
            # The fast path: the same watch again, a known word, a right length. _advance gives the same frame, slower.
            if prefix and data.startswith(prefix, position):
                field = position + len(prefix)
                start = field + _LENGTH_FIELD
                end = data.find(_CLOSE, start, position + fast_limit)
                content = data[start:end]
                type_name = _TYPE_NAMES.get(content.partition(b",")[0])
                if end > 0 and type_name is not None and data[field:start].upper() == b"%04X*" % (end - start):
                    if self._garbage:
                        self._report_garbage(events)
                    raw = data[position : end + 1]
                    events.append(_new(Frame, (self._manufacturer, self._device, None, type_name, content, raw, None)))
                    position = end + 1
                    continue
            advanced = self._advance(data, position, silence, events)
            if advanced == _MORE:
                break
            self._searched = 0
            position = advanced
            prefix = self._prefix if type(data) is bytes else b""
        self._keep(data, position)
        return events

    def _keep(self, data: bytes | bytearray, position: int) -> None:
        """Hold back what is not settled."""
        if position == len(data):
            self._pending = b""
        elif data is not self._pending:
            self._pending = bytearray(data[position:])
        elif isinstance(data, bytearray):
            del data[:position]

    def _advance(self, data: bytes | bytearray, position: int, silence: _Silence, events: list[Event]) -> int:
        """Settle one frame or one run of garbage; return the position behind it, or _MORE."""
        header = _HEADER.match(data, position)
        if header is None:
            next_header = _next_header(data, position, silence)
            return _MORE if next_header == position else self._drop(data, position, next_header, events)
        type_name = _TYPE.match(data, header.end())
        word = word_of(_text(type_name[0] if type_name else b""))
        limit = position + (self._limits.media_frame_bytes if word.media else self._limits.text_frame_bytes)
        searched = max(header.end(), position + self._searched)
        if word.free_text:
            found, at = _end_of_free_text(
                data, header, searched, limit, silence, may_hold_names=word.kind == LOCATION_KIND
            )
        else:
            found, at = _end_of_digits(data, header, searched, limit)
        if found is _Found.END:
            return self._take(data, header, at, events)
        if found is _Found.HEADER:
            return self._drop(data, position, at, events)
        if silence is _Silence.END or len(data) > limit:
            return self._give_up(data, header, silence, events)
        if found is _Found.NOTHING:
            self._searched = max(0, len(data) - position - _HEADER_MAX)
        return _MORE

    def _give_up(self, data: bytes | bytearray, header: re.Match[bytes], silence: _Silence, events: list[Event]) -> int:
        """What began at the header has no end."""
        if silence is _Silence.END:
            return self._drop(data, header.start(), len(data), events)
        if self._limits.endless_frame_closes:
            return self._exceed("frame", len(data), events)
        return self._drop(data, header.start(), header.end(), events)

    def _take(self, data: bytes | bytearray, header: re.Match[bytes], end: int, events: list[Event]) -> int:
        self._report_garbage(events)
        content = bytes(data[header.end() : end])
        signature, index = header[_SIGNATURE], header[_INDEX]
        frame = Frame(
            manufacturer=_text(header[_MANUFACTURER]),
            device=_text(header[_DEVICE]),
            index=None if index is None else _text(index),
            type=_text(content.partition(b",")[0]),
            content=content,
            raw=bytes(data[header.start() : end + 1]),
            signature=None if signature is None else _text(signature),
        )
        events.append(frame)
        if signature is None and index is None and frame.device != self._device:
            self._manufacturer, self._device = frame.manufacturer, frame.device
            self._prefix = bytes(data[header.start() : header.start(_LENGTH)])
        return end + 1

    def _drop(self, data: bytes | bytearray, position: int, end: int, events: list[Event]) -> int:
        """Count garbage; the line ends before it are separators."""
        dropped = data[position:end]
        length = len(dropped if self._garbage else dropped.lstrip(_LINE_ENDS))
        left = self._limits.garbage_bytes - self._garbage_total
        self._garbage += min(length, left)
        self._garbage_total += length
        return end if length <= left else self._exceed("garbage", len(data), events)

    def _exceed(self, reason: str, size: int, events: list[Event]) -> int:
        self._report_garbage(events)
        events.append(LimitExceeded(reason))
        self.closed = True
        return size

    def _report_garbage(self, events: list[Event]) -> None:
        if self._garbage:
            events.append(Garbage(self._garbage))
            self._garbage = 0


_new = tuple.__new__  # half the time of Frame(...), on the path of every frame


def _text(field: bytes | bytearray) -> str:
    return field.decode("latin-1")


def _next_header(data: bytes | bytearray, position: int, silence: _Silence) -> int:
    """Return where the next header begins, or what may become one; the end of the data where there is none."""
    header = _HEADER.search(data, position)
    if header is not None:
        return header.start()
    begin = data.rfind(b"[", max(position, len(data) - _HEADER_MAX + 1))
    # No header holds a bracket, so only the last `[` can still become one.
    if silence is _Silence.END or begin < 0 or data.find(_CLOSE, begin) >= 0:
        return len(data)
    return begin


def _end_of_digits(data: bytes | bytearray, header: re.Match[bytes], searched: int, limit: int) -> tuple[_Found, int]:
    """Find the end of a frame whose arguments hold no bracket: its first `]`."""
    start = header.end()
    end = data.find(_CLOSE, searched, limit)
    if end == start + int(header[_LENGTH], 16):
        return _Found.END, end
    if end < 0 and len(data) <= limit:
        return _Found.NOTHING, _MORE
    inner = _HEADER.search(data, start, limit if end < 0 else end)
    if inner is not None:
        return _Found.HEADER, inner.start()
    return (_Found.NOTHING if end < 0 else _Found.END), end


def _end_of_free_text(
    data: bytes | bytearray,
    header: re.Match[bytes],
    searched: int,
    limit: int,
    silence: _Silence,
    *,
    may_hold_names: bool,
) -> tuple[_Found, int]:
    """Find the end of a frame that may hold raw brackets: by its length if that fits, else by what follows a `]`."""
    start, size = header.end(), len(data)
    for end in _declared_ends(header):
        if not _may_be_waited_for(end, limit):
            continue
        if end >= size and silence is _Silence.NONE:
            return _Found.UNDECIDED, _MORE
        if end < size and data[end] == _CLOSE_BYTE:
            return _Found.END, _before_glued_frame(data, start, end) if may_hold_names else end
    pattern = _END_OR_HEADER if silence is _Silence.NONE else _LAST_END_OR_HEADER
    found = pattern.search(data, searched, limit + 1)
    if found is not None and found.start() < limit and data[found.start()] == _CLOSE_BYTE:
        return _Found.END, found.start()
    if found is None and size <= limit and silence is not _Silence.END:
        return _Found.NOTHING, _MORE
    # What follows is noise or another frame: the last `]` before it is the best end there is.
    next_header = limit if found is None or found.start() >= limit else found.start()
    end = data.rfind(_CLOSE, start, next_header)
    if end >= 0:
        return _Found.END, end
    return (_Found.NOTHING, _MORE) if next_header == limit else (_Found.HEADER, next_header)


def _declared_ends(header: re.Match[bytes]) -> tuple[int, ...]:
    """Return where the `]` stands by the length field: read as hexadecimal, then as decimal (F: one device)."""
    field, start = header[_LENGTH], header.end()
    return (start + int(field, 16), start + int(field)) if field.isdigit() else (start + int(field, 16),)


def _may_be_waited_for(end: int, limit: int) -> bool:
    """Whether a declared end lies within what a frame may cost: an absurd length is passed over at once."""
    return end < limit


def _before_glued_frame(data: bytes | bytearray, start: int, end: int) -> int:
    """Return the end before a whole frame that a length too great would swallow."""
    if data.find(_CLOSE, start, end) < 0:
        return end
    glued = _GLUED_FRAME.search(data, start, end + 1)
    return end if glued is None else glued.start()
