"""Showing, changing and resetting the password of an account."""

from dataclasses import dataclass

from core.accounts.attempts import AttemptLimits
from core.accounts.automations import AutomationDesk
from core.accounts.links import InvalidLink, Links, shown_link
from core.accounts.model import Account, AccountNotFound, Caller, WrongPassword, login_name
from core.accounts.notices import Announcement, Announcer, LetterKind, NoticeKind
from core.accounts.passphrase import require_strong
from core.accounts.ports import Accounts, KnownDevices, PasswordHasher, TokenFamilies
from core.accounts.sign_in import proven_account
from core.accounts.sign_out import SignOut
from core.kernel.clock import Clock
from core.kernel.ids import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordDesk:
    """What is done about passwords but signing in."""

    accounts: Accounts
    passwords: PasswordHasher
    families: TokenFamilies
    known_devices: KnownDevices
    limits: AttemptLimits
    links: Links
    sign_out: SignOut
    automations: AutomationDesk
    announcer: Announcer
    clock: Clock

    def check(self, caller: Caller, password: str) -> None:
        """Make the caller's sign-in fresh; raise WrongPassword or TooManyAttempts."""
        self._require(caller, self._account(caller.account_id), password)

    def change(self, caller: Caller, password: str, new_password: str) -> None:
        """Give the account a new password; end its other sign-ins and every automation.

        Raise as check does, WeakPassword or ChangedMeanwhile.
        """
        account = self._account(caller.account_id)
        self._require(caller, account, password)
        login = login_name(account.email)
        require_strong(new_password, login)
        self.accounts.renew_password(login, account.account_id, self.passwords.hash(new_password))
        self.sign_out.end_all(account.account_id, self.clock.now(), but=caller.family_id)
        self.automations.end_all(account.account_id)
        self._tell(account.account_id)

    def ask_reset(self, email: str, address: str) -> None:
        """Have a link mailed to the account of this e-mail address, if there is one; raise TooManyAttempts.

        address: the IP address that the request came from. Nothing that can be seen or timed tells whether there is.
        """
        login = login_name(email)
        self.limits.admit_letter(login, address, self.clock.now())
        credentials = self.accounts.credentials_of(login)
        self.links.send(LetterKind.RESET_PASSWORD, account_id=None if credentials is None else credentials.account_id)

    def reset(self, link_text: str, new_password: str, address: str) -> AccountId:
        """Give the link's account a new password; end all that was signed in, and every automation.

        Raise TooManyAttempts, InvalidLink, ChangedMeanwhile, or WeakPassword, which leaves the link in use.
        """
        link = shown_link(self.links, self.limits, LetterKind.RESET_PASSWORD, link_text, address)
        account = None if link.account_id is None else self.accounts.get(link.account_id)
        if account is None:
            raise InvalidLink("the account is no more")
        login = login_name(account.email)
        require_strong(new_password, login)
        self.links.use_up(link)
        self.accounts.renew_password(login, account.account_id, self.passwords.hash(new_password))
        self.sign_out.end_all(account.account_id, self.clock.now())
        self.automations.end_all(account.account_id)
        self.known_devices.forget(login)
        self.limits.forgive(login)  # whoever reads the account's mail is not kept out by another's guesses
        self._tell(account.account_id)
        return account.account_id

    def _account(self, account_id: AccountId) -> Account:
        account = self.accounts.get(account_id)
        if account is None:
            raise AccountNotFound("the account is no more")
        return account

    def _require(self, caller: Caller, account: Account, password: str) -> None:
        now = self.clock.now()
        self.limits.admit_check(caller.family_id, now)
        if proven_account(self.accounts, self.passwords, login_name(account.email), password) != account.account_id:
            raise WrongPassword("not the account's password")
        self.limits.forgive_check(caller.family_id)
        self.families.show_password(caller.family_id, now)

    def _tell(self, account_id: AccountId) -> None:
        self.announcer.announce(Announcement(kind=NoticeKind.PASSWORD_CHANGED, to=(account_id,), at=self.clock.now()))
