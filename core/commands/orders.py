"""Takes orders for watches: limited, once for each key, and told to the bridge."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from core.accounts.attempts import exceeds
from core.accounts.model import TooManyAttempts
from core.accounts.ports import Attempts
from core.commands.model import Command, CommandKind, CommandState
from core.commands.ports import Commands
from core.commands.rousing import Rousing
from core.commands.transitions import Event, after
from core.kernel.errors import IdempotencyKeyReused
from core.kernel.ids import DIGEST_BYTES, AccountId, CommandId, WatchId, dated_id
from core.vault.ports import Lookup

DEADLINES: Mapping[CommandKind, timedelta] = {
    # where a child is now, or was when the watch came back
    CommandKind.LOCATE: timedelta(minutes=5),
    CommandKind.FIND: timedelta(minutes=5),
    # nobody expects these any more once the moment has passed
    CommandKind.CALL: timedelta(minutes=2),
    CommandKind.RESTART: timedelta(minutes=10),
    CommandKind.POWER_OFF: timedelta(minutes=10),
    CommandKind.FACTORY_RESET: timedelta(minutes=10),
    CommandKind.HEARTS: timedelta(hours=24),
}
"""How long a command of each kind waits for its watch; a message waits as long as it lives."""

AN_HOUR = timedelta(hours=1)
MOST_AN_HOUR: Mapping[CommandKind, int] = {
    CommandKind.LOCATE: 60,
    CommandKind.FIND: 6,
    CommandKind.CALL: 6,
    CommandKind.HEARTS: 20,
    CommandKind.RESTART: 4,
    CommandKind.POWER_OFF: 4,
    CommandKind.FACTORY_RESET: 4,
    CommandKind.TEXT: 60,
    CommandKind.VOICE: 40,
}
"""Of one watch, whoever orders: a child's watch does not ring all day, and its battery lasts (C-07)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants of a watch. ordered_by: None for the platform. expires_at: None: as its kind has it.

    command_id: dated; None: a new one. request: what is compared with an earlier order under the same key; None: the
    arguments.
    """

    watch_id: WatchId
    kind: CommandKind
    ordered_by: AccountId | None
    arguments: Mapping[str, Any] = field(repr=False, default_factory=dict)
    expires_at: datetime | None = None
    command_id: CommandId | None = None
    request: str | None = None


class Orders:
    """Takes orders. Who may order is known before."""

    def __init__(self, commands: Commands, rousing: Rousing, attempts: Attempts, lookup: Lookup) -> None:
        self._commands = commands
        self._rousing = rousing
        self._attempts = attempts
        self._lookup = lookup

    def take(self, order: Order, now: datetime, key: str | None = None) -> Command:
        """Store a command and nudge the bridge; return it, or the one that the same key has ordered before.

        Raise TooManyAttempts, IdempotencyKeyReused, or as Sealer does.
        """
        self.admit(order.watch_id, order.kind, now)
        return self.place(order, now, key)

    def admit(self, watch_id: WatchId, kind: CommandKind, now: datetime) -> None:
        """Count an order, before anything is done for it; raise TooManyAttempts."""
        started_at = hour_of(now)
        counter = f"command:{watch_id}:{kind}:{started_at.isoformat()}"
        if exceeds(self._attempts.count(counter, now), MOST_AN_HOUR[kind]):
            raise TooManyAttempts(started_at + AN_HOUR - now)

    def place(self, order: Order, now: datetime, key: str | None = None) -> Command:
        """Take an order that was admitted: see take."""
        now = _whole_ms(now)
        compared = dict(order.arguments) if order.request is None else order.request
        request = self._lookup.of("command", json.dumps([order.kind, compared], sort_keys=True))
        command = Command(
            command_id=order.command_id or CommandId(dated_id(now, secrets.token_bytes(DIGEST_BYTES))),
            watch_id=order.watch_id,
            kind=order.kind,
            ordered_by=order.ordered_by,
            ordered_at=now,
            expires_at=order.expires_at or now + DEADLINES[order.kind],
            state_at=now,
            arguments=order.arguments,
            request=request,
        )
        name = None if key is None else self._lookup.of("idempotency key", f"{order.ordered_by} {key}")
        stored = self._commands.add(command, name)
        if stored.request != request:
            raise IdempotencyKeyReused("the key came with another order")
        self._rousing.rouse(order.watch_id)
        return stored


def hour_of(now: datetime) -> datetime:
    """Return the start of the hour that holds this instant."""
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def as_of(command: Command, now: datetime) -> Command:
    """Return the command as it is now: one that nobody came for has expired, whoever noticed."""
    is_overdue = command.state is CommandState.QUEUED and now >= command.expires_at
    return (after(command, Event.OVERDUE, command.expires_at) or command) if is_overdue else command


def _whole_ms(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
