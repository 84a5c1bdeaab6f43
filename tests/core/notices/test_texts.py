"""The texts of mails."""

import pytest

from core.accounts.model import Language
from core.accounts.notices import LetterKind, NoticeKind
from core.notices.texts import MAILED, letter_of, mail_of

LINK = "https://app.wachter.example/#abc"
WITHOUT_LINK = {LetterKind.ALREADY_REGISTERED, LetterKind.EMAIL_REPLACED}


def test_what_a_thief_of_a_login_would_do_is_mailed() -> None:
    assert {
        NoticeKind.NEW_SIGN_IN,
        NoticeKind.TOKEN_REUSED,
        NoticeKind.PASSWORD_CHANGED,
        NoticeKind.EMAIL_CHANGED,
        NoticeKind.AUTOMATION_ADDED,
        NoticeKind.OWNERSHIP_MOVED,
        NoticeKind.SOS_NUMBERS_CHANGED,
        NoticeKind.MONITOR_NUMBERS_CHANGED,
        NoticeKind.NUMBERS_RESTORED,
    } == MAILED


@pytest.mark.parametrize("kind", sorted(MAILED))
def test_each_notice_reads_in_both_languages_and_tells_what_to_do(kind: NoticeKind) -> None:
    dutch, english = (mail_of(kind, language) for language in (Language.NL, Language.EN))
    assert len({dutch.subject, english.subject}) == 2
    assert "wijzig uw wachtwoord" in dutch.body
    assert "change your password" in english.body


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", LetterKind)
def test_a_letter_holds_its_link_in_a_line_of_its_own_where_it_has_one(kind: LetterKind, language: Language) -> None:
    mail = letter_of(kind, language, None if kind in WITHOUT_LINK else LINK)
    assert (LINK in mail.body.splitlines()) == (kind not in WITHOUT_LINK)
    assert "{" not in mail.subject + mail.body
