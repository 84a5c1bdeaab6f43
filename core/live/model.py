"""Who is looking."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.kernel.ids import AccountId, FamilyId, WatchId

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
