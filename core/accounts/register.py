"""Making an account."""

from dataclasses import dataclass

from core.accounts.model import Account, LoginTaken, checked_email
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
        account_id = AccountId(new_id())
        account = Account(account_id=account_id, email=checked_email(email), created_at=self.clock.now())
        self.keys.make(Subject.ACCOUNT, account_id)
        try:
            self.accounts.add(account, self.passwords.hash(password))
        except LoginTaken:
            self.keys.destroy(Subject.ACCOUNT, account_id)
            raise
        return account_id
