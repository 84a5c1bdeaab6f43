"""A watch with a card, its owner, and an operator who does what a test wants."""

import json
from dataclasses import asdict
from typing import Any

from adapters.lookup import HmacLookup
from adapters.sim_provider.contract import ContractSimProvider, Exchange
from adapters.sim_provider.signing import signature_of
from core.kernel.ids import AccountId, WatchId, new_id
from core.sims.model import Callback, Standing, TopUp
from core.sims.service import SimService
from core.watches.model import Membership, Role
from local.sim_provider import CALLBACK_KEY, Books
from tests.builders import any_sim
from tests.clocks import NOON, FrozenClock
from tests.fakes.accounts import InMemoryAttempts
from tests.fakes.sims import BooksExchange, InMemorySimRegistrations, InMemorySims, InMemoryTopUps
from tests.fakes.tracking import RecordingAlarms
from tests.fakes.vault import keyring_in_memory
from tests.fakes.watches import InMemoryMemberships

KEY = "5f0c3f0e-6f6c-4a8e-9d7a-2f1f3b0d7c11"


class Household:
    """Everything of one watch's card. exchange: in the place of the way to the operator's books."""

    def __init__(self, exchange: Exchange | None = None, clock: FrozenClock | None = None) -> None:
        self.clock = clock or FrozenClock()
        self.owner, self.watch_id = AccountId(new_id()), WatchId(new_id())
        self.books = Books(self.clock)
        self.operator = BooksExchange(self.books)
        self.sims, self.top_ups = InMemorySims(), InMemoryTopUps()
        self.registrations = InMemorySimRegistrations()
        self.alarms = RecordingAlarms()
        memberships = InMemoryMemberships()
        memberships.add(Membership(account_id=self.owner, watch_id=self.watch_id, role=Role.OWNER, since=NOON))
        self.service = SimService.over(
            sims=self.sims,
            top_ups=self.top_ups,
            registrations=self.registrations,
            memberships=memberships,
            provider=ContractSimProvider(exchange or self.operator),
            alarms=self.alarms,
            attempts=InMemoryAttempts(),
            lookup=HmacLookup(keyring_in_memory(self.clock)),
        )
        self.service.watch_claimed(self.watch_id, any_sim(self.watch_id).number)

    def order(self, key: str = KEY, cents: int = 1000) -> TopUp:
        return self.service.top_ups.order(self.owner, self.watch_id, key, cents, self.clock.now())

    def tell(self, **told: Any) -> None:
        """Let the operator tell something, signed as of now."""
        self.take({"reference": self.watch_id, **told})

    def take(self, content: Any) -> None:
        timestamp, body = str(int(self.clock.now().timestamp())), json.dumps(content)
        callback = Callback(body, timestamp, signature_of(body, timestamp, CALLBACK_KEY))
        self.service.callbacks.take(callback, "192.0.2.7", self.clock.now())

    def tell_balance(self, cents: int | None) -> None:
        standing = Standing(balance_cents=cents, valid_until=None, state=None, at=self.clock.now())
        self.tell(kind="standing", standing={**asdict(standing), "currency": "EUR", "at": standing.at.isoformat()})
