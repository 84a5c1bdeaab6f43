"""What a watch gets back for a frame: its acknowledgement, addressed and counted as the frame was."""

from typing import Final, NamedTuple

from wire.framing import Frame
from wire.words import COMMAND_REPLY, WORDS, Word, word_of

_VOICE_RECEIPTS: Final = (b"TK,0", b"TK,1")  # the watch tells whether it took a voice message: no message itself


def meaning(frame: Frame) -> Word:
    """Return what the frame's TYPE entails, in the light of its arguments."""
    if frame.content in _VOICE_RECEIPTS:
        return COMMAND_REPLY
    return word_of(frame.type)


class Treatment(NamedTuple):
    """What a frame entails on its connection. answer: its acknowledgement behind the address; the rest as in Word."""

    answer: bytes | None
    durable_first: bool
    needs_flush: bool
    kind: str


def acknowledgement(frame: Frame) -> bytes | None:
    """Return the whole frame that acknowledges this one; None where there is none or where it needs state.

    Manufacturer, id and index are echoed (T); the length is lower-case hexadecimal.
    """
    answer = treatment_of(frame).answer
    return None if answer is None else address_of(frame) + answer


def treatment_of(frame: Frame) -> Treatment:
    """Return what the frame entails."""
    return TREATMENTS.get(frame.type) or _treatment(frame.type, meaning(frame))


def address_of(frame: Frame) -> bytes:
    """Return the beginning of every frame back to the sender of this one: `[CC*ID*` or `[CC*ID*INDEX*`."""
    index = "" if frame.index is None else f"{frame.index}*"
    return f"[{frame.manufacturer}*{frame.device}*{index}".encode("latin-1")


def _treatment(name: str, word: Word) -> Treatment:
    content = word.answer or name.encode("latin-1")  # ECHO is empty
    answer = None if word.answer is None else b"%04x*%b]" % (len(content), content)
    return Treatment(answer, word.durable_first, word.needs_flush, word.kind)


TREATMENTS: Final = {name: _treatment(name, word) for name, word in WORDS.items() if name != "TK"}
"""By TYPE, for all but TK, whose arguments count as well."""
