"""Sealing: a payload opens only in its place, while both its keys exist."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from adapters.keyring import CACHED_FOR, CACHED_KEYS, KeyUnusable
from core.retention.policy import POLICY, Subject
from core.vault.model import STOCK, EpochOver, SealedUnder, Unreadable, epoch_key_id, subject_key_id
from tests.clocks import NOON, FrozenClock
from tests.fakes.vault import InMemoryKeyRows, PlainKeyWrapper
from tests.worlds import World, in_memory

UNDER = SealedUnder(
    data_class=POLICY["position"], subject_id="a" * 26, at=NOON, table="positions", key=("a" * 26, "moment")
)
DAY_OVER = NOON.replace(hour=0) + timedelta(days=89)


@pytest.fixture
def world() -> World:
    world = in_memory(FrozenClock())
    world.sealer.make(Subject.BINDING, UNDER.subject_id)
    return world


def _rows(world: World) -> dict[str, object]:
    return cast("dict[str, object]", cast("InMemoryKeyRows", world.key_rows).rows)


def test_what_was_sealed_opens_again_and_shows_nothing(world: World) -> None:
    sealed = world.sealer.seal(b"52.2112,5.9699", UNDER)
    assert world.sealer.open(sealed, UNDER) == b"52.2112,5.9699"
    assert b"52.2" not in sealed
    assert world.sealer.seal(b"52.2112,5.9699", UNDER) != sealed


@pytest.mark.promise("P-39", guard="adapters.sealer:associated_text", part="sealed with its place bound")
@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(UNDER, table="telemetry"),
        replace(UNDER, key=("a" * 26, "another moment")),
        replace(UNDER, key=("a" * 26 + "moment",)),
        replace(UNDER, key=("a" * 26, "mom", "ent")),
    ],
)
def test_a_payload_moved_to_another_item_does_not_open(world: World, elsewhere: SealedUnder) -> None:
    sealed = world.sealer.seal(b"any", UNDER)
    with pytest.raises(Unreadable):
        world.sealer.open(sealed, elsewhere)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(UNDER, data_class=POLICY["telemetry"]),
        replace(UNDER, at=NOON - timedelta(days=1)),
        replace(UNDER, subject_id="b" * 26),
    ],
)
def test_a_payload_does_not_open_under_another_class_day_or_subject(world: World, elsewhere: SealedUnder) -> None:
    world.sealer.make(Subject.BINDING, "b" * 26)
    for under in (UNDER, elsewhere):
        sealed = world.sealer.seal(b"any", under)
    with pytest.raises(Unreadable):
        world.sealer.open(sealed, UNDER)


def test_any_changed_byte_makes_it_unreadable(world: World) -> None:
    sealed = world.sealer.seal(b"any", UNDER)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(Unreadable):
            world.sealer.open(changed, UNDER)
    for short in (b"", sealed[:1], sealed[:20]):
        with pytest.raises(Unreadable):
            world.sealer.open(short, UNDER)


def test_telemetry_shares_the_days_key_with_positions_but_not_what_ends_at_another_time() -> None:
    assert epoch_key_id(POLICY["position"], NOON) == epoch_key_id(POLICY["telemetry"], NOON)
    hour = epoch_key_id(POLICY["quarantine"], NOON)
    three_days = replace(POLICY["quarantine"], period=timedelta(hours=72))
    assert hour != epoch_key_id(three_days, NOON)
    assert hour == "hour-24h#2026-11-22T12"
    assert epoch_key_id(POLICY["device"], NOON) is None


@pytest.mark.parametrize("lost", [subject_key_id(Subject.BINDING, "a" * 26), epoch_key_id(POLICY["position"], NOON)])
def test_without_either_key_nothing_opens_once_the_cache_has_ended(world: World, lost: str) -> None:
    sealed = world.sealer.seal(b"any", UNDER)
    del _rows(world)[lost]
    world.clock.advance(CACHED_FOR - timedelta(microseconds=1))
    assert world.sealer.open(sealed, UNDER) == b"any"
    world.clock.advance(timedelta(microseconds=1))
    with pytest.raises(Unreadable):
        world.sealer.open(sealed, UNDER)


def test_a_destroyed_subject_is_unreadable_at_once_here_and_is_never_made_again_by_sealing(world: World) -> None:
    sealed = world.sealer.seal(b"any", UNDER)
    world.sealer.destroy(Subject.BINDING, UNDER.subject_id)
    world.sealer.destroy(Subject.BINDING, UNDER.subject_id)
    with pytest.raises(Unreadable):
        world.sealer.open(sealed, UNDER)
    with pytest.raises(Unreadable):
        world.sealer.seal(b"any", UNDER)
    assert subject_key_id(Subject.BINDING, UNDER.subject_id) not in _rows(world)


@pytest.mark.promise("P-17", guard="core.retention.policy:is_over", part="the sealed payload")
def test_what_is_over_neither_opens_nor_is_sealed_even_with_its_key_in_the_cache(world: World) -> None:
    world.clock.set(DAY_OVER - timedelta(seconds=1))
    sealed = world.sealer.seal(b"any", UNDER)
    assert world.sealer.open(sealed, UNDER) == b"any"
    world.clock.advance(timedelta(seconds=1))
    with pytest.raises(Unreadable):
        world.sealer.open(sealed, UNDER)
    with pytest.raises(EpochOver):
        world.sealer.seal(b"any", UNDER)


def test_no_key_is_made_for_an_epoch_that_has_ended(world: World) -> None:
    world.clock.set(DAY_OVER)
    before = dict(_rows(world))
    with pytest.raises(EpochOver):
        world.sealer.seal(b"any", UNDER)
    with pytest.raises(EpochOver):
        world.keyring.ensure("day-2136h#2026-11-22", DAY_OVER)
    assert _rows(world) == before


def test_two_processes_that_meet_a_new_epoch_use_one_key(world: World) -> None:
    other = in_memory(world.clock)
    other.keyring._rows = RacingRows(cast("InMemoryKeyRows", world.key_rows), world)
    sealed = other.sealer.seal(b"any", UNDER)
    assert world.sealer.open(sealed, UNDER) == b"any"


class RacingRows:
    """Another process makes the epoch's key between our look and our write."""

    def __init__(self, rows: InMemoryKeyRows, winner: World) -> None:
        self._rows = rows
        self._winner = winner
        self.find = rows.find
        self.remove = rows.remove

    def add(self, key_id: str, wrapped: bytes, expires_at: object) -> bool:
        assert expires_at == DAY_OVER
        self._winner.sealer.seal(b"first", UNDER)
        return self._rows.add(key_id, wrapped, DAY_OVER)


def test_a_row_that_holds_no_key_is_told_and_not_asked_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.keyring.ensure("any")
    world.clock.advance(CACHED_FOR)
    monkeypatch.setattr(world.key_rows, "find", lambda _key_id: None)
    with pytest.raises(KeyUnusable):
        world.keyring.ensure("any")


def test_a_key_is_opened_once_in_five_minutes_and_the_cache_is_bounded(world: World) -> None:
    wrapper = cast("PlainKeyWrapper", world.key_wrapper)
    fresh = in_memory(world.clock)
    fresh.keyring._rows, fresh.keyring._wrapper = world.key_rows, wrapper
    world.sealer.seal(b"any", UNDER)
    for _ in range(3):
        fresh.sealer.seal(b"any", UNDER)
    assert wrapper.unwrapped == 2
    world.clock.advance(CACHED_FOR)
    fresh.sealer.seal(b"any", UNDER)
    assert wrapper.unwrapped == 4
    for number in range(CACHED_KEYS + 5):
        fresh.keyring.ensure(f"any-{number}")
    assert len(fresh.keyring._open) == CACHED_KEYS


def test_what_has_no_epoch_is_sealed_under_its_subject_alone(world: World) -> None:
    under = SealedUnder(data_class=POLICY["device"], subject_id=STOCK, table="devices", key=("any",))
    world.sealer.make(Subject.STOCK, STOCK)
    sealed = world.sealer.seal(b"any", under)
    world.clock.advance(timedelta(days=5000))
    assert world.sealer.open(sealed, under) == b"any"
