"""What a guardian changes of their own account: language and e-mail address."""

from dataclasses import dataclass, replace

from core.accounts.attempts import AttemptLimits
from core.accounts.links import InvalidLink, Links, shown_link
from core.accounts.model import Account, AccountNotFound, Language, checked_email, login_name
from core.accounts.notices import Announcement, Announcer, LetterKind, NoticeKind
from core.accounts.ports import Accounts, KnownDevices
from core.kernel.clock import Clock
from core.kernel.ids import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountProfiles:
    """Shows and changes accounts."""

    accounts: Accounts
    known_devices: KnownDevices
    limits: AttemptLimits
    links: Links
    announcer: Announcer
    clock: Clock

    def get(self, account_id: AccountId) -> Account:
        """Return the account; raise AccountNotFound."""
        account = self.accounts.get(account_id)
        if account is None:
            raise AccountNotFound("the account is no more")
        return account

    def speak(self, account_id: AccountId, language: Language) -> Account:
        """Change the language in which the guardian is written to."""
        return self.accounts.change(account_id, lambda account: replace(account, language=language))

    def ask_new_email(self, account_id: AccountId, text: str, address: str) -> None:
        """Have a link mailed to a new e-mail address; raise InvalidEmail or TooManyAttempts.

        address: the IP address that the request came from. Whether another account has the new one is told to nobody
        but that account.
        """
        email = checked_email(text)
        login = login_name(email)
        self.limits.admit_letter(login, address, self.clock.now())
        language, holder = self.get(account_id).language, self.accounts.credentials_of(login)
        if holder is None or holder.account_id == account_id:
            self.links.send(LetterKind.CONFIRM_EMAIL, email, language, account_id=account_id)
        else:
            self.links.send(LetterKind.ALREADY_REGISTERED, account_id=holder.account_id)

    def take_new_email(self, account_id: AccountId, link_text: str, address: str) -> None:
        """Give the account the address that its link was sent to; raise TooManyAttempts, InvalidLink or LoginTaken.

        The link alone changes nothing: who mistyped an address has not given the account away to whoever reads it.
        """
        link = shown_link(self.links, self.limits, LetterKind.CONFIRM_EMAIL, link_text, address)
        if link.account_id != account_id or link.address is None:
            raise InvalidLink("another account's link")
        self.links.use_up(link)
        email, before = link.address, self.get(account_id)
        self.accounts.change(account_id, lambda account: replace(account, email=email))
        self.known_devices.forget(login_name(before.email))
        self.links.send(LetterKind.EMAIL_REPLACED, before.email, before.language)
        self.announcer.announce(Announcement(kind=NoticeKind.EMAIL_CHANGED, to=(account_id,), at=self.clock.now()))
