"""Notices and letters come off the queue as they were put on it."""

import json
from datetime import timedelta

import pytest

from adapters.stream.notices import NotForTheQueue, content_of, message_of
from core.accounts.notices import Announcement, Letter, LetterKind, NoticeKind
from core.kernel.ids import AccountId, LinkId, WatchId, new_id
from tests.clocks import NOON

MOTHER, FATHER, WATCH = AccountId(new_id()), AccountId(new_id()), WatchId(new_id())


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("known", [{}, {"watch_id": WATCH, "by": MOTHER, "about": FATHER}])
def test_an_announcement_comes_back_whole(kind: NoticeKind, known: dict[str, AccountId]) -> None:
    at = NOON + timedelta(microseconds=1)
    announcement = Announcement(kind=kind, to=(MOTHER, FATHER), at=at, **known)  # type: ignore[arg-type] # its ids
    assert content_of(message_of(announcement)) == announcement


@pytest.mark.parametrize("kind", LetterKind)
def test_a_letter_comes_back_whole_and_holds_its_kind_and_id_alone(kind: LetterKind) -> None:
    letter = Letter(kind, LinkId(new_id()))
    assert content_of(message_of(letter)) == letter
    assert json.loads(message_of(letter)) == {"letter": {"kind": kind, "link_id": letter.link_id}}


@pytest.mark.parametrize("text", ["", "{", "0", "[]", "{}", '{"letter": {}}', '{"notice": {"kind": "member_joined"}}'])
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(NotForTheQueue):
        content_of(text)
