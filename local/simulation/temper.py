"""How a watch answers what it is told: at once as its texts say, or as watches in the field do."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

Answer = tuple[str, Sequence[str]]
"""A word and its arguments."""


class Manner(StrEnum):
    """One way to take a command."""

    OBEDIENT = "obedient"
    SILENT = "silent"
    """Does nothing and says nothing, as with a word that its firmware does not know."""
    LATE = "late"
    """Does it at once and says so when hardly anybody waits any more."""
    ODD = "odd"
    """Does it, and says so in another firmware's way, or twice."""
    REFUSING = "refusing"
    """Says no."""


_ACCEPTS = "1"
_REFUSES = "0"
_VERDICTS = frozenset({"TK", "PHBX", "PHBX2", "TAKEPILLS"})
"""Words whose answer always tells whether it was done (A-C)."""
_ANSWERED_AS = {"DPHBX": "PHBX"}  # B, C
_ODD: Mapping[str, Sequence[Answer]] = {
    "POWEROFF": [("CR", [])],  # D
    "SOS": [("SOS3", [])],  # A-C
    "RESET": [("VERNO", ["G36_2.1"]), ("RESET", [])],  # with something between that nobody asked for
    "FIND": [("find", [])],  # in lower case
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Temper:
    """A watch's manners. words: of single words, where they differ from the usual one.

    late_s: how long a late answer takes, as Delivery gives up on a first attempt after 25 s. burst: reports after CR
    and the seconds between two (A: each 10 s for three minutes; D: one).
    """

    usual: Manner = Manner.OBEDIENT
    words: Mapping[str, Manner] = field(default_factory=dict)
    late_s: float = 30.0
    burst: tuple[int, float] = (1, 10.0)

    @classmethod
    def of_seed(cls, seed: int, words: Sequence[str]) -> "Temper":
        """Return an obedient watch that is otherwise with each of these words in turn: the same for the same seed."""
        chance = random.Random(seed)  # noqa: S311 - a character, not a secret
        others = [manner for manner in Manner if manner is not Manner.OBEDIENT]
        return cls(words={word: chance.choice(others) for word in words})

    def manner_with(self, word: str) -> Manner:
        """Return how it takes a command of this word."""
        return self.words.get(word, self.usual)

    def answers_to(self, word: str) -> Sequence[Answer]:
        """Return what it says to a command of this word."""
        plain = _ANSWERED_AS.get(word, word)
        match self.manner_with(word):
            case Manner.SILENT:
                return []
            case Manner.REFUSING:
                return [(plain, [_REFUSES])]
            case Manner.ODD:
                return _ODD.get(word, [_accepting(word, plain)] * 2)
        return [_accepting(word, plain)]


OBEDIENT = Temper()


def _accepting(word: str, plain: str) -> Answer:
    return plain, [_ACCEPTS] if word in _VERDICTS or plain in _VERDICTS else []
