"""The live view with everything behind it in memory."""

from datetime import datetime, timedelta

from core.accounts.model import Caller, TokenFamily
from core.accounts.sign_in import Access
from core.alerts.model import Due
from core.kernel.ids import AccountId, FamilyId, WatchId, new_id
from core.live.audience import Audience
from core.live.changes import LiveChanges
from core.live.connections import Connections
from core.live.feed import LivePositions
from core.watches.model import Membership, Role
from tests.clocks import FrozenClock
from tests.fakes.accounts import CountedAccessTokens, InMemoryTokenFamilies
from tests.fakes.alerts import InMemoryDueTimes
from tests.fakes.commands import InMemoryCommands, InMemorySettings
from tests.fakes.live import InMemoryLiveViews, RecordingScreens
from tests.fakes.tracking import InMemoryPositions
from tests.fakes.watches import InMemoryMemberships


class Theatre:
    """Screens, and what may be shown on them."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.tokens = CountedAccessTokens()
        self.families = InMemoryTokenFamilies()
        self.memberships = InMemoryMemberships()
        self.views = InMemoryLiveViews()
        self.screens = RecordingScreens()
        self.due = InMemoryDueTimes(self.clock)
        self.positions = InMemoryPositions(self.clock)
        self.connections = Connections(
            access=Access(tokens=self.tokens, families=self.families, clock=self.clock),
            memberships=self.memberships,
            views=self.views,
            screens=self.screens,
            due=self.due,
        )
        self.audience = Audience(
            views=self.views, screens=self.screens, families=self.families, memberships=self.memberships
        )
        self.live_positions = LivePositions(positions=self.positions, audience=self.audience)
        self.commands = InMemoryCommands(self.clock)
        self.settings = InMemorySettings()
        self.live_changes = LiveChanges(commands=self.commands, settings=self.settings, audience=self.audience)

    def now(self) -> datetime:
        return self.clock.now()

    def member(self, watch_id: WatchId, account_id: AccountId | None = None) -> AccountId:
        account_id = account_id or AccountId(new_id())
        self.memberships.add(
            Membership(account_id=account_id, watch_id=watch_id, role=Role.VIEWER, since=self.clock.now())
        )
        return account_id

    def leave(self, account_id: AccountId, watch_id: WatchId) -> None:
        held = self.memberships._held
        held[:] = [each for each in held if (each.account_id, each.watch_id) != (account_id, watch_id)]

    def token(self, account_id: AccountId) -> str:
        """Sign in; return the token."""
        family = TokenFamily(
            family_id=FamilyId(new_id()), account_id=account_id, started_at=self.clock.now().replace(microsecond=0)
        )
        self.families.start(family)
        return self.tokens.issue(Caller(account_id, family.family_id), self.clock.now()).text

    def sign_out(self, connection_id: str) -> None:
        view = self.views.get(connection_id, self.now())
        assert view is not None
        self.families.end(view.family_id)

    def open(self, account_id: AccountId, connection_id: str = "one=") -> str:
        """Open a connection, show a token, and forget what was shown so far."""
        self.connections.open(connection_id, self.now())
        self.connections.show_token(connection_id, self.now(), self.token(account_id), self.now())
        assert self.screens.shown.pop(connection_id)
        return connection_id

    def sweep(self, after: timedelta = timedelta(0)) -> None:
        """Do what the sweep does with connections, `after` from now."""
        self.clock.advance(after)
        for due in list(self.due.over(self.now())):
            following = self.audience.recheck(due, self.now())
            self.due.remove(due)
            if following is not None:
                self.due.add(following)

    def waiting(self) -> list[Due]:
        return self.due.waiting()
