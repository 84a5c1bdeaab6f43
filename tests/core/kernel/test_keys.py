"""Keys are built in one place, of parts that can only be ours."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.ids import DIGEST_BYTES, InvalidId, checked_id, dated_id, new_id, parts_of
from core.kernel.keys import InvalidKeyPart, composite_key


@pytest.mark.attack("Z-10", guard="core.kernel.keys:checked_part")
@pytest.mark.parametrize("odd", ["A#1", "#1", "A:1", "A|1", "", "a b", ":v0", "é", "A\n", "A\x00", "x" * 129, "$[0]"])
def test_a_part_that_could_pass_for_two_is_refused(odd: str) -> None:
    with pytest.raises(InvalidKeyPart):
        composite_key("binding", odd)


parts = st.lists(st.text(max_size=6), min_size=1, max_size=3)


@given(parts, parts)
def test_different_parts_never_give_the_same_key(some: list[str], others: list[str]) -> None:
    try:
        keys = composite_key(*some), composite_key(*others)
    except InvalidKeyPart:
        return
    assert (keys[0] == keys[1]) == (some == others)


def test_ids_are_opaque_and_checked() -> None:
    assert checked_id(new_id())
    assert new_id() != new_id()
    for odd in ("", "A" * 26, "a" * 25, "a" * 26 + "\n", "1" * 26, "binding#x"):
        with pytest.raises(InvalidId):
            checked_id(odd)


@pytest.mark.attack("Z-11", guard="core.kernel.ids:checked_id", part="ids")
@pytest.mark.parametrize("statement", ["' OR '1'='1", "1; DROP TABLE watches", 'a" UNION SELECT * FROM "accounts'])
def test_a_statement_is_no_id(statement: str) -> None:
    with pytest.raises(InvalidId):
        checked_id(statement)


@given(
    st.datetimes(
        datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
        timezones=st.just(UTC),
    ),
    st.binary(min_size=DIGEST_BYTES, max_size=DIGEST_BYTES),
)
def test_a_dated_id_is_opaque_and_gives_back_what_it_was_made_of(at: datetime, digest: bytes) -> None:
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert parts_of(checked_id(dated_id(at, digest))) == (at, digest)


@pytest.mark.parametrize("odd", ["7" * 25 + "4", "", "A" * 26, "a" * 25 + "b"], ids=["far", "empty", "large", "alias"])
def test_what_no_dated_id_looks_like_is_refused(odd: str) -> None:
    with pytest.raises(InvalidId):
        parts_of(odd)
