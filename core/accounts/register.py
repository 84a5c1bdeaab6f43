"""Making an account: at the desk, or by whoever reads the mail of an address."""

from dataclasses import dataclass

from core.accounts.attempts import AttemptLimits
from core.accounts.links import InvalidLink, Links, shown_link
from core.accounts.model import Account, Language, LoginTaken, checked_email, login_name
from core.accounts.notices import LetterKind
from core.accounts.passphrase import require_strong
from core.accounts.ports import Accounts, PasswordHasher
from core.kernel.clock import Clock
from core.kernel.ids import AccountId, new_id
from core.retention.policy import Subject
from core.vault.ports import SubjectKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Makes accounts, each with its own key."""

    accounts: Accounts
    passwords: PasswordHasher
    keys: SubjectKeys
    clock: Clock

    def create_account(self, email: str, password: str) -> AccountId:
        """Make an account that can sign in with this password; raise InvalidEmail or LoginTaken."""
        return self.make(checked_email(email), self.passwords.hash(password), Language.NL)

    def make(self, email: str, password_hash: str, language: Language) -> AccountId:
        """Make an account with its own key; raise LoginTaken."""
        account_id = AccountId(new_id())
        account = Account(account_id=account_id, email=email, created_at=self.clock.now(), language=language)
        self.keys.make(Subject.ACCOUNT, account_id)
        try:
            self.accounts.add(account, password_hash)
        except LoginTaken:
            self.keys.destroy(Subject.ACCOUNT, account_id)
            raise
        return account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfRegistration:
    """Lets guardians register themselves. Nobody learns whether an address has an account, but who reads its mail."""

    registration: Registration
    limits: AttemptLimits
    links: Links

    def ask(self, email_text: str, password: str, language: Language, address: str) -> None:
        """Have a link mailed that makes the account; raise InvalidEmail, WeakPassword or TooManyAttempts.

        address: the IP address that the request came from. An address that has an account takes the same path, work
        and answer; its account is told instead.
        """
        desk = self.registration
        email = checked_email(email_text)
        login = login_name(email)
        require_strong(password, login)
        self.limits.admit_letter(login, address, desk.clock.now())
        password_hash, holder = desk.passwords.hash(password), desk.accounts.credentials_of(login)
        if holder is None:
            self.links.send(LetterKind.CONFIRM_REGISTRATION, email, language, password_hash=password_hash)
        else:
            self.links.send(LetterKind.ALREADY_REGISTERED, account_id=holder.account_id)

    def confirm(self, link_text: str, address: str) -> AccountId:
        """Make the link's account; raise TooManyAttempts, InvalidLink, or LoginTaken when it was made meanwhile."""
        link = shown_link(self.links, self.limits, LetterKind.CONFIRM_REGISTRATION, link_text, address)
        if link.address is None or link.password_hash is None:
            raise InvalidLink("it registers nobody")
        self.links.use_up(link)
        return self.registration.make(link.address, link.password_hash, link.language)
