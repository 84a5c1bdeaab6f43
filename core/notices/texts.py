"""The texts of mails, in the languages of guardians. None names a child, a watch, a place or an account."""

from collections.abc import Mapping

from core.accounts.model import Language
from core.accounts.notices import LetterKind, NoticeKind
from core.alerts.messages import Mail

_TEXTS: Mapping[NoticeKind, Mapping[Language, Mail]] = {
    NoticeKind.NEW_SIGN_IN: {
        Language.NL: Mail(
            "Er is ingelogd op uw account",
            "Er is ingelogd op uw account vanaf een toestel dat wij nog niet kenden.\n",
        ),
        Language.EN: Mail(
            "Your account was signed in to",
            "Somebody signed in to your account from a device that we did not know yet.\n",
        ),
    },
    NoticeKind.TOKEN_REUSED: {
        Language.NL: Mail(
            "Een toestel is uitgelogd",
            "Wij hebben een van uw toestellen uitgelogd, omdat iemand anders zijn toegang kan hebben gehad.\n",
        ),
        Language.EN: Mail(
            "A device was signed out",
            "We signed one of your devices out, because somebody else may have had its access.\n",
        ),
    },
    NoticeKind.PASSWORD_CHANGED: {
        Language.NL: Mail("Uw wachtwoord is gewijzigd", "Het wachtwoord van uw account is gewijzigd.\n"),
        Language.EN: Mail("Your password was changed", "The password of your account was changed.\n"),
    },
    NoticeKind.EMAIL_CHANGED: {
        Language.NL: Mail("Uw e-mailadres is gewijzigd", "Uw account heeft dit e-mailadres gekregen.\n"),
        Language.EN: Mail("Your e-mail address was changed", "Your account was given this e-mail address.\n"),
    },
    NoticeKind.AUTOMATION_ADDED: {
        Language.NL: Mail(
            "Een automatisering kan meelezen", "Er is een token gemaakt waarmee een programma uw gegevens kan lezen.\n"
        ),
        Language.EN: Mail("An automation can read", "A token was made by which a program can read what you may see.\n"),
    },
    NoticeKind.OWNERSHIP_MOVED: {
        Language.NL: Mail(
            "Een horloge heeft een andere eigenaar", "Het eigendom van een van uw horloges is overgedragen.\n"
        ),
        Language.EN: Mail("A watch has another owner", "The ownership of one of your watches was handed over.\n"),
    },
    NoticeKind.SOS_NUMBERS_CHANGED: {
        Language.NL: Mail(
            "SOS-nummers zijn gewijzigd",
            "De SOS-nummers van een van uw horloges zijn gewijzigd. In de app kunt u dat een dag lang terugdraaien.\n",
        ),
        Language.EN: Mail(
            "SOS numbers were changed",
            "The SOS numbers of one of your watches were changed. For a day, you can take that back in the app.\n",
        ),
    },
    NoticeKind.MONITOR_NUMBERS_CHANGED: {
        Language.NL: Mail(
            "Monitornummers zijn gewijzigd",
            "De monitornummers van een van uw horloges zijn gewijzigd. "
            "In de app kunt u dat een dag lang terugdraaien.\n",
        ),
        Language.EN: Mail(
            "Monitor numbers were changed",
            "The monitor numbers of one of your watches were changed. For a day, you can take that back in the app.\n",
        ),
    },
    NoticeKind.NUMBERS_RESTORED: {
        Language.NL: Mail(
            "SOS- of monitornummers zijn teruggezet",
            "Een wijziging van de SOS- of monitornummers van een van uw horloges is teruggedraaid.\n",
        ),
        Language.EN: Mail(
            "SOS or monitor numbers were restored",
            "A change of the SOS or monitor numbers of one of your watches was taken back.\n",
        ),
    },
}
MAILED = frozenset(_TEXTS)
"""What a thief of a login or of a phone would do: it reaches the guardian where the thief may not be."""

_ENDINGS: Mapping[Language, str] = {
    Language.NL: "\nWas u dit niet? Open de app, wijzig uw wachtwoord en log overal uit.\n",
    Language.EN: "\nWas this not you? Open the app, change your password and sign out everywhere.\n",
}

_LETTERS: Mapping[LetterKind, Mapping[Language, Mail]] = {
    LetterKind.CONFIRM_REGISTRATION: {
        Language.NL: Mail(
            "Bevestig uw e-mailadres",
            "Open deze link om uw account te maken. Hij werkt een dag lang.\n\n{link}\n\n"
            "Hebt u geen account aangevraagd? Dan hoeft u niets te doen.\n",
        ),
        Language.EN: Mail(
            "Confirm your e-mail address",
            "Open this link to make your account. It works for a day.\n\n{link}\n\n"
            "Did you ask for no account? Then there is nothing to do.\n",
        ),
    },
    LetterKind.ALREADY_REGISTERED: {
        Language.NL: Mail(
            "U hebt al een account",
            "Iemand wilde een account maken met dit e-mailadres, maar dat hebt u al.\n"
            "Bent u uw wachtwoord kwijt? Vraag dan in de app een nieuw aan.\n",
        ),
        Language.EN: Mail(
            "You have an account already",
            "Somebody wanted to make an account with this e-mail address, but you have one already.\n"
            "Did you lose your password? Ask for a new one in the app.\n",
        ),
    },
    LetterKind.RESET_PASSWORD: {
        Language.NL: Mail(
            "Kies een nieuw wachtwoord",
            "Open deze link om een nieuw wachtwoord te kiezen. Hij werkt een kwartier lang, een keer.\n\n{link}\n\n"
            "Hebt u dit niet aangevraagd? Dan hoeft u niets te doen: uw wachtwoord blijft zoals het is.\n",
        ),
        Language.EN: Mail(
            "Choose a new password",
            "Open this link to choose a new password. It works for a quarter of an hour, once.\n\n{link}\n\n"
            "Did you not ask for this? Then there is nothing to do: your password stays as it is.\n",
        ),
    },
    LetterKind.CONFIRM_EMAIL: {
        Language.NL: Mail(
            "Bevestig uw nieuwe e-mailadres",
            "Open deze link om dit e-mailadres aan uw account te geven. Hij werkt een kwartier lang.\n\n{link}\n\n"
            "Hebt u dit niet aangevraagd? Dan hoeft u niets te doen.\n",
        ),
        Language.EN: Mail(
            "Confirm your new e-mail address",
            "Open this link to give your account this e-mail address. It works for a quarter of an hour.\n\n{link}\n\n"
            "Did you not ask for this? Then there is nothing to do.\n",
        ),
    },
    LetterKind.EMAIL_REPLACED: {
        Language.NL: Mail(
            "Uw account heeft een ander e-mailadres",
            "Uw account is niet meer aan dit e-mailadres verbonden, maar aan een ander.\n"
            "Was u dit niet? Neem dan contact op met de klantenservice.\n",
        ),
        Language.EN: Mail(
            "Your account has another e-mail address",
            "Your account belongs to this e-mail address no more, but to another.\n"
            "Was this not you? Then ask customer service for help.\n",
        ),
    },
}


def mail_of(kind: NoticeKind, language: Language) -> Mail:
    """Return the mail for a notice of a kind that is MAILED."""
    mail = _TEXTS[kind][language]
    return Mail(mail.subject, mail.body + _ENDINGS[language])


def letter_of(kind: LetterKind, language: Language, link: str | None) -> Mail:
    """Return the mail of a letter. link: what whoever reads it is to open; None for a kind that has none."""
    mail = _LETTERS[kind][language]
    return mail if link is None else Mail(mail.subject, mail.body.format(link=link))
