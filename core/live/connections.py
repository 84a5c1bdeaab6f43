"""Connections from their opening to their end."""

from dataclasses import dataclass
from datetime import datetime

from core.accounts.model import NotSignedIn
from core.accounts.sign_in import Access
from core.alerts.model import Due, DueKind
from core.alerts.ports import DueTimes
from core.live.messages import watching
from core.live.model import TOKEN_WITHIN, LiveView
from core.live.ports import LiveViews, Screens
from core.watches.ports import Memberships


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """Opens a view for whoever shows an access token in time, and closes every other connection."""

    access: Access
    memberships: Memberships
    views: LiveViews
    screens: Screens
    due: DueTimes

    def open(self, connection_id: str, now: datetime) -> None:
        """Let a connection be looked at again when its token should be there."""
        self.due.add(Due(kind=DueKind.CONNECTION, subject=connection_id, at=now + TOKEN_WITHIN))

    def show_token(self, connection_id: str, connected_at: datetime, token: str, now: datetime) -> None:
        """Show the watches of the token's account from now on, and say so; close the connection when it may not.

        A later token prolongs the view, if it is of the same account.
        """
        try:
            bearer = self.access.caller_of(token)
        except NotSignedIn:
            self.refuse(connection_id)
            return
        earlier = self.views.get(connection_id, now)
        if not (in_time(connected_at, now) if earlier is None else earlier.account_id == bearer.account_id):
            self.refuse(connection_id)
            return
        view = LiveView(
            connection_id=connection_id,
            account_id=bearer.account_id,
            family_id=bearer.family_id,
            watch_ids=tuple(each.watch_id for each in self.memberships.of_account(bearer.account_id)),
            until=bearer.until,
        )
        self.views.put(view, now)
        if not self.screens.show(connection_id, watching(view)):
            self.views.remove(connection_id)

    def refuse(self, connection_id: str) -> None:
        """Forget the connection and close it."""
        self.views.remove(connection_id)
        self.screens.close(connection_id)

    def closed(self, connection_id: str) -> None:
        """Forget a connection that has ended."""
        self.views.remove(connection_id)


def in_time(connected_at: datetime, now: datetime) -> bool:
    """Tell whether a connection's first token may still come."""
    return now - connected_at <= TOKEN_WITHIN
