"""Topping up: whatever is repeated, crossed or lost on the way, an order is booked once or not at all (Z-24)."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from core.accounts.attempts import exceeds
from core.accounts.model import TooManyAttempts
from core.accounts.ports import Attempts
from core.kernel.errors import IdempotencyKeyReused
from core.kernel.ids import AccountId, TopUpId, WatchId, named_id
from core.kernel.page import Page
from core.sims.cards import SimCards
from core.sims.model import (
    SETTLED,
    NoSim,
    ProviderRefused,
    ProviderUnavailable,
    TopUp,
    TopUpAnswer,
    TopUpNotFound,
    TopUpState,
)
from core.sims.ports import SimProvider, TopUps
from core.vault.ports import Lookup

BOOKED_WITHIN = timedelta(minutes=10)
"""After its order; later nobody expects it any more. An order that never reached the operator is refused then."""
MOST_A_DAY = 10
"""Orders for one watch in a UTC day: many times what a child calls for, and a bound on what a thief can spend."""
ASKED_AT_ONCE = 3
"""While somebody waits for a list; what is left is told by callbacks, or at the next look."""
TRIES = 3
"""Of writing what became of one: a read and a callback at a time; what they know is settled alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUpDesk:
    """Takes orders and follows them until they are booked or refused."""

    top_ups: TopUps
    cards: SimCards
    provider: SimProvider
    attempts: Attempts
    lookup: Lookup

    def order(self, account_id: AccountId, watch_id: WatchId, key: str, amount_cents: int, now: datetime) -> TopUp:
        """Order a top-up under the caller's idempotency key, which orders once however often it comes.

        Raise NoSim, IdempotencyKeyReused or TooManyAttempts.
        """
        top_up_id = top_up_id_of(account_id, watch_id, key, self.lookup)
        top_up = self.top_ups.get(watch_id, top_up_id)
        if top_up is None:
            new = self._new(account_id, watch_id, top_up_id, amount_cents, now)
            # stored before the operator hears of it: a crash leaves one whose outcome is not known
            if self.top_ups.add(new):
                return self._tried(new, now)
            top_up = self.top_ups.get(watch_id, top_up_id)
            assert top_up is not None, "a top-up is never removed while its watch is there"
        if top_up.amount_cents != amount_cents:
            raise IdempotencyKeyReused("the key came with another amount")
        return self._followed(top_up, now)

    def get(self, watch_id: WatchId, top_up_id: TopUpId, now: datetime) -> TopUp:
        """Return a top-up as its operator has it now; raise TopUpNotFound."""
        top_up = self.top_ups.get(watch_id, top_up_id)
        if top_up is None:
            raise TopUpNotFound("the watch has no such top-up")
        return self._followed(top_up, now)

    def newest(self, watch_id: WatchId, *, limit: int, after: str | None, now: datetime) -> Page[TopUp]:
        """Return a page of the watch's top-ups; its operator is asked of the first few that are not settled."""
        page = self.top_ups.newest(watch_id, limit=limit, after=after)
        known = {each.top_up_id: each for each in page.items}
        with suppress(ProviderUnavailable):
            for top_up in [each for each in page.items if self._is_open(each)][:ASKED_AT_ONCE]:
                known[top_up.top_up_id] = self._asked(top_up, now)
        return Page(list(known.values()), page.next)

    def told(self, watch_id: WatchId, top_up_id: TopUpId, answer: TopUpAnswer, now: datetime) -> None:
        """Take in what the operator tells of a top-up; one that is not ours is none of our business."""
        top_up = self.top_ups.get(watch_id, top_up_id)
        if top_up is not None:
            self._answered(top_up, answer, now)

    def _new(
        self, account_id: AccountId, watch_id: WatchId, top_up_id: TopUpId, amount_cents: int, now: datetime
    ) -> TopUp:
        sim = self.cards.sims.get(watch_id)
        if sim is None:
            raise NoSim("the watch has no SIM that is known")
        self._count(watch_id, now)
        return TopUp(
            top_up_id=top_up_id,
            watch_id=watch_id,
            sim_number=sim.number,
            amount_cents=amount_cents,
            ordered_by=account_id,
            ordered_at=now,
            state_at=now,
        )

    def _count(self, watch_id: WatchId, now: datetime) -> None:
        day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if exceeds(self.attempts.count(f"top-ups:{watch_id}:{day:%Y-%m-%d}", now), MOST_A_DAY):
            raise TooManyAttempts(day + timedelta(days=1) - now)

    def _followed(self, top_up: TopUp, now: datetime) -> TopUp:
        return self._tried(top_up, now) if self._is_open(top_up) else top_up

    def _is_open(self, top_up: TopUp) -> bool:
        """Tell whether there is anything to ask: not of a card that is another's by now.

        Its operator would take us for who has it.
        """
        if top_up.state in SETTLED:
            return False
        sim = self.cards.sims.get(top_up.watch_id)
        return sim is not None and sim.number == top_up.sim_number

    def _tried(self, top_up: TopUp, now: datetime) -> TopUp:
        try:
            return self._asked(top_up, now)
        except ProviderUnavailable:
            return top_up

    def _asked(self, top_up: TopUp, now: datetime) -> TopUp:
        """Ask the operator, under the same name as before; raise ProviderUnavailable."""
        try:
            answer = self.provider.top_up(top_up, top_up.ordered_at + BOOKED_WITHIN)
        except ProviderRefused:
            answer = TopUpAnswer(TopUpState.REFUSED)
        return self._answered(top_up, answer, now)

    def _answered(self, top_up: TopUp, answer: TopUpAnswer, now: datetime) -> TopUp:
        if answer.standing is not None:
            self.cards.told(top_up.watch_id, answer.standing, now)
        found: TopUp | None = top_up
        for _ in range(TRIES):
            if found is None or not is_step(found.state, answer.state):
                break
            stored = self.top_ups.replace(replace(found, state=answer.state, state_at=now))
            if stored is not None:
                return stored
            found = self.top_ups.get(top_up.watch_id, top_up.top_up_id)
        return found or top_up


def top_up_id_of(account_id: AccountId, watch_id: WatchId, key: str, lookup: Lookup) -> TopUpId:
    """Return the name of what an account orders for a watch under this key."""
    return TopUpId(named_id(bytes.fromhex(lookup.of("top-up", f"{account_id} {watch_id} {key}"))))


def is_step(known: TopUpState, told: TopUpState) -> bool:
    """Tell whether what is told of a top-up is news: what is settled stays, whatever comes late or twice."""
    return known not in SETTLED and told is not known
