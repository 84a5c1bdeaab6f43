"""Records what happens to commands and settings."""

from datetime import datetime

from core.commands.delivery import Item, Step
from core.commands.model import Command
from core.commands.ports import Commands, Settings
from core.commands.transitions import Event, after, setting_after


class Ledger:
    """Stores steps, each in the place of exactly what it was decided on."""

    def __init__(self, commands: Commands, settings: Settings) -> None:
        self._commands = commands
        self._settings = settings

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
