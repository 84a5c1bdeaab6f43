"""The ports of commands in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.commands.model import FINAL, Capabilities, Command, Presence, Setting, SettingName, Undo
from core.kernel.clock import Clock
from core.kernel.ids import CommandId, WatchId, parts_of
from core.retention.policy import POLICY, is_over
from tests.fakes.tracking import Timeline


class InMemoryCommands(Timeline[Command]):
    def __init__(self, clock: Clock) -> None:
        super().__init__(POLICY["command"], clock)
        self.outbox: dict[tuple[WatchId, CommandId], datetime] = {}
        self.requests: dict[tuple[WatchId, str], tuple[CommandId, datetime]] = {}

    def name_of(self, item: Command) -> tuple[datetime, str]:
        ordered_at, digest = parts_of(item.command_id)
        return ordered_at, digest.hex()

    def add(self, command: Command, key: str | None = None) -> Command:  # type: ignore[override] # tells what was stored
        now = self._clock.now()
        if key is not None:
            command_id, since = self.requests.get((command.watch_id, key), (None, now))
            if command_id and not is_over(POLICY["outbox_entry"].expires_at(since), now):
                stored = self.get(command.watch_id, command_id, now)
                if stored is not None:
                    return stored
            self.requests[command.watch_id, key] = command.command_id, now
        first = replace(command, revision=1)
        super().add(first)
        self.outbox[command.watch_id, command.command_id] = now
        return first

    def get(self, watch_id: WatchId, command_id: CommandId, now: datetime) -> Command | None:
        parts_of(command_id)  # refuses what is no command's id
        return next((each for each in self.readable(watch_id, now) if each.command_id == command_id), None)

    def named(self, watch_id: WatchId, command_ids: Sequence[CommandId], now: datetime) -> Mapping[CommandId, Command]:
        return {each.command_id: each for each in self.readable(watch_id, now) if each.command_id in command_ids}

    def waiting(self, watch_id: WatchId, now: datetime) -> Sequence[Command]:
        def waits(command: Command) -> bool:
            since = self.outbox.get((watch_id, command.command_id))
            return since is not None and not is_over(POLICY["outbox_entry"].expires_at(since), now)

        return [each for each in self.readable(watch_id, now) if waits(each)]

    def replace(self, command: Command) -> Command | None:
        held = self.items.get(command.watch_id, [])
        for place, each in enumerate(held):
            if (each.command_id, each.revision) == (command.command_id, command.revision):
                held[place] = replace(command, revision=command.revision + 1)
                if command.state in FINAL:
                    self.outbox.pop((command.watch_id, command.command_id), None)
                return held[place]
        return None


class InMemorySettings:
    def __init__(self) -> None:
        self.items: dict[tuple[WatchId, SettingName], Setting] = {}
        self.undos: dict[tuple[WatchId, SettingName], Undo] = {}

    def of_watch(self, watch_id: WatchId) -> Sequence[Setting]:
        return [each for (of, _), each in sorted(self.items.items()) if of == watch_id]

    def get(self, watch_id: WatchId, name: SettingName) -> Setting | None:
        return self.items.get((watch_id, name))

    def replace(self, setting: Setting, undo: Undo | None = None) -> Setting | None:
        key = setting.watch_id, setting.name
        current = self.items.get(key)
        if (current.revision if current else 0) != setting.revision:
            return None
        self.items[key] = replace(setting, revision=setting.revision + 1)
        if undo is not None:
            self.undos[key] = undo
        return self.items[key]

    def undo_of(self, watch_id: WatchId, name: SettingName, now: datetime) -> Undo | None:
        undo = self.undos.get((watch_id, name))
        return None if undo is None or is_over(POLICY["setting_undo"].expires_at(undo.since), now) else undo


class InMemoryPresences:
    def __init__(self) -> None:
        self.items: dict[str, Presence] = {}

    def put(self, presence: Presence) -> None:
        known = self.items.get(presence.addressee)
        if known is None or known.since <= presence.since:
            self.items[presence.addressee] = presence

    def end(self, addressee: str, connection: str, heard_at: datetime) -> None:
        known = self.items.get(addressee)
        if known is not None and known.connection == connection:
            self.items[addressee] = replace(known, queue=None, heard_at=heard_at)

    def get(self, addressee: str, now: datetime) -> Presence | None:
        known = self.items.get(addressee)
        return None if known is None or is_over(POLICY["presence"].expires_at(known.heard_at), now) else known


class InMemoryLeases:
    def __init__(self) -> None:
        self.items: dict[int, tuple[str, datetime]] = {}

    def take(self, queue: int, task: str, now: datetime, until: datetime) -> bool:
        holder = self.holder(queue, now)
        if holder not in (None, task):
            return False
        self.items[queue] = task, until
        return True

    def release(self, queue: int, task: str) -> None:
        if queue in self.items and self.items[queue][0] == task:
            del self.items[queue]

    def holder(self, queue: int, now: datetime) -> str | None:
        task, until = self.items.get(queue, (None, now))
        return task if until > now else None


class RecordingNudges:
    def __init__(self) -> None:
        self.sent: list[tuple[int, str]] = []

    def nudge(self, queue: int, addressee: str) -> None:
        self.sent.append((queue, addressee))


class InMemoryKnownCapabilities:
    def __init__(self) -> None:
        self.items: dict[WatchId, Capabilities] = {}

    def get(self, watch_id: WatchId) -> Capabilities | None:
        return self.items.get(watch_id)

    def put(self, capabilities: Capabilities) -> None:
        self.items[capabilities.watch_id] = capabilities
