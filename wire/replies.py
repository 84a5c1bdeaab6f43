"""What a watch gets back for a frame: its acknowledgement, addressed and counted as the frame was."""

from typing import Final

from wire.framing import Frame
from wire.words import COMMAND_REPLY, WORDS, Word, word_of

_VOICE_RECEIPTS: Final = (b"TK,0", b"TK,1")  # the watch tells whether it took a voice message: no message itself


def meaning(frame: Frame) -> Word:
    """Return what the frame's TYPE entails, in the light of its arguments."""
    if frame.content in _VOICE_RECEIPTS:
        return COMMAND_REPLY
    return word_of(frame.type)


def acknowledgement(frame: Frame) -> bytes | None:
    """Return the whole frame that acknowledges this one; None where there is none or where it needs state.

    Manufacturer, id and index are echoed (T); the length is lower-case hexadecimal.
    """
    return acknowledgement_of(frame, meaning(frame), address_of(frame))


def acknowledgement_of(frame: Frame, word: Word, address: bytes) -> bytes | None:
    """Return the acknowledgement as `acknowledgement` does, where word and address are known."""
    if word.answer is None:
        return None
    tail = _TAILS.get(frame.type)
    return address + (tail if tail is not None else _tail(word.answer or frame.type.encode("latin-1")))


def address_of(frame: Frame) -> bytes:
    """Return the beginning of every frame back to the sender of this one: `[CC*ID*` or `[CC*ID*INDEX*`."""
    index = "" if frame.index is None else f"{frame.index}*"
    return f"[{frame.manufacturer}*{frame.device}*{index}".encode("latin-1")


def _tail(content: bytes) -> bytes:
    return b"%04x*%b]" % (len(content), content)


_TAILS: Final = {name: _tail(word.answer or name.encode()) for name, word in WORDS.items() if word.answer is not None}
