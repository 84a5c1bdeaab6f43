"""Links that go out by mail: whoever shows one reads the mail of the address that it was sent to.

A link's secret is a MAC of its id, so that it is stored nowhere: neither the table nor the queue holds what opens
anything, and a letter that is sent twice holds the same link twice.
"""

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.accounts.attempts import AttemptLimits
from core.accounts.model import Language
from core.accounts.notices import Letter, LetterKind, Post
from core.accounts.ports import Accounts
from core.kernel.clock import Clock
from core.kernel.errors import Refused
from core.kernel.ids import AccountId, InvalidId, LinkId, checked_id, new_id
from core.retention.policy import POLICY, DataClass

SECRET_BYTES = 16
_WITHOUT_LINK = frozenset({LetterKind.ALREADY_REGISTERED, LetterKind.EMAIL_REPLACED})
OF_REGISTRATIONS = frozenset({LetterKind.CONFIRM_REGISTRATION, LetterKind.ALREADY_REGISTERED})
"""Letters about addresses that may have no account; they are kept as registrations are."""


class InvalidLink(Refused):
    """No such link, or it was used or is over: which of them is never told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLink:
    """What a letter is about, and what its link opens.

    address: where it goes; None: to the account's own address, which is looked up as it is mailed, so that nothing
    takes longer for an account that exists. account_id: whom it is about; None with no address: nobody, and nothing is
    mailed. password_hash: of the account that a registration makes.
    """

    link_id: LinkId
    kind: LetterKind
    address: str | None = field(repr=False)
    language: Language
    made_at: datetime
    account_id: AccountId | None = None
    password_hash: str | None = field(default=None, repr=False)

    @property
    def data_class(self) -> DataClass:
        """Its class in the retention policy."""
        return POLICY["pending_registration" if self.kind in OF_REGISTRATIONS else "mail_link"]

    @property
    def ends_at(self) -> datetime:
        """From when on it opens nothing, in whole seconds."""
        ends_at = self.data_class.expires_at(self.made_at.replace(microsecond=0))
        assert ends_at is not None, "a link ends"
        return ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed:
    """A letter as it can be written. link: the text behind the app's address and `#`; None for one without a link."""

    address: str = field(repr=False)
    language: Language
    link: str | None = field(repr=False)


class MailLinks(Protocol):
    """All links; each is sealed under a key of its own, which dies with it."""

    def put(self, link: MailLink) -> None:
        """Store it. The work is the same for every link of a kind."""
        ...

    def get(self, letter: Letter, now: datetime) -> MailLink | None:
        """Return the link when it is of this kind, unused and not over."""
        ...

    def remove(self, letter: Letter) -> bool:
        """Remove it for good; tell whether it was there: of several at the same time one alone is told so."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Sends letters, arms their links for whoever mails them, and opens the links. mac: all instances share its key."""

    links: MailLinks
    accounts: Accounts
    post: Post
    mac: Callable[[bytes], bytes]
    clock: Clock

    def send(
        self,
        kind: LetterKind,
        address: str | None = None,
        language: Language = Language.NL,
        *,
        account_id: AccountId | None = None,
        password_hash: str | None = None,
    ) -> None:
        """Have a letter mailed; the work is the same whoever gets it. See MailLink."""
        link = MailLink(
            link_id=LinkId(new_id()),
            kind=kind,
            address=address,
            language=language,
            made_at=self.clock.now(),
            account_id=account_id,
            password_hash=password_hash,
        )
        self.links.put(link)
        self.post.send(Letter(kind, link.link_id))

    def arm(self, letter: Letter) -> Armed | None:
        """Return the letter as it is to be mailed, the same each time; None when nothing is to be."""
        link = self.links.get(letter, self.clock.now())
        addressee = None if link is None else self._addressee(link)
        if addressee is None:
            return None
        address, language = addressee
        text = None if letter.kind in _WITHOUT_LINK else f"{letter.link_id}.{self._secret(letter)}"
        return Armed(address=address, language=language, link=text)

    def opened(self, kind: LetterKind, text: str) -> MailLink:
        """Return what the text of a link opens, without using it up; raise InvalidLink."""
        link_id, _, secret = text.partition(".")
        try:
            letter = Letter(kind, LinkId(checked_id(link_id)))
        except InvalidId:
            raise InvalidLink("no such link") from None
        if not self._is_secret(letter, secret):
            raise InvalidLink("no such link")
        link = self.links.get(letter, self.clock.now())
        if link is None:
            raise InvalidLink("no such link")
        return link

    def use_up(self, link: MailLink) -> None:
        """Take the link out of use; raise InvalidLink for all but the first who does."""
        if not self.links.remove(Letter(link.kind, link.link_id)):
            raise InvalidLink("the link was used")

    def _addressee(self, link: MailLink) -> tuple[str, Language] | None:
        if link.address is not None:
            return link.address, link.language
        account = None if link.account_id is None else self.accounts.get(link.account_id)
        return None if account is None else (account.email, account.language)

    def _is_secret(self, letter: Letter, secret: str) -> bool:
        return hmac.compare_digest(secret.encode("utf-8", "surrogatepass"), self._secret(letter).encode())

    def _secret(self, letter: Letter) -> str:
        mac = self.mac(f"{letter.kind}.{letter.link_id}".encode())
        return base64.urlsafe_b64encode(mac[:SECRET_BYTES]).rstrip(b"=").decode()


def shown_link(links: Links, limits: AttemptLimits, kind: LetterKind, text: str, address: str) -> MailLink:
    """Return what the text of a link opens, as Links.opened does; raise TooManyAttempts for one wrong one too many.

    address: the IP address that it was shown from.
    """
    try:
        return links.opened(kind, text)
    except InvalidLink:
        limits.count_refused_link(address, links.clock.now())
        raise
