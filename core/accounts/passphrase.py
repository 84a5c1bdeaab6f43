"""The rule for passwords, wherever one is chosen (P-52): long, and not what a guesser tries first.

After NIST SP 800-63B-4, section 3.1.1: at least 15 characters, no rule on their kinds, every character counts exactly
as it was typed, nothing is ever cut. Nobody else is asked about a password. No list has many common passwords of 15
characters; what people make of short ones is a common word or two, repeated or with digits and rows of keys between
them. So a password is refused when that is all it is. It cannot know every quotation or song.
"""

import re
import unicodedata
from collections.abc import Iterator

from core.accounts.common_passwords import COMMON_WORDS
from core.kernel.errors import Refused

SHORTEST_PASSWORD = 15  # characters; NIST SP 800-63B-4 for a password that stands alone
FEWEST_WORDS = 3
"""Two words of the list are some 20 bits, a minute's work for who has the hashes and the pepper; each more adds 12."""

_DUTCH_WORDS = frozenset(
    """
    aarde ajax amsterdam appel april augustus auto baby beter bloem boerderij broer december dinsdag dochter donderdag
    eindhoven familie februari feyenoord fiets geheim geheimpje geluk groningen hallo herfst holland hond honden huis
    inloggen januari jullie juli juni kaas kanjer kind kinderen klaas konijn kusjes lente lief liefde lieverd maandag
    maart mama meisje moeder nederland nieuw november oktober oma opa oranje paard papa poes poezen prinses rotterdam
    schat schatje school september sinterklaas snoopy tijger toegang utrecht vader vakantie verjaardag vogel vrijdag
    vriend vrienden vriendin wachtwoord welkom winter woensdag zaterdag zomer zondag zonnetje zoon zusje
    """.split()  # noqa: SIM905 - words are read more easily without quotes
)
_SERVICE_WORDS = frozenset(
    ("wachter", "horloge", "horloges", "gps", "gpshorloge", "kinderhorloge", "watch", "smartwatch", "tracker", "app")
)
_WORDS = COMMON_WORDS | _DUTCH_WORDS | _SERVICE_WORDS
_LONGEST_WORD = max(map(len, _WORDS))

_ZIGZAGS = ("qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p")
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", *_ZIGZAGS)
_RUNS = tuple(row for each in _ROWS for row in (each, each[::-1]))
_SHORTEST_RUN = 3
_SHORTEST_NAME = 3  # of the user name's parts
_LOOKALIKES = str.maketrans("013457@$", "oieastas")


class WeakPassword(Refused):
    """The password is too short, or among the first that a guesser tries."""


def require_strong(password: str, login: str) -> None:
    """Raise WeakPassword unless the password may protect the account with this login name."""
    if is_short(password) or is_common(password, login):
        raise WeakPassword("too short or too common")


def is_short(password: str) -> bool:
    """Tell whether the password has too few characters; what is repeated counts once."""
    return period_of(password) < SHORTEST_PASSWORD


def is_common(password: str, login: str) -> bool:
    """Tell whether the password is but a word or two that everybody or this user is known for, however written."""
    names = frozenset(part for part in re.split(r"[\W\d_]+", _letters(login)) if len(part) >= _SHORTEST_NAME)
    plain = "".join(filter(str.isalnum, _letters(password)))
    unmasked = "".join(filter(str.isalnum, _letters(password.translate(_LOOKALIKES))))
    return any(is_made_of_few_words(text, names) for text in (plain, unmasked))


def period_of(text: str) -> int:
    """Return the length of the shortest text whose repetition, perhaps cut at its end, is this one."""
    borders = [0] * len(text)  # of each prefix, the longest proper end that is its beginning too
    border = 0
    for position in range(1, len(text)):
        while border and text[position] != text[border]:
            border = borders[border - 1]
        border += text[position] == text[border]
        borders[position] = border
    return len(text) - border


def is_made_of_few_words(text: str, names: frozenset[str]) -> bool:
    """Tell whether fewer than FEWEST_WORDS different words, with digits and rows of keys between them, make the text.

    text: lower-case letters and digits only.
    """
    reached: list[set[frozenset[str]]] = [set() for _ in range(len(text) + 1)]  # with which words a place is reached
    reached[0].add(frozenset())
    for start, used_before in enumerate(reached[:-1]):
        if not used_before:
            continue
        for end, word in _parts_at(text, start, names):
            reached[end].update(used for each in used_before if len(used := each | word) < FEWEST_WORDS)
    return bool(text and reached[-1])


def _parts_at(text: str, start: int, names: frozenset[str]) -> Iterator[tuple[int, frozenset[str]]]:
    """Yield where each part that begins here may end, and the word that it is, if it is one."""
    if text[start].isdigit():
        yield start + 1, frozenset()
    for end in range(start + _SHORTEST_RUN, len(text) + 1):
        part = text[start:end]
        if not (len(set(part)) == 1 or any(part in run for run in _RUNS)):
            break
        yield end, frozenset()
    for end in range(start + _SHORTEST_NAME, min(start + max(_LONGEST_WORD, *map(len, names), 0), len(text)) + 1):
        part = text[start:end]
        if part in _WORDS or part in names:
            yield end, frozenset((part,))


def _letters(text: str) -> str:
    """Return the text in lower case, without accents, each letter in its plainest form."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(each for each in decomposed if not unicodedata.combining(each))
