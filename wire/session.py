"""One watch's connection, sans-I/O: bytes in, events out, bytes to send."""

from typing import NamedTuple

from wire.framing import DEFAULT_LIMITS, Frame, Framer, Garbage, LimitExceeded, Limits
from wire.framing import Event as FramingEvent
from wire.replies import TREATMENTS, address_of, meaning, treatment_of


class FrameReceived(NamedTuple):
    """A frame of the watch that this socket belongs to, and how to treat it.

    acknowledgement: the bytes that answer it, None where it has no answer or the answer needs state. durable_first:
    send it only once the frame cannot be lost any more. needs_flush: an alarm, which waits for no batch. kind: what
    the frame carries, as in the decoded message.
    """

    frame: Frame
    acknowledgement: bytes | None
    durable_first: bool
    needs_flush: bool
    kind: str


class IdentityChanged(NamedTuple):
    """A frame with another id than the first one on this socket. It is refused: one socket, one watch (=)."""

    kind: str


Event = FrameReceived | IdentityChanged | Garbage | LimitExceeded


class Session:
    """The protocol's side of one socket. The id of the first frame is the socket's for good.

    Nothing is sent by itself: the owner passes what it wants answered to `acknowledge`, at the moment it may be, and
    writes `data_to_send`. When `is_waiting`, call `idle` after a short pause. `closing` says that a limit is used up.
    """

    __slots__ = ("_address", "_framer", "_outgoing", "device", "index", "manufacturer")

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._framer = Framer(limits)
        self._address = b""
        self._outgoing = b""
        self.manufacturer = self.device = ""
        self.index: str | None = None

    @property
    def closing(self) -> bool:
        """Whether nothing more is read: a limit was exceeded, or the stream ended."""
        return self._framer.closed

    @property
    def is_waiting(self) -> bool:
        """Whether a frame may be held that `idle` would release."""
        return self._framer.is_waiting

    @property
    def pending_bytes(self) -> int:
        """How much is held of a frame that has not ended."""
        return self._framer.pending_bytes

    def receive(self, data: bytes) -> list[Event]:
        """Take what the socket gave."""
        return self._judge(self._framer.receive(data))

    def idle(self) -> list[Event]:
        """Nothing came for a moment: the watch may be waiting for an answer."""
        return self._judge(self._framer.idle())

    def end(self) -> list[Event]:
        """The peer sends no more."""
        return self._judge(self._framer.end())

    def acknowledge(self, event: FrameReceived) -> None:
        """Queue the frame's acknowledgement, if it has one."""
        if event.acknowledgement is not None:
            self._outgoing += event.acknowledgement

    def data_to_send(self) -> bytes:
        """Return what is queued for the socket, once."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def _judge(self, events: list[FramingEvent]) -> list[Event]:
        judged: list[Event] = []
        for event in events:
            if not isinstance(event, Frame):
                judged.append(event)
                continue
            if event.device != self.device:
                if self._is_bound():
                    judged.append(IdentityChanged(meaning(event).kind))
                    continue
                self._bind(event)
            answer, durable_first, needs_flush, kind = TREATMENTS.get(event.type) or treatment_of(event)
            if answer is not None:
                answer = (self._address if event.index == self.index else address_of(event)) + answer
            judged.append(_new(FrameReceived, (event, answer, durable_first, needs_flush, kind)))
        return judged

    def _is_bound(self) -> bool:
        return bool(self.device)

    def _bind(self, frame: Frame) -> None:
        self.manufacturer, self.device, self.index = frame.manufacturer, frame.device, frame.index
        self._address = address_of(frame)


_new = tuple.__new__  # half the time of FrameReceived(...), on the path of every frame
