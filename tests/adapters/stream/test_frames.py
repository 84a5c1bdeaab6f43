"""Frames in a stream record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.stream.frames import MAGIC, CorruptRecord, append, pack, unpack
from core.tracking.model import ReceivedFrame
from tests.clocks import NOON
from tests.frames import DEVICE, raw, received

frames = st.builds(
    ReceivedFrame, st.integers(0, 2**63), st.integers(0, 2**64 - 1), st.booleans(), st.binary(max_size=200)
)


@given(st.lists(frames, max_size=8))
def test_frames_come_back_as_they_went_in_and_in_their_order(some: list[ReceivedFrame]) -> None:
    assert unpack(pack(some)) == some


@given(st.lists(frames, min_size=1, max_size=4), st.data())
def test_a_record_that_is_cut_short_is_refused(some: list[ReceivedFrame], data: st.DataObject) -> None:
    record = pack(some)
    ends = [len(pack(some[:count])) for count in range(len(some) + 1)]
    cut = data.draw(st.integers(0, len(record) - 1).filter(lambda length: length not in ends))
    with pytest.raises(CorruptRecord):
        unpack(record[:cut])


@given(st.binary(max_size=100))
def test_any_bytes_are_frames_or_refused(record: bytes) -> None:
    for each in (record, MAGIC + record):
        try:
            unpack(each)
        except CorruptRecord:
            continue


def test_a_record_can_be_built_frame_by_frame_and_tells_when_each_was_received() -> None:
    frame = received("LK", NOON, connection=7, proven=False)
    record = bytearray(MAGIC)
    append(record, frame.received_ms, 7, False, raw("LK"))
    (found,) = unpack(bytes(record))
    assert found == frame
    assert found.received_at == NOON
    assert DEVICE not in repr(found)
