"""The ports of SIM cards in memory."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime

from adapters.dynamo.top_ups import newest_of
from adapters.sim_provider.contract import Content, ContractSimProvider, Operation
from adapters.sim_provider.signing import is_signed
from core.kernel.ids import AccountId, TopUpId, WatchId
from core.kernel.page import Page
from core.sims.model import Callback, ProviderRefused, ProviderUnavailable, Registration, Sim, TopUp
from local.sim_provider import CALLBACK_KEY, Books


class InMemorySims:
    def __init__(self) -> None:
        self.items: dict[WatchId, Sim] = {}

    def get(self, watch_id: WatchId) -> Sim | None:
        return self.items.get(watch_id)

    def put(self, sim: Sim) -> None:
        self.items[sim.watch_id] = sim

    def replace(self, sim: Sim) -> Sim | None:
        known = self.items.get(sim.watch_id)
        if known is None or known.revision != sim.revision:
            return None
        self.items[sim.watch_id] = replace(sim, revision=sim.revision + 1)
        return self.items[sim.watch_id]

    def remove(self, watch_id: WatchId) -> None:
        self.items.pop(watch_id, None)


class InMemoryTopUps:
    def __init__(self) -> None:
        self.items: dict[tuple[WatchId, TopUpId], TopUp] = {}

    def add(self, top_up: TopUp) -> bool:
        return self.items.setdefault((top_up.watch_id, top_up.top_up_id), top_up) is top_up

    def replace(self, top_up: TopUp) -> TopUp | None:
        key = top_up.watch_id, top_up.top_up_id
        if key not in self.items or self.items[key].revision != top_up.revision:
            return None
        self.items[key] = replace(top_up, revision=top_up.revision + 1)
        return self.items[key]

    def get(self, watch_id: WatchId, top_up_id: TopUpId) -> TopUp | None:
        return self.items.get((watch_id, top_up_id))

    def newest(self, watch_id: WatchId, *, limit: int, after: str | None) -> Page[TopUp]:
        return newest_of([each for (of, _), each in self.items.items() if of == watch_id], limit, after)


class InMemorySimRegistrations:
    def __init__(self) -> None:
        self.items: dict[tuple[AccountId, WatchId], Registration] = {}

    def get(self, account_id: AccountId, watch_id: WatchId) -> Registration | None:
        return self.items.get((account_id, watch_id))

    def replace(self, registration: Registration) -> Registration | None:
        key = registration.account_id, registration.watch_id
        revision = self.items[key].revision if key in self.items else 0
        if revision != registration.revision:
            return None
        self.items[key] = replace(registration, revision=revision + 1)
        return self.items[key]

    def remove(self, account_id: AccountId, watch_id: WatchId) -> None:
        self.items.pop((account_id, watch_id), None)


@dataclass
class BooksExchange:
    """The way to an operator's books within the process. is_down: nobody answers, and nothing is done."""

    books: Books
    is_down: bool = False
    asked: list[Operation] = field(default_factory=list)

    def ask(self, operation: Operation, content: Content, key: str | None = None) -> Content:
        self.asked.append(operation)
        if self.is_down:
            raise ProviderUnavailable("down")
        status, answer = self.books.answer(operation, json.loads(json.dumps(content)), key)
        if status >= 400:
            raise ProviderRefused("refused")
        return json.loads(json.dumps(answer))  # type: ignore[no-any-return] # what the books say is an object

    def is_signed(self, callback: Callback) -> bool:
        now: datetime = self.books.clock.now()
        return is_signed(callback.body, callback.timestamp, callback.signature, CALLBACK_KEY, now)

    @property
    def provider(self) -> ContractSimProvider:
        return ContractSimProvider(self)
