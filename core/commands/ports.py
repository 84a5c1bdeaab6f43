"""What commands and settings need of the world. Every read filters on expiry."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.commands.model import Capabilities, Command, Presence, Setting, SettingName, Undo
from core.kernel.ids import CommandId, WatchId
from core.kernel.page import Page


class Commands(Protocol):
    """The commands of all watches, sealed; those that are not final stand in the outbox too, by their names only."""

    def add(self, command: Command, key: str | None = None) -> Command:
        """Store it and put it into the outbox; return it, or the one that was stored under the same key before.

        key: what tells a repeated request from a new one; a keyed digest. Raise EpochOver or Unreadable as Sealer does.
        """
        ...

    def get(self, watch_id: WatchId, command_id: CommandId, now: datetime) -> Command | None:
        """Return a command of this watch; raise InvalidId for what cannot be an id."""
        ...

    def named(self, watch_id: WatchId, command_ids: Sequence[CommandId], now: datetime) -> Mapping[CommandId, Command]:
        """Return those of these commands that are there, read consistently."""
        ...

    def between(
        self, watch_id: WatchId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Command]:
        """Return commands ordered at start <= at < end, oldest first; `after` is a page's `next`."""
        ...

    def waiting(self, watch_id: WatchId, now: datetime) -> Sequence[Command]:
        """Return what stands in the outbox and is not final, oldest first, what is past its deadline too."""
        ...

    def replace(self, command: Command) -> Command | None:
        """Store the command in the place of its revision and return it with the next one; None when that has changed.

        A final one leaves the outbox at the same time. Raise EpochOver or Unreadable as Sealer does.
        """
        ...


class Settings(Protocol):
    """The settings of all watches."""

    def of_watch(self, watch_id: WatchId) -> Sequence[Setting]:
        """Return all that were ever set, by name, read consistently."""
        ...

    def get(self, watch_id: WatchId, name: SettingName) -> Setting | None:
        """Return one, read consistently."""
        ...

    def replace(self, setting: Setting, undo: Undo | None = None) -> Setting | None:
        """Store it in the place of its revision (0: of nothing) and return it with the next one.

        None when another was stored since. undo: kept with it. Raise Unreadable as Sealer does.
        """
        ...

    def undo_of(self, watch_id: WatchId, name: SettingName, now: datetime) -> Undo | None:
        """Return what a change of the setting can be taken back to."""
        ...


class Presences(Protocol):
    """Which watch is connected where."""

    def put(self, presence: Presence) -> None:
        """Store a connection that has begun, unless one is known that began later."""
        ...

    def end(self, addressee: str, connection: str, heard_at: datetime) -> None:
        """Note that this connection has ended; nothing happens when another has begun since."""
        ...

    def get(self, addressee: str, now: datetime) -> Presence | None:
        """Return what is known last."""
        ...


class Leases(Protocol):
    """Which task of the bridge reads which nudge queue."""

    def take(self, queue: int, task: str, now: datetime, until: datetime) -> bool:
        """Take or prolong a lease; return False when another task's is not over."""
        ...

    def release(self, queue: int, task: str) -> None:
        """Give it back, if it is the task's."""
        ...

    def holder(self, queue: int, now: datetime) -> str | None:
        """Return the task whose lease is not over."""
        ...


class Nudges(Protocol):
    """Tells the task that holds a watch's connection to look into the outbox. A nudge may be lost: nothing else is."""

    def nudge(self, queue: int, addressee: str) -> None:
        """Send it."""
        ...


class KnownCapabilities(Protocol):
    """What each watch can do."""

    def get(self, watch_id: WatchId) -> Capabilities | None:
        """Return what is known; None where nothing is."""
        ...

    def put(self, capabilities: Capabilities) -> None:
        """Store it in the place of what was known. Raise Unreadable as Sealer does."""
        ...
