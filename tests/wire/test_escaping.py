import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.escaping import escape, from_hex_text, to_hex_text, unescape, wire_text


@given(st.one_of(st.binary(), st.text("}[],*\x01\x02\x05").map(str.encode)))
def test_any_bytes_survive_escaping(payload: bytes) -> None:
    assert unescape(escape(payload)) == payload
    assert not set(escape(payload)) & set(b"[],*")


def test_pairs_outside_the_table_stay_as_they_are() -> None:
    assert unescape(b"}\x00}\x06}}\x01}") == b"}\x00}\x06}}}"


@given(st.text())
def test_any_text_survives_hexadecimal(text: str) -> None:
    assert from_hex_text(to_hex_text(text)) == text


@pytest.mark.parametrize("field", ["zz", "0", "004", "d800"])
def test_what_is_no_hexadecimal_text_is_none(field: str) -> None:
    assert from_hex_text(field) is None


@given(st.binary())
def test_any_bytes_give_some_text(raw: bytes) -> None:
    wire_text(raw.decode("latin-1")).encode("utf-8")
