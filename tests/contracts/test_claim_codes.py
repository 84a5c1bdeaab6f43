"""ClaimCodes."""

from datetime import timedelta

import pytest

from core.retention.policy import Subject
from core.vault.model import STOCK
from core.watches.model import CODE_TRIES, ClaimCode
from tests.clocks import NOON
from tests.worlds import World

MINUTE = timedelta(minutes=1)
NAME, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def stock(world: World) -> World:
    world.sealer.make(Subject.STOCK, STOCK)
    return world


def test_a_code_is_there_for_five_minutes(stock: World) -> None:
    stock.claim_codes.put(NAME, "40281934", NOON)
    assert stock.claim_codes.get(NAME, NOON) == ClaimCode("40281934", NOON + 5 * MINUTE)
    assert stock.claim_codes.get(OTHER, NOON) is None
    assert stock.claim_codes.attempt(NAME, NOON + 5 * MINUTE) is None
    assert stock.claim_codes.get(NAME, NOON + 5 * MINUTE) is None


def test_whoever_asks_again_finds_the_same_code_and_its_tries(stock: World) -> None:
    stock.claim_codes.put(NAME, "40281934", NOON)
    for _ in range(CODE_TRIES):
        stock.claim_codes.put(NAME, "00000000", NOON + MINUTE)
        assert stock.claim_codes.attempt(NAME, NOON + MINUTE) == ClaimCode("40281934", NOON + 5 * MINUTE)
    stock.claim_codes.put(NAME, "00000000", NOON + MINUTE)
    assert stock.claim_codes.attempt(NAME, NOON + MINUTE) is None
    assert stock.claim_codes.get(NAME, NOON + MINUTE), "the watch goes on showing it"
    stock.claim_codes.put(NAME, "55555555", NOON + 5 * MINUTE)
    code = stock.claim_codes.attempt(NAME, NOON + 5 * MINUTE)
    assert code is not None
    assert code.digits == "55555555"


def test_a_code_that_was_used_is_gone(stock: World) -> None:
    stock.claim_codes.put(NAME, "40281934", NOON)
    stock.claim_codes.remove(NAME)
    stock.claim_codes.remove(NAME)
    assert stock.claim_codes.get(NAME, NOON) is None
    assert stock.claim_codes.attempt(NAME, NOON) is None


def test_there_is_no_code_where_none_was_asked_for(stock: World) -> None:
    assert stock.claim_codes.attempt(NAME, NOON) is None
    assert stock.claim_codes.get(NAME, NOON) is None
