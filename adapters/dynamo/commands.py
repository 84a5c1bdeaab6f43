"""Commands, sealed, and by name in the outbox as long as they are not final."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute

from adapters.dynamo.moments import Moment, MomentRecord, SealedMoments, moment_key, sealed_moments_of
from adapters.dynamo.outbox import Outbox
from adapters.dynamo.record import fit, holding, instant, instant_of
from adapters.dynamo.tables import TABLES
from core.commands.model import FINAL, Command, CommandKind, CommandState, Failure
from core.kernel.clock import Clock
from core.kernel.ids import AccountId, CommandId, WatchId, dated_id, parts_of
from core.kernel.page import Page
from core.vault.ports import Sealer


class CommandRecord(MomentRecord):
    """One command; its id stands in the key as instant and digest, all else but the revision in the payload."""

    table = TABLES["commands"]
    attribute_classes = holding(command=(*sealed_moments_of("command"), "revision"))

    revision = NumberAttribute()


class DynamoCommands:
    """Commands in the tables commands and outbox.

    The name goes into the outbox before the command is stored, and leaves it after a final state was: what is cut short
    between the two leaves a name that `waiting` passes over, never a command that nobody finds.
    """

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._moments = SealedMoments(CommandRecord, sealer, clock, _command)
        self._clock = clock

    def add(self, command: Command, key: str | None = None) -> Command:
        """See Commands."""
        now, outbox = self._clock.now(), Outbox(command.watch_id)
        name = moment_key(*_place_of(command.command_id))
        if key is not None and (earlier := outbox.claim(key, name, now)) is not None:
            stored = self.get(command.watch_id, _id_of(earlier), now)
            if stored is not None:
                return stored
            outbox.reclaim(key, name, now)
        outbox.put(name, now)
        first = replace(command, revision=1)
        self._sealed(first).put(now=now, only_new=True)
        return first

    def get(self, watch_id: WatchId, command_id: CommandId, now: datetime) -> Command | None:
        """See Commands."""
        return self._moments.get(watch_id, *_place_of(command_id), now)

    def named(self, watch_id: WatchId, command_ids: Sequence[CommandId], now: datetime) -> Mapping[CommandId, Command]:
        """See Commands."""
        if not command_ids:
            return {}
        names = [(watch_id, moment_key(*_place_of(command_id))) for command_id in command_ids]
        found = fit(CommandRecord.batch_get(names, consistent_read=True), now)
        return {command.command_id: command for command in self._moments.opened(watch_id, found)}

    def between(
        self, watch_id: WatchId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Command]:
        """See Commands."""
        return self._moments.page(watch_id, start, end, now=now, limit=limit, after=after)

    def waiting(self, watch_id: WatchId, now: datetime) -> Sequence[Command]:
        """See Commands."""
        names = Outbox(watch_id).names(now)
        if not names:
            return []
        found = fit(CommandRecord.batch_get([(watch_id, name) for name in names], consistent_read=True), now)
        commands = (command for command in self._moments.opened(watch_id, found) if command.state not in FINAL)
        return sorted(commands, key=lambda each: (each.ordered_at, each.command_id))

    def replace(self, command: Command) -> Command | None:
        """See Commands."""
        stored = replace(command, revision=command.revision + 1)
        unchanged = CommandRecord.revision == command.revision
        if not self._sealed(stored).put(unchanged, now=self._clock.now()):
            return None
        if stored.state in FINAL:
            Outbox(command.watch_id).remove(moment_key(*_place_of(command.command_id)))
        return stored

    def _sealed(self, command: Command) -> CommandRecord:
        record = self._moments.sealed(command.watch_id, Moment(*_place_of(command.command_id), _content_of(command)))
        assert isinstance(record, CommandRecord), "the moments are commands"
        record.revision = command.revision
        return record


def _place_of(command_id: CommandId) -> tuple[datetime, str]:
    ordered_at, digest = parts_of(command_id)
    return ordered_at, digest.hex()


def _id_of(name: str) -> CommandId:
    at, _, digest = name.partition("#")
    return CommandId(dated_id(instant_of(at), bytes.fromhex(digest)))


def _content_of(command: Command) -> dict[str, Any]:
    return {
        "kind": command.kind,
        "ordered_by": command.ordered_by,
        "expires_at": instant(command.expires_at),
        "state": command.state,
        "state_at": instant(command.state_at),
        "arguments": dict(command.arguments),
        "failure": command.failure,
        "attempts": command.attempts,
        "revision": command.revision,
        "request": command.request,
    }


def _command(watch_id: WatchId, moment: Moment) -> Command:
    content = dict(moment.content)
    ordered_by, failure = content.pop("ordered_by"), content.pop("failure")
    return Command(
        command_id=CommandId(dated_id(moment.at, bytes.fromhex(moment.fingerprint))),
        watch_id=watch_id,
        kind=CommandKind(content.pop("kind")),
        ordered_by=ordered_by and AccountId(ordered_by),
        ordered_at=moment.at,
        expires_at=instant_of(content.pop("expires_at")),
        state=CommandState(content.pop("state")),
        state_at=instant_of(content.pop("state_at")),
        failure=failure and Failure(failure),
        **content,
    )
