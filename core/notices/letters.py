"""From letters to mails."""

from dataclasses import dataclass

from core.accounts.links import Links
from core.accounts.notices import Letter
from core.notices.ports import Mails
from core.notices.texts import letter_of


@dataclass(frozen=True, slots=True)
class Letters:
    """Mails letters. app_url: the fixed address that links begin with; what opens one stands behind its `#`.

    No browser sends that part to a server, so it reaches no log on its way.
    """

    links: Links
    mails: Mails
    app_url: str

    def mail(self, letter: Letter) -> bool:
        """Tell whether a mail went out: none does for what is over, was used, or is about nobody's account."""
        armed = self.links.arm(letter)
        if armed is None:
            return False
        link = None if armed.link is None else f"{self.app_url}#{armed.link}"
        return self.mails.send(armed.address, letter_of(letter.kind, armed.language, link))
