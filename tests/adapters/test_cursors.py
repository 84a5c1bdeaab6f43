"""Signed cursors."""

import base64
import hmac
from datetime import timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cursors import LIFETIME, InvalidCursor, SignedCursors
from tests.clocks import NOON

SCOPE = ("position", "an account", "a watch", "None", "None")
PLACE = ["2026-11-21T12:00:00+00:00", "2026-11-22T12:00:00+00:00", "20261122T115830000Z#0123"]


def cursors(key: bytes = b"k") -> SignedCursors:
    return SignedCursors(lambda message: hmac.digest(key, message, "sha256"))


def test_a_cursor_leads_back_to_its_place() -> None:
    assert cursors().read(cursors().write(PLACE, SCOPE, NOON), SCOPE, NOON) == PLACE


def test_a_cursor_fits_into_an_address_as_it_is() -> None:
    cursor = cursors().write(PLACE, SCOPE, NOON)
    assert quote(cursor) == cursor


@pytest.mark.parametrize("part", range(len(SCOPE)))
def test_a_cursor_of_another_scope_is_refused(part: int) -> None:
    other = [*SCOPE[:part], "another", *SCOPE[part + 1 :]]
    with pytest.raises(InvalidCursor):
        cursors().read(cursors().write(PLACE, other, NOON), SCOPE, NOON)


def test_parts_of_a_scope_do_not_run_into_one_another() -> None:
    with pytest.raises(InvalidCursor):
        cursors().read(cursors().write(PLACE, ("a", "bc"), NOON), ("ab", "c"), NOON)


def test_a_cursor_ends_with_its_time() -> None:
    cursor = cursors().write(PLACE, SCOPE, NOON)
    cursors().read(cursor, SCOPE, NOON + LIFETIME - timedelta(seconds=1))
    with pytest.raises(InvalidCursor):
        cursors().read(cursor, SCOPE, NOON + LIFETIME)


def test_a_cursor_under_another_key_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        cursors().read(cursors(b"another").write(PLACE, SCOPE, NOON), SCOPE, NOON)


@given(st.data())
def test_a_cursor_with_any_byte_changed_is_refused(data: st.DataObject) -> None:
    raw = bytearray(base64.urlsafe_b64decode(cursors().write(PLACE, SCOPE, NOON) + "=="))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(InvalidCursor):
        cursors().read(base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), SCOPE, NOON)


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    with pytest.raises(InvalidCursor):
        cursors().read(text, SCOPE, NOON)
