"""Who is looking, and what is new."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.commands.model import SettingName
from core.kernel.ids import AccountId, CommandId, FamilyId, WatchId

PositionName = tuple[datetime, str]
"""Instant and fingerprint, which together name a position of a watch."""

TOKEN_WITHIN = timedelta(seconds=5)
"""After it opened, a connection is to show its access token; until then it is mute."""
CHECKED_EACH = timedelta(seconds=60)
"""Rights that were removed end a view within this and the minute in which the sweep comes."""

VIEWS_PER_ACCOUNT = 10
"""Of an account's views of a watch, those with the newest tokens are shown to: who opens more keeps nobody waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveView:
    """An open connection that has shown a token.

    connection_id: as the gateway names it. until: the end of the token; a newer one of the same account prolongs it.
    """

    connection_id: str = field(repr=False)
    account_id: AccountId
    family_id: FamilyId
    watch_ids: tuple[WatchId, ...]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is new of a watch, by name only: positions that were stored, commands and settings that have changed."""

    watch_id: WatchId
    positions: tuple[PositionName, ...] = ()
    commands: tuple[CommandId, ...] = ()
    settings: tuple[SettingName, ...] = ()
