"""One watch's way down: what waits for it is read, checked once more, recorded and sent. Blocks: for worker threads."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from adapters.watch.downlink import (
    Content,
    Receiver,
    Shipment,
    asked_settings,
    asks_for_voices,
    reply_of,
    reported_by,
    shipment_of,
    time_answer,
)
from core.commands.capabilities import learned, reported
from core.commands.delivery import Delivery, Item, Step, may_still
from core.commands.ledger import Ledger
from core.commands.model import Capabilities, Command, CommandKind, CommandState, Presence
from core.commands.ports import Commands, KnownCapabilities, Presences, Settings
from core.commands.transitions import Event
from core.kernel.clock import Clock
from core.kernel.errors import Refused
from core.kernel.ids import MessageId, WatchId
from core.messages.ports import MediaStore, Messages
from core.watches.model import Identity, Standing
from core.watches.ports import ClaimCodes, Memberships, WatchProfiles
from device_bridge.ports import LiveFeed, Standings
from wire.arguments import InvalidArgument, UnsafeArgument
from wire.commands.daily import SendMessage
from wire.encode import Address, encode
from wire.framing import Frame

_REPORTS: Final = 3  # of a connection that are stored: a watch tells once what it can do, and perhaps again
_KEPT: Final = timedelta(seconds=30)
"""How long what was read is kept where nothing waits: a watch that asks and asks costs one read in this time, and a
storm of returning watches fills no memory."""
_MESSAGES: Final = frozenset({CommandKind.TEXT, CommandKind.VOICE})
_ANSWERS_LAST: Final = timedelta(seconds=30)  # how often it is looked whether what was kept may be forgotten

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """What the way down needs of the world; called from several threads."""

    clock: Clock
    standings: Standings
    presences: Presences
    commands: Commands
    settings: Settings
    capabilities: KnownCapabilities
    profiles: WatchProfiles
    memberships: Memberships
    messages: Messages
    media: MediaStore
    claim_codes: ClaimCodes
    live_feed: LiveFeed


class Peer(NamedTuple):
    """A proven connection. number: random, new at each. device: its id on the wire. since: when it began."""

    number: str
    device: str
    identity: Identity
    address: Address
    since: datetime


class Told(NamedTuple):
    """What came up since the line was served last.

    peer: of a new connection. moved: the task's queue is another one now. nudged: something may wait. frames: what the
    watch said. ended: its connection is over.
    """

    peer: Peer | None
    moved: bool
    nudged: bool
    frames: Sequence[Frame]
    ended: bool


class BindingEnded(Exception):  # noqa: N818 - an error is named after the fact
    """The device is not any more what its connection was admitted as."""


class Line:
    """The way down to one watch, or to one stocked device. Served by one thread at a time.

    send: gives frames for an addressee to its connection of this number, if that is still there. changed: takes what
    has changed, once it is stored. queue: number of this task's nudge queue, None while it has none.
    """

    __slots__ = (
        "_capabilities",
        "_changed",
        "_delivery",
        "_kept_until",
        "_ledger",
        "_peer",
        "_reports_left",
        "_send",
        "_stores",
        "_time_zone",
        "addressee",
    )

    def __init__(
        self,
        addressee: str,
        stores: Stores,
        send: Callable[[str, str, bytes], None],
        changed: Callable[[Item], object],
    ) -> None:
        self.addressee = addressee
        self._stores = stores
        self._send = send
        self._changed = changed
        self._ledger = Ledger(stores.commands, stores.settings)
        self._peer: Peer | None = None
        self._delivery: Delivery | None = None
        self._capabilities: Capabilities | None = None
        self._kept_until = stores.clock.now()
        self._time_zone = ""
        self._reports_left = 0

    @property
    def is_resting(self) -> bool:
        """Whether nothing is under way."""
        return self._delivery is None

    def serve(self, told: Told, queue: int | None) -> datetime | None:
        """Do what came up; return when to look again, None: not by itself.

        The presence is written before anything is read, and whoever orders stores before looking for a presence: so
        one of them sees the other. Raise BindingEnded, or what storage raises: what is under way is then read anew.
        """
        now = self._stores.clock.now()
        try:
            if told.ended or (told.peer is None and self._peer is None):
                self._end(told, queue, now)
                return None
            return self._serve(told, queue, now)
        except BaseException:
            self._rest()
            raise

    def _serve(self, told: Told, queue: int | None, now: datetime) -> datetime | None:
        if told.peer is not None:
            self._peer, self._reports_left = told.peer, _REPORTS
            self._rest()
        peer = self._peer
        assert peer is not None, "who is gone is not served"
        if queue is not None and (told.peer is not None or told.moved):
            here = Presence(
                addressee=self.addressee, connection=peer.number, queue=queue, since=peer.since, heard_at=now
            )
            self._stores.presences.put(here)
        if told.peer is not None or told.nudged:
            self._require_binding(peer)
        is_news = told.peer is not None or told.moved or told.nudged
        if peer.identity.standing is Standing.BOUND:
            return self._serve_watch(peer, told.frames, now, is_news=is_news)
        if is_news:
            self._show_claim_code(peer, now)
        return None

    def _serve_watch(self, peer: Peer, frames: Sequence[Frame], now: datetime, *, is_news: bool) -> datetime | None:
        watch_id = _watch_of(peer)
        if is_news:
            delivery = self._loaded(watch_id, now)
        elif self._delivery is not None:
            delivery = self._delivery
        elif any(map(_needs_delivery, frames)):
            delivery = self._loaded(watch_id, now)
        else:
            delivery = None
        for frame in frames:
            self._hear(frame, peer, delivery, now)
        if delivery is None:
            self._rest()
            return None
        self._deliver(delivery, peer, now)
        look_at = delivery.look_again_at(now)
        if not delivery.is_settled(now) or now < self._kept_until:
            return min(filter(None, (look_at, max(self._kept_until, now + _ANSWERS_LAST))))
        self._rest()
        return look_at

    def _rest(self) -> None:
        """Forget what was read."""
        self._delivery = self._capabilities = None

    def _loaded(self, watch_id: WatchId, now: datetime) -> Delivery:
        """Return the delivery with what the stores hold now."""
        stores = self._stores
        if self._delivery is None:
            self._delivery = Delivery()
            self._kept_until = now + _KEPT
        self._time_zone = stores.profiles.get(watch_id).time_zone
        waiting, settings = stores.commands.waiting(watch_id, now), self._ledger.settings_of(watch_id, now)
        self._delivery.load(waiting, settings, self._time_zone)
        return self._delivery

    def _hear(self, frame: Frame, peer: Peer, delivery: Delivery | None, now: datetime) -> None:
        if (pairs := reported_by(frame)) is not None:
            self._take_report(_watch_of(peer), pairs)
        elif delivery is None:
            return
        elif (answer := time_answer(frame, self._time_zone, now)) is not None:
            self._send(self.addressee, peer.number, answer)
        elif (reply := reply_of(frame)) is not None:
            step = delivery.replied(reply, now)
            if step is not None:
                self._record(step, delivery, (), now)
        elif asks_for_voices(frame):
            delivery.asked_for_voices()
        else:
            delivery.asked(asked_settings(frame), now)

    def _deliver(self, delivery: Delivery, peer: Peer, now: datetime) -> None:
        while steps := delivery.steps(now):
            for step in steps:
                if step.event is Event.WRITTEN:
                    self._write(step, delivery, peer, now)
                else:
                    self._record(step, delivery, (), now)

    def _write(self, step: Step, delivery: Delivery, peer: Peer, now: datetime) -> None:
        """Record that it is sent, and send it: if whoever ordered it may still, and the watch is still theirs."""
        event, shipment = self._judged(step.item, peer, now)
        if shipment is None:
            self._record(replace(step, event=event), delivery, (), now)
        elif self._record(step, delivery, shipment.expected_replies, now):
            self._send(self.addressee, peer.number, b"".join(shipment.frames))

    def _judged(self, item: Item, peer: Peer, now: datetime) -> tuple[Event, Shipment | None]:
        """Return what becomes of an item that is due, looked at once more, and what goes down."""
        self._require_binding(peer)
        content = None
        if isinstance(item, Command):
            if not self._may_still(item):
                return Event.FORBIDDEN, None
            if item.kind in _MESSAGES:
                content = self._content(item, now)
                if content is None:
                    return Event.OVERDUE if item.state is CommandState.QUEUED else Event.GIVEN_UP, None
        known = self._known(item.watch_id)
        receiver = Receiver(address=peer.address, capabilities=known, time_zone=self._time_zone, now=now)
        try:
            shipment = shipment_of(item, receiver, content)
        except (Refused, InvalidArgument, UnsafeArgument) as refusal:  # stored under other rules than today's
            _LOG.warning("an item has no frame: %s", type(refusal).__name__)
            return Event.IMPOSSIBLE, None
        return (Event.IMPOSSIBLE, None) if shipment is None else (Event.WRITTEN, shipment)

    def _require_binding(self, peer: Peer) -> None:
        if not is_still(self._stores.standings.identity(peer.device), peer.identity):
            raise BindingEnded

    def _may_still(self, command: Command) -> bool:
        by = command.ordered_by
        return may_still(command, None if by is None else self._stores.memberships.get(by, command.watch_id))

    def _content(self, command: Command, now: datetime) -> Content | None:
        """Return what a message says, as long as it may be kept."""
        stores = self._stores
        message = stores.messages.get(command.watch_id, MessageId(command.arguments["message_id"]), now)
        if message is None or message.media_id is None:
            return None if message is None else message.text
        return stores.media.get("voice", command.watch_id, message.media_id, message.created_at, now)

    def _record(self, step: Step, delivery: Delivery, words: Sequence[Sequence[str]], now: datetime) -> bool:
        stored = self._ledger.record(step, now)
        delivery.recorded(step, stored, words, now)
        if stored is not None:
            self._changed(stored)
            self._learn(stored.watch_id, lambda known: learned(known, step))
        return stored is not None

    def _take_report(self, watch_id: WatchId, pairs: Sequence[tuple[str, str]]) -> None:
        if self._reports_left > 0:
            self._reports_left -= 1
            self._learn(watch_id, lambda known: reported(known, pairs))

    def _learn(self, watch_id: WatchId, lesson: Callable[[Capabilities], Capabilities]) -> None:
        known = self._known(watch_id)
        self._capabilities = lesson(known)
        if self._capabilities is not known:
            self._stores.capabilities.put(self._capabilities)

    def _known(self, watch_id: WatchId) -> Capabilities:
        if self._capabilities is None:
            known = self._stores.capabilities.get(watch_id)
            self._capabilities = known or Capabilities(watch_id=watch_id, model="")
        return self._capabilities

    def _show_claim_code(self, peer: Peer, now: datetime) -> None:
        """Show the digits to whoever holds the device: the one thing that goes down to what nobody owns."""
        code = self._stores.claim_codes.get(self.addressee, now)
        if code is not None:
            self._require_binding(peer)
            self._send(self.addressee, peer.number, encode(SendMessage(code.digits), peer.address))

    def _end(self, told: Told, queue: int | None, now: datetime) -> None:
        """Put back what is under way, and tell that the watch is gone."""
        delivery, peer = self._delivery, self._peer
        self._peer = None
        if peer is None:
            self._end_stale(told, queue, now)
            return
        try:
            if delivery is not None and told.peer is None:
                self._take_leave(delivery, peer, told.frames, now)
        finally:
            self._rest()
            self._stores.presences.end(self.addressee, peer.number, now)

    def _take_leave(self, delivery: Delivery, peer: Peer, last_words: Sequence[Frame], now: datetime) -> None:
        """Hear what the watch said before it went, as one does that is told to switch off; put back all else."""
        for frame in last_words:
            self._hear(frame, peer, delivery, now)
        while steps := delivery.lost():
            for step in steps:
                self._record(step, delivery, (), now)

    def _end_stale(self, told: Told, queue: int | None, now: datetime) -> None:
        """End a presence of a task that died and had this queue before: a nudge came by it, and nobody is here."""
        found = self._stores.presences.get(self.addressee, now) if told.nudged else None
        if found is not None and found.queue is not None and found.queue == queue:
            self._stores.presences.end(self.addressee, found.connection, found.heard_at)


def is_still(now: Identity, before: Identity) -> bool:
    """Tell whether a device is what it was when its connection was admitted."""
    return (now.standing, now.watch_id) == (before.standing, before.watch_id)


def _watch_of(peer: Peer) -> WatchId:
    assert peer.identity.watch_id is not None, "what is bound is a watch"
    return peer.identity.watch_id


def _needs_delivery(frame: Frame) -> bool:
    """Tell whether a frame asks for something; a reply to what nobody waits for does not."""
    return reply_of(frame) is None and reported_by(frame) is None
