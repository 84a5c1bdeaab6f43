"""AMR-NB in its file form (RFC 4867, section 5), as watches send, take and keep their voices."""

from datetime import timedelta

from core.messages.model import InvalidMedia, MediaFlaw

HEADER = b"#!AMR\n"
"""Of one channel; AMR-WB and several channels have others."""
FRAME = timedelta(milliseconds=20)
_SPEECH_BYTES = (12, 13, 15, 17, 19, 20, 26, 31, 5)
"""Behind the first byte of a frame, by its type: the eight rates and comfort noise (3GPP TS 26.101)."""
_NO_DATA = 15
_TYPE_SHIFT, _TYPE_MASK = 3, 0x0F
_RESERVED = 0x83
"""Bits of a frame's first byte that are 0; broken watches and all that is no AMR set them."""


def checked_voice(audio: bytes, longest: timedelta) -> tuple[bytes, timedelta]:
    """Return the voice without what follows its last whole frame, and how long it lasts; raise InvalidMedia."""
    if not audio.startswith(HEADER):
        raise InvalidMedia(MediaFlaw.ANOTHER_KIND)
    position, frames, most = len(HEADER), 0, longest // FRAME
    while position < len(audio):
        size = _frame_bytes(audio[position])
        if position + size > len(audio):
            break  # the watch stopped in the middle of a frame
        position, frames = position + size, frames + 1
        if frames > most:
            raise InvalidMedia(MediaFlaw.TOO_LONG)
    if not frames:
        raise InvalidMedia(MediaFlaw.UNREADABLE)
    return audio[:position], frames * FRAME


def _frame_bytes(first: int) -> int:
    frame_type = first >> _TYPE_SHIFT & _TYPE_MASK
    if first & _RESERVED or (frame_type >= len(_SPEECH_BYTES) and frame_type != _NO_DATA):
        raise InvalidMedia(MediaFlaw.UNREADABLE)
    return 1 if frame_type == _NO_DATA else 1 + _SPEECH_BYTES[frame_type]
