"""How commands, messages to a watch and settings stand, from the store to those who are looking."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.alerts.courier import Failures
from core.commands.model import SHOWN, Command, Setting
from core.commands.orders import as_of
from core.commands.ports import Commands, Settings
from core.live.audience import Audience
from core.live.messages import text_of
from core.live.model import News
from core.messages.correspondence import MESSAGE_ID, delivery_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveChanges:
    """Shows commands and settings as they stand now. The way here carries their names only."""

    commands: Commands
    settings: Settings
    audience: Audience

    def show(self, news: News, now: datetime) -> None:
        """Show all that has changed and is not over; raise as Audience.show."""
        failures = Failures()
        for command in self.commands.named(news.watch_id, news.commands, now).values():
            with failures.kept():
                self.audience.show(news.watch_id, command_message(as_of(command, now)), now)
        for name in news.settings:
            setting = self.settings.get(news.watch_id, name) if name in SHOWN else None
            if setting is not None:
                with failures.kept():
                    self.audience.show(news.watch_id, setting_message(setting), now)
        failures.tell()


def command_message(command: Command) -> Mapping[str, Any]:
    """Return a command with the fields that the API's Command has; of one that brings a message, how far that came."""
    if MESSAGE_ID in command.arguments:
        return {
            "type": "delivery",
            "watch_id": command.watch_id,
            "id": command.arguments[MESSAGE_ID],
            "delivery": delivery_of(command),
            "at": text_of(command.state_at),
        }
    return {
        "type": "command",
        "watch_id": command.watch_id,
        "id": command.command_id,
        "kind": command.kind,
        "state": command.state,
        "failure": command.failure,
        "ordered_by": command.ordered_by,
        "ordered_at": text_of(command.ordered_at),
        "expires_at": text_of(command.expires_at),
        "state_at": text_of(command.state_at),
    }


def setting_message(setting: Setting) -> Mapping[str, Any]:
    """Return how a setting stands; no value is in it, as not everybody who looks may see whole numbers."""
    return {
        "type": "setting",
        "watch_id": setting.watch_id,
        "name": setting.name,
        "version": setting.version,
        "state": setting.state,
        "failure": setting.failure,
        "acknowledged_version": setting.acknowledged_version,
        "revision": setting.revision,
    }
