"""SIM cards, their top-ups and registrations."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from adapters.dynamo.sim_registrations import SimRegistrationRecord
from adapters.dynamo.sims import SimRecord
from adapters.dynamo.top_ups import TopUpRecord
from core.kernel.ids import AccountId, TopUpId, WatchId, new_id
from core.retention.policy import Subject
from core.sims.model import RegistrationState, SimState, Standing, TopUp, TopUpState
from core.vault.model import Unreadable
from tests.builders import any_registration, any_sim, any_top_up
from tests.clocks import NOON, FrozenClock
from tests.worlds import World, on_dynamo

STANDING = Standing(balance_cents=120, valid_until=date(2027, 1, 31), state=SimState.ACTIVE, at=NOON)


def test_a_watch_has_one_card(world: World) -> None:
    watch_id = world.watch()
    assert world.sims.get(watch_id) is None
    known = any_sim(watch_id, standing=STANDING, asked_at=NOON, low_since=NOON, low_is_told=True)
    for sim in (any_sim(watch_id), known):
        world.sims.put(sim)
        assert world.sims.get(watch_id) == sim
    for _ in range(2):
        world.sims.remove(watch_id)
        assert world.sims.get(watch_id) is None


def test_a_card_is_replaced_by_whoever_knows_its_last_state(world: World) -> None:
    sim = any_sim(world.watch())
    assert world.sims.replace(sim) is None, "there is none to be replaced"
    world.sims.put(sim)
    stored = world.sims.replace(replace(sim, asked_at=NOON))
    assert stored == replace(sim, asked_at=NOON, revision=1)
    assert world.sims.replace(replace(sim, asked_at=NOON + timedelta(hours=1))) is None
    assert world.sims.get(sim.watch_id) == stored


def test_a_top_up_is_added_once_and_replaced_by_whoever_knows_its_last_state(world: World) -> None:
    top_up = any_top_up(world.watch(), world.account(), NOON)
    assert world.top_ups.replace(top_up) is None
    assert world.top_ups.add(top_up)
    assert not world.top_ups.add(replace(top_up, amount_cents=5))
    booked = world.top_ups.replace(replace(top_up, state=TopUpState.BOOKED))
    assert booked == replace(top_up, state=TopUpState.BOOKED, revision=1)
    assert world.top_ups.replace(replace(top_up, state=TopUpState.REFUSED)) is None
    assert world.top_ups.get(top_up.watch_id, top_up.top_up_id) == booked
    assert world.top_ups.get(top_up.watch_id, TopUpId(new_id())) is None
    assert world.top_ups.get(WatchId(new_id()), top_up.top_up_id) is None


def test_top_ups_are_read_page_by_page_the_newest_first(world: World) -> None:
    watch_id, account_id = world.watch(), world.account()
    ordered = [any_top_up(watch_id, account_id, NOON - timedelta(days=days)) for days in (3, 0, 4, 1, 2)]
    for top_up in ordered:
        world.top_ups.add(top_up)
    expected = sorted(ordered, key=lambda each: each.ordered_at, reverse=True)
    found: list[TopUp] = []
    after: str | None = None
    while True:
        page = world.top_ups.newest(watch_id, limit=2, after=after)
        found += page.items
        after = page.next
        if after is None:
            break
    assert found == expected
    assert not world.top_ups.newest(WatchId(new_id()), limit=2, after=None).items


def test_a_registration_is_replaced_by_whoever_knows_its_last_state(world: World) -> None:
    registration = any_registration(world.account(), world.watch(), NOON)
    owner, watch_id = registration.account_id, registration.watch_id
    stored = world.sim_registrations.replace(registration)
    assert stored == replace(registration, revision=1)
    assert world.sim_registrations.replace(registration) is None, "there is one already"
    confirmed = world.sim_registrations.replace(replace(stored, state=RegistrationState.CONFIRMED))
    assert world.sim_registrations.replace(stored) is None
    assert world.sim_registrations.get(owner, watch_id) == confirmed
    assert world.sim_registrations.get(AccountId(new_id()), watch_id) is None
    for _ in range(2):
        world.sim_registrations.remove(owner, watch_id)
        assert world.sim_registrations.get(owner, watch_id) is None


@pytest.mark.promise("P-10", guard="adapters.sealer:VaultSealer.seal", part="sealed")
@pytest.mark.promise("P-12", guard="adapters.sealer:VaultSealer.seal", part="sealed")
def test_numbers_names_and_amounts_are_sealed_and_gone_with_their_subjects_key() -> None:
    with on_dynamo(FrozenClock()) as world:
        watch_id, account_id = world.watch(), world.account()
        top_up, registration = any_top_up(watch_id, account_id, NOON), any_registration(account_id, watch_id, NOON)
        world.sims.put(any_sim(watch_id))
        world.top_ups.add(top_up)
        world.sim_registrations.replace(registration)
        items = [
            SimRecord.get(watch_id).serialize(),
            TopUpRecord.get(watch_id, top_up.top_up_id).serialize(),
            SimRegistrationRecord.get(account_id, watch_id).serialize(),
        ]
        stored = repr(items)
        assert not any(text in stored for text in ("8931088", "Marieke", "Deventer", "7311", "example.nl", "amount"))
        assert all(item.keys() - {"watch_id", "account_id", "top_up_id"} == {"revision", "payload"} for item in items)
        world.sealer.destroy(Subject.BINDING, watch_id)
        assert world.sims.get(watch_id) is None
        assert world.top_ups.get(watch_id, top_up.top_up_id) is None
        assert world.sim_registrations.get(account_id, watch_id) is not None
        world.sealer.destroy(Subject.ACCOUNT, account_id)
        assert world.sim_registrations.get(account_id, watch_id) is None
        with pytest.raises(Unreadable):
            world.sims.put(any_sim(watch_id))
