"""Links that go out by mail."""

import hmac
from datetime import timedelta

import pytest

from core.accounts.links import InvalidLink, Links, MailLink
from core.accounts.model import Language
from core.accounts.notices import Letter, LetterKind
from core.kernel.ids import LinkId, new_id
from tests.clocks import FrozenClock
from tests.fakes.accounts import InMemoryAccounts, InMemoryMailLinks
from tests.fakes.notices import RecordingPost

ADDRESS = "marieke@example.nl"
SOME_ID = "k5mzq3x7a2h4b6c7d2e4f6g7h2"


class Desk:
    """Links in memory."""

    def __init__(self) -> None:
        self.clock, self.post, self.rows = FrozenClock(), RecordingPost(), InMemoryMailLinks()
        self.links = Links(
            links=self.rows,
            accounts=InMemoryAccounts(),
            post=self.post,
            mac=lambda message: hmac.digest(b"key", message, "sha256"),
            clock=self.clock,
        )

    def sent(self, kind: LetterKind = LetterKind.RESET_PASSWORD, address: str | None = ADDRESS) -> Letter:
        self.links.send(kind, address, Language.NL)
        return self.post.sent[-1]

    def text(self, letter: Letter) -> str:
        armed = self.links.arm(letter)
        assert armed is not None
        assert armed.link is not None
        return armed.link


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_link_opens_what_it_was_sent_for_and_once_only(desk: Desk) -> None:
    text = desk.text(desk.sent())
    link = desk.links.opened(LetterKind.RESET_PASSWORD, text)
    assert (link.address, link.kind) == (ADDRESS, LetterKind.RESET_PASSWORD)
    assert desk.links.opened(LetterKind.RESET_PASSWORD, text) == link, "to look is not to use"
    desk.links.use_up(link)
    with pytest.raises(InvalidLink):
        desk.links.use_up(link)
    with pytest.raises(InvalidLink):
        desk.links.opened(LetterKind.RESET_PASSWORD, text)


@pytest.mark.attack("A-20", guard="core.accounts.links:Links._is_secret", part="guessing")
def test_nothing_but_the_secret_opens_a_link(desk: Desk) -> None:
    letter = desk.sent()
    link_id, _, secret = desk.text(letter).partition(".")
    other = desk.text(desk.sent()).partition(".")[2]
    for wrong in ("", "x", secret[:-1], secret + "A", other, secret.swapcase(), "\ud800", "é" * 22):
        with pytest.raises(InvalidLink):
            desk.links.opened(LetterKind.RESET_PASSWORD, f"{link_id}.{wrong}")
    desk.links.opened(LetterKind.RESET_PASSWORD, f"{link_id}.{secret}")


def test_a_secret_has_128_bits(desk: Desk) -> None:
    secrets = {desk.text(desk.sent()).partition(".")[2] for _ in range(20)}
    assert len(secrets) == 20
    assert {len(secret) for secret in secrets} == {22}


@pytest.mark.parametrize("text", ["", ".", "x.y", SOME_ID, f"{SOME_ID}.", f"{SOME_ID}.{'A' * 22}", "#" * 5_000])
def test_what_is_no_link_opens_nothing(desk: Desk, text: str) -> None:
    with pytest.raises(InvalidLink):
        desk.links.opened(LetterKind.RESET_PASSWORD, text)


@pytest.mark.attack("A-20", guard="core.retention.policy:is_over", part="a quarter of an hour")
def test_a_link_is_over_when_its_time_is(desk: Desk) -> None:
    text = desk.text(desk.sent())
    desk.clock.advance(timedelta(minutes=15) - timedelta(seconds=1))
    desk.links.opened(LetterKind.RESET_PASSWORD, text)
    desk.clock.advance(timedelta(seconds=1))
    with pytest.raises(InvalidLink):
        desk.links.opened(LetterKind.RESET_PASSWORD, text)


def test_a_link_of_one_kind_opens_nothing_of_another(desk: Desk) -> None:
    text = desk.text(desk.sent(LetterKind.CONFIRM_EMAIL))
    for kind in set(LetterKind) - {LetterKind.CONFIRM_EMAIL}:
        with pytest.raises(InvalidLink):
            desk.links.opened(kind, text)


def test_a_letter_that_is_mailed_twice_holds_the_same_link(desk: Desk) -> None:
    letter = desk.sent()
    assert desk.text(letter) == desk.text(letter)


def test_what_goes_to_nobody_is_not_mailed(desk: Desk) -> None:
    assert desk.links.arm(desk.sent(address=None)) is None
    assert desk.links.arm(Letter(LetterKind.RESET_PASSWORD, LinkId(new_id()))) is None


@pytest.mark.parametrize("kind", [LetterKind.ALREADY_REGISTERED, LetterKind.EMAIL_REPLACED])
def test_a_letter_without_a_link_has_none(desk: Desk, kind: LetterKind) -> None:
    armed = desk.links.arm(desk.sent(kind))
    assert armed is not None
    assert (armed.address, armed.link) == (ADDRESS, None)


def test_neither_letter_nor_row_nor_repr_holds_what_opens_the_link(desk: Desk) -> None:
    letter = desk.sent()
    secret = desk.text(letter).partition(".")[2]
    [row] = desk.rows.links.values()
    assert isinstance(row, MailLink)
    shown = repr((letter, row, desk.links.arm(letter)))
    assert secret not in shown
    assert ADDRESS not in shown
    assert secret not in str([getattr(row, name) for name in MailLink.__slots__])
