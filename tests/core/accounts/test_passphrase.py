"""The rule for passwords."""

import string
from contextlib import suppress
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts.passphrase import (
    SHORTEST_PASSWORD,
    WeakPassword,
    is_common,
    is_made_of_few_words,
    is_short,
    period_of,
    require_strong,
)

LOGIN = "marieke.devries@example.nl"
IS_SHORT, IS_COMMON = "core.accounts.passphrase:is_short", "core.accounts.passphrase:is_common"

GOOD = [
    "negen fietsen langs de IJssel",
    "correct horse battery staple",
    "Vijf ganzen zwemmen traag voorbij",
    "ik at gisteren drie haringen",
    "         vier spaties en een ui",
    "дом, в котором живёт тишина",
    "五匹の狐が静かな川を渡って帰る夜です",
    "🦊🐻🦁🐮🐷🐸🐵🐔🐧🐦🦆🦉🐝🦋🐌",
    "xK9#mQ2$vL7@pR4!w",
    "zonder-hoofdletter-of-cijfer",
    "kqv wzj tnb mxp rdf",
    "marieke houdt van eekhoorns",
    "a" * 1_024 + "negen fietsen",
]
COMMON = [
    "aaaaaaaaaaaaaaaaaaaaaaaa",
    "passwordpassword",
    "Password1234567890",
    "p@ssw0rdp@ssw0rd",
    "PASS word PASS word!",
    "welkom2026welkom2026",
    "WelkomWelkom2026!",
    "wachtwoordgeheim12",
    "qwertyuiopasdfgh",
    "qwertyuiop1234567890",
    "zxcvbnmasdfghjkl",
    "1q2w3e4r5t6y7u8i9o",
    "abcdefghijklmnop",
    "zyxwvutsrqponmlk",
    "123456789012345",
    "0612345678 0612345678",
    "monkey-dragon-monkey-dragon",
    "iloveyouiloveyou1",
    "wáchtwóórd-wélkom",
    "wachterhorloge123",
    "gps-horloge-wachter".replace("wachter", "gps"),
    "Marieke Devries 2026",
    "devriesmarieke1985",
    "marieke1985marieke",
    "m4r13k3.d3vr135!!",
    "".join(chr(ord(letter) + 0xFEE0) for letter in "passwordpassword"),  # full width
]
SHORT = ["", "a", "x9$Kq!mZ2@wP7e", "negen fietsen", "negen fiets negen fiets", "🦊" * 20]


@pytest.mark.parametrize("password", GOOD)
def test_a_long_passphrase_of_any_characters_is_taken(password: str) -> None:
    require_strong(password, LOGIN)


@pytest.mark.promise("P-52", guard=IS_SHORT, part="length")
@pytest.mark.parametrize("password", SHORT)
def test_a_short_password_is_refused_and_repeating_it_does_not_make_it_long(password: str) -> None:
    with pytest.raises(WeakPassword):
        require_strong(password, LOGIN)


@pytest.mark.promise("P-52", guard=IS_COMMON, part="blocklist")
@pytest.mark.parametrize("password", COMMON)
def test_what_guessers_try_first_is_refused_however_it_is_written(password: str) -> None:
    assert is_common(password, LOGIN)
    with pytest.raises(WeakPassword):
        require_strong(password, LOGIN)


def test_length_is_counted_in_characters_not_in_bytes() -> None:
    assert not is_short("ñéöüßàçêîøåæłžš")
    assert is_short("ñéöüßàçêîøåæłž")


def test_the_name_of_another_is_no_reason_to_refuse() -> None:
    password = "zonnebloem olifant 77"
    require_strong(password, LOGIN)
    with pytest.raises(WeakPassword):
        require_strong(password, "zonnebloem@olifant.nl")


@pytest.mark.parametrize(("text", "period"), [("", 0), ("a", 1), ("aaaa", 1), ("abab", 2), ("ababa", 2), ("abcd", 4)])
def test_what_is_repeated_counts_once(text: str, period: int) -> None:
    assert period_of(text) == period


@given(st.text(max_size=40))
def test_the_period_repeats_to_the_whole(text: str) -> None:
    period = period_of(text)
    assert text == (text[:period] * (len(text) + 1))[: len(text)]
    assert all(text != (text[:less] * (len(text) + 1))[: len(text)] for less in range(1, period))


@given(st.text(min_size=SHORTEST_PASSWORD, max_size=1_024), st.emails())
def test_every_text_is_judged(password: str, login: str) -> None:
    with suppress(WeakPassword):
        require_strong(password, login)


@given(st.text(string.ascii_lowercase, min_size=20, max_size=20).filter(lambda text: period_of(text) > 14))
def test_random_letters_are_hardly_ever_refused(password: str) -> None:
    if is_common(password, LOGIN):
        assert is_made_of_few_words(password, frozenset({"marieke", "devries", "example"}))


def test_the_longest_password_is_judged_in_no_time() -> None:
    started = thread_time()
    require_strong("negen fietsen" + "password1qwerty" * 67, LOGIN)
    is_made_of_few_words("monkeydragon1" * 78, frozenset())
    assert thread_time() - started < 5, "a thousand times longer than it takes"
