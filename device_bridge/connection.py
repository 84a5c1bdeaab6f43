"""One watch's TCP connection: an asyncio protocol round one sans-I/O session."""

import asyncio
import secrets
from enum import IntFlag
from time import time
from typing import TYPE_CHECKING, Final, cast

from core.watches.model import Identity, Standing
from device_bridge.proof import Proof, is_signed
from device_bridge.registry import Memory
from device_bridge.uplink import Lane
from wire.encode import Address, address_for
from wire.framing import Frame, Garbage, LimitExceeded
from wire.session import Event, FrameReceived, Session

if TYPE_CHECKING:
    from device_bridge.server import Bridge

_CONNECTION_BITS: Final = 64  # as wide as the stream's format
_UNREAD_ANSWERS_BYTES: Final = 16 * 1024  # hundreds of answers: a peer that leaves so many does not listen
_COSTLY_BYTES_SHIFT: Final = 12  # each 4 KiB, the longest text frame, count as one frame more
_ANSWERED_WHEN_STOCKED: Final = frozenset({"heartbeat", "keep_alive"})
"""What says nothing, so that its answer promises nothing: of a device without a guardian nothing is kept."""
_ABOUT_COMMANDS: Final = frozenset(
    {"command_reply", "setting_request", "voice_request", "time_request", "capability_report"}
)
"""What concerns the way down."""
_PARTING: Final = "unbinding"


def reached_as(identity: Identity, proof: Proof | None) -> str | None:
    """Return who is reached by a connection. Whoever is believed for an id alone is not shown a claim's code."""
    return identity.watch_id or (None if proof is Proof.TRUST else identity.name)


class Pause(IntFlag):
    """Why a socket is not read."""

    LOOK_UP = 1
    """It is being found out who speaks, or it is known to be nobody."""
    RATE = 2
    """The peer sent too many frames."""
    PRESSURE = 4
    """The stream does not take what we have."""
    DRAIN = 8
    """The bridge is going away."""


class Connection(asyncio.Protocol):
    """Answers and stores what a known device sends.

    address: the peer's. identity: None as long as the connection is a stranger. proof: what it is believed for.
    way_back: where commands go, once it is known. heard_at: monotonic seconds of the last data, of the arrival for a
    stranger. recheck_at: until when the identity is believed.
    """

    __slots__ = (
        "_allowance",
        "_allowance_at",
        "_bridge",
        "_has_parted",
        "_held",
        "_is_distrusted",
        "_lane",
        "_number",
        "_paused",
        "_session",
        "_transport",
        "address",
        "heard_at",
        "identity",
        "proof",
        "recheck_at",
        "way_back",
    )

    def __init__(self, bridge: "Bridge") -> None:
        self._bridge = bridge
        self._session = Session(bridge.limits.frame)
        self._lane: Lane | None = None
        self._held: list[Event] | None = None
        self._is_distrusted = self._has_parted = False
        self._paused = 0
        self._number = secrets.randbits(_CONNECTION_BITS)
        self._allowance = bridge.limits.frames_at_once
        self._allowance_at = bridge.now
        self.address = ""
        self.heard_at = bridge.now
        self.recheck_at = 0.0
        self.identity: Identity | None = None
        self.proof: Proof | None = None
        self.way_back = Address("", "")

    @property
    def device(self) -> str:
        """The id that the peer claims; empty before its first frame."""
        return self._session.device

    @property
    def number(self) -> str:
        """What tells this connection from all others."""
        return f"{self._number:016x}"

    @property
    def addressee(self) -> str | None:
        """Whom commands reach here: the watch, or a stocked device; nobody where an id alone was believed."""
        return None if self.identity is None else reached_as(self.identity, self.proof)

    @property
    def first_frames(self) -> list[Frame]:
        """What a stranger has said while it is being found out who it is."""
        return [event.frame for event in self._held or () if type(event) is FrameReceived]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin as a stranger."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_UNREAD_ANSWERS_BYTES)
        self.address = self._transport.get_extra_info("peername")[0]
        self._bridge.arrived(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - whatever ended it, it is over
        """Be forgotten."""
        self._bridge.left(self)

    def data_received(self, data: bytes) -> None:
        """Take what the socket gave."""
        events = self._session.receive(data)
        self._bridge.heard.add(self)
        self._allowance -= len(events) + (len(data) >> _COSTLY_BYTES_SHIFT)
        if self._allowance < 0:
            self._bridge.slow_down(self)
        self._take(events)

    def eof_received(self) -> None:
        """Take what the session still held; the transport then closes."""
        self._take(self._session.end())

    def pause_writing(self) -> None:
        """End a peer that does not read its answers."""
        self._bridge.counters.counts["RefusedDeaf"] += 1
        self._transport.abort()

    def silence(self) -> None:
        """The peer has paused: take what waited for that."""
        if self._session.is_waiting:
            self._take(self._session.idle())

    def admit(self, memory: Memory) -> None:
        """Take the device for what it is, and what it sent meanwhile."""
        before = self.addressee
        identity, self.recheck_at = memory
        self.identity = identity
        self.heard_at = self._bridge.now
        if self.first_frames:
            self.way_back = address_for(self.first_frames[0])
        if self.addressee != before:
            self._bridge.downlink.ended(self, before)
        self._bridge.downlink.began(self)
        self._lane = self._bridge.uplink.lane_of(self.device) if identity.standing is Standing.BOUND else None
        held, self._held = self._held, None
        if held is not None:
            self._take(held)
            self.resume(Pause.LOOK_UP)

    def distrust(self) -> None:
        """Hear nothing of a peer that is not proven to be its device but one call for help, and do not answer it."""
        held, self._held = self._held, None
        self._is_distrusted = True
        self.resume(Pause.LOOK_UP)
        self._take(held or [])

    def ignore(self) -> None:
        """Leave an unknown or unproven peer in silence, keeping nothing; the deadline of strangers ends it."""
        self._held = []
        self._session.end()

    def refill_allowance(self, now: float) -> bool:
        """Add what the time since has earned; tell whether the socket may be read again."""
        limits = self._bridge.limits
        earned = (now - self._allowance_at) * limits.frames_per_s
        self._allowance = min(limits.frames_at_once, self._allowance + earned)
        self._allowance_at = now
        return self._allowance >= 0

    def heard(self, now: float) -> None:
        """Take note that a known device has spoken since the last tick."""
        self.heard_at = now
        if self.recheck_at < now:
            self._bridge.recheck(self)

    def answer(self, data: bytes) -> None:
        """Send an answer, if the peer is still there."""
        if not self._transport.is_closing():
            self.write(data)

    def write(self, data: bytes) -> None:
        """Give bytes to the socket."""
        self._transport.write(data)

    def pause(self, why: Pause) -> None:
        """Leave the socket unread, for one reason more."""
        if not self._paused and not self._transport.is_closing():
            self._transport.pause_reading()
        self._paused |= why

    def resume(self, why: Pause) -> None:
        """Read the socket again, unless another reason is left."""
        was_paused = self._paused
        self._paused &= ~why
        if was_paused and not self._paused and not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self) -> None:
        """End the connection after what is written."""
        self._transport.close()

    def abort(self) -> None:
        """End the connection at once."""
        self._transport.abort()

    def _take(self, events: list[Event]) -> None:
        if self.identity is None:
            self._take_of_stranger(events)
            return
        if self.proof is Proof.SIGNATURE:
            events = self._signed(events, self.identity.signing_key)
        if self._lane is None:
            self._take_of_stock(events)
        else:
            self._take_of_watch(events, self._lane)

    def _take_of_watch(self, events: list[Event], lane: Lane) -> None:
        counters = self._bridge.counters
        kinds = counters.frames
        received_ms = int(time() * 1000)
        raws: list[bytes] = []
        answers: list[bytes] = []
        about_commands: list[Frame] = []
        for event in events:
            if type(event) is not FrameReceived:
                self._refuse(event)
                continue
            frame, answer, durable_first, needs_flush, kind = event
            kinds[kind] += 1
            if kind in _ABOUT_COMMANDS:
                about_commands.append(frame)
            elif kind == _PARTING:
                answer = self._farewell(answer)
            if durable_first:
                lane.append(received_ms, self._number, (*raws, frame.raw))
                raws.clear()
                self._bridge.uplink.owe(self, answer, lane, frame.raw, is_alarm=needs_flush)
            else:
                raws.append(frame.raw)
                if answer is not None:
                    answers.append(answer)
        lane.append(received_ms, self._number, raws)
        if answers:
            counters.answered += len(answers)
            self.write(answers[0] if len(answers) == 1 else b"".join(answers))
        if about_commands:
            self._bridge.downlink.heard(self, about_commands)

    def _take_of_stock(self, events: list[Event]) -> None:
        """Answer what promises nothing, and keep nothing."""
        counters = self._bridge.counters
        for event in events:
            if type(event) is not FrameReceived:
                self._refuse(event)
                continue
            counters.frames[event.kind] += 1
            if event.acknowledgement is not None and event.kind in _ANSWERED_WHEN_STOCKED:
                counters.answered += 1
                self.write(event.acknowledgement)

    def _farewell(self, answer: bytes | None) -> bytes | None:
        """Echo DLT once a connection: both sides say it, and neither must echo the other's echo. It unbinds nothing."""
        self._has_parted, had_parted = True, self._has_parted
        return None if had_parted else answer

    def _take_of_stranger(self, events: list[Event]) -> None:
        """Hold what a stranger says until it is known; one that is not has nothing long to say."""
        if self._held is not None:
            self._held += events
            return
        if self.device and not self._is_distrusted:
            self._held = events
            self.pause(Pause.LOOK_UP)
            self._bridge.introduce(self)
            return
        for event in events:
            if self._is_distrusted and type(event) is FrameReceived:
                self._pass_on_alarm(event)
            else:
                self._refuse(event)
        if self._session.pending_bytes > self._bridge.limits.frame.text_frame_bytes:
            self._bridge.counters.counts["RefusedBulky"] += 1
            self.close()

    def _pass_on_alarm(self, event: FrameReceived) -> None:
        """Bring one alarm to the stream, marked as unproven; whatever else there is finds no ear."""
        if not event.needs_flush or self._held is not None:
            return
        uplink, raw = self._bridge.uplink, event.frame.raw
        lane = uplink.lane_of(self.device)
        lane.append(int(time() * 1000), self._number, [raw], proven=False)
        uplink.owe(self, None, lane, raw, is_alarm=True)
        self._bridge.counters.counts["UnprovenAlarms"] += 1
        self.pause(Pause.LOOK_UP)
        self.ignore()

    def _signed(self, events: list[Event], key: str | None) -> list[Event]:
        """Leave out what this device has not signed: somebody else put it between, and it is worth nothing."""
        signed = [event for event in events if type(event) is not FrameReceived or is_signed(event.frame, key)]
        self._bridge.counters.counts["FramesNotSigned"] += len(events) - len(signed)
        return signed

    def _refuse(self, event: Event) -> None:
        """Count what is no frame of this watch; a limit that is used up ends the connection."""
        counts = self._bridge.counters.counts
        match event:
            case Garbage(length):
                counts["GarbageBytes"] += length
            case LimitExceeded(reason):
                counts[f"RefusedLimit/{reason}"] += 1
                self.close()
            case _:
                counts["RefusedOtherDevice"] += 1
