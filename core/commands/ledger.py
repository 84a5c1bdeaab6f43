"""Records what happens to commands and settings."""

from collections.abc import Sequence
from datetime import datetime

from core.commands.delivery import Item, Step
from core.commands.first_settings import first_settings
from core.commands.model import Command, Setting
from core.commands.ports import Commands, Settings
from core.commands.transitions import Event, after, setting_after
from core.kernel.ids import WatchId


class Ledger:
    """Stores steps, each in the place of exactly what it was decided on."""

    def __init__(self, commands: Commands, settings: Settings) -> None:
        self._commands = commands
        self._settings = settings

    def settings_of(self, watch_id: WatchId, now: datetime) -> Sequence[Setting]:
        """Return the watch's settings; those that every watch has are made at its first connection."""
        known = self._settings.of_watch(watch_id)
        missing = first_settings(watch_id, {each.name for each in known}, now)
        made = (self._settings.replace(each) for each in missing)
        return [*known, *(each for each in made if each is not None)]

    def record(self, step: Step, at: datetime) -> Item | None:
        """Return the item as it is stored now; None when others changed it, or the step cannot happen in its state.

        A watch's answer to an earlier version of a setting is kept beside the newer one. Raise as Sealer does.
        """
        item = step.item
        if isinstance(item, Command):
            command = after(item, step.event, at)
            return None if command is None else self._commands.replace(command)
        current = item
        while True:
            setting = setting_after(current, item, step.event, at, step.shown)
            stored = None if setting is None else self._settings.replace(setting)
            if stored is not None or setting is None or step.event is not Event.ANSWERED:
                return stored
            newer = self._settings.get(item.watch_id, item.name)
            if newer is None:
                return None
            current = newer
