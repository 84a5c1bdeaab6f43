from datetime import UTC, datetime

import pytest

from tests.wire.builders import BODY, DEVICE, events_of, frame_of, framed
from wire.framing import Frame
from wire.quirks import DateOrder, LengthBase, Quirks

NOW = datetime(2026, 7, 22, 14, 0, tzinfo=UTC)


def only(stream: bytes) -> Frame:
    [frame] = events_of(stream)
    assert isinstance(frame, Frame)
    return frame


@pytest.mark.parametrize(
    ("date", "order"),
    [("220726", DateOrder.DDMMYY), ("260722", DateOrder.YYMMDD), ("010101", None), ("990722", None), ("x", None)],
)
def test_the_date_order_is_learned_from_a_date_that_shows_it(date: str, order: DateOrder | None) -> None:
    frame = frame_of(f"UD,{BODY},0,0".replace("220726", date))
    assert Quirks().learn(frame, NOW).date_order is order


def test_a_date_that_reads_the_same_both_ways_teaches_nothing() -> None:
    at = datetime(2022, 7, 22, 14, 0, tzinfo=UTC)
    assert Quirks().learn(frame_of(f"UD,{BODY.replace('220726', '220722')},0,0"), at).date_order is None


@pytest.mark.parametrize(
    ("length", "base"),
    [("000d", LengthBase.HEXADECIMAL), ("0013", LengthBase.DECIMAL), ("0042", LengthBase.WRONG)],
)
def test_the_length_base_is_learned(length: str, base: LengthBase) -> None:
    frame = only(f"[3G*{DEVICE}*{length}*LK,50,100,100]".encode())
    assert Quirks().learn(frame, NOW).length_base is base


def test_a_length_below_ten_teaches_nothing() -> None:
    assert Quirks().learn(frame_of("LK"), NOW).length_base is None


def test_what_was_learned_stays_when_a_frame_shows_nothing() -> None:
    signed = b"[" + b"0123456789abcdef" * 2 + framed("LK", index="0003")[1:]
    learned = Quirks().learn(frame_of(f"UD,{BODY},0,0"), NOW).learn(only(signed), NOW)
    assert learned == Quirks(
        date_order=DateOrder.DDMMYY, length_base=LengthBase.HEXADECIMAL, has_index=True, is_signed=True
    )
    assert learned.learn(frame_of("LK"), NOW) is learned


@pytest.mark.parametrize(
    "quirks",
    [Quirks(), Quirks(date_order=DateOrder.YYMMDD, length_base=LengthBase.DECIMAL, has_index=True, is_signed=True)],
)
def test_a_profile_survives_storing(quirks: Quirks) -> None:
    assert Quirks.of(quirks.to_dict()) == quirks


def test_an_empty_profile_stores_nothing() -> None:
    assert Quirks().to_dict() == {}
