"""Voices of watches, frame by frame."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messages.amr import FRAME, HEADER, checked_voice
from core.messages.model import InvalidMedia, MediaFlaw
from tests.recordings import amr, short

MINUTE = timedelta(minutes=1)


def test_a_voice_is_as_long_as_its_frames() -> None:
    assert checked_voice(amr(3.0), MINUTE) == (amr(3.0), timedelta(seconds=3))


@pytest.mark.parametrize(("frame_type", "size"), [*enumerate((13, 14, 16, 18, 20, 21, 27, 32, 6)), (15, 1)])
def test_every_rate_has_its_size_and_silence_too(frame_type: int, size: int) -> None:
    frame = bytes([frame_type << 3 | 4]).ljust(size, b"\xff")
    assert checked_voice(HEADER + frame * 5, MINUTE) == (HEADER + frame * 5, 5 * FRAME)


def test_what_the_watch_did_not_finish_is_cut_off() -> None:
    assert checked_voice(amr(1.0)[:-1], MINUTE) == (amr(0.98), timedelta(milliseconds=980))


@pytest.mark.parametrize(
    ("audio", "flaw"),
    [
        (b"", MediaFlaw.ANOTHER_KIND),
        (b"<html>", MediaFlaw.ANOTHER_KIND),
        (b"#!AMR-WB\n\x04", MediaFlaw.ANOTHER_KIND),
        (HEADER, MediaFlaw.UNREADABLE),
        (HEADER + b"\x3c", MediaFlaw.UNREADABLE),
        (HEADER + b"<html><script>", MediaFlaw.UNREADABLE),
        (amr(0.1) + b"\x4c", MediaFlaw.UNREADABLE),
        (amr(0.1) + b"\x80", MediaFlaw.UNREADABLE),
        (amr(60.02), MediaFlaw.TOO_LONG),
    ],
    ids=short,
)
def test_what_is_no_voice_is_refused(audio: bytes, flaw: MediaFlaw) -> None:
    with pytest.raises(InvalidMedia) as caught:
        checked_voice(audio, MINUTE)
    assert caught.value.flaw is flaw
    assert str(caught.value) == flaw.value


@given(st.binary(max_size=500))
def test_any_bytes_are_a_voice_or_refused(content: bytes) -> None:
    try:
        kept, duration = checked_voice(HEADER + content, MINUTE)
    except InvalidMedia:
        return
    assert (HEADER + content).startswith(kept)
    assert timedelta() < duration <= MINUTE
