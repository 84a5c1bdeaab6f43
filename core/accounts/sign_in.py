"""Signing in and out, and recognising who is signed in."""

from dataclasses import dataclass

from core.accounts.attempts import AttemptLimits
from core.accounts.model import Bearer, Caller, IssuedToken, NotSignedIn, TokenFamily, WrongCredentials, login_name
from core.accounts.ports import AccessTokens, Accounts, PasswordHasher, TokenFamilies
from core.kernel.clock import Clock
from core.kernel.ids import AccountId, FamilyId, new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Turns an e-mail address and a password into an access token."""

    accounts: Accounts
    families: TokenFamilies
    passwords: PasswordHasher
    tokens: AccessTokens
    limits: AttemptLimits
    clock: Clock

    def with_password(self, email: str, password: str, address: str) -> IssuedToken:
        """Start a token family and return its first access token; raise WrongCredentials or TooManyAttempts.

        address: the IP address that the request came from. An unknown e-mail address takes the same path, work and
        answer as a wrong password.
        """
        now = self.clock.now()
        login = login_name(email)
        self.limits.admit(login, address, now)
        account_id = self._proven_account(login, password)
        if account_id is None:
            raise WrongCredentials("no such e-mail address and password")
        self.limits.forgive(login)
        family = TokenFamily(family_id=FamilyId(new_id()), account_id=account_id, started_at=now)
        self.families.start(family)
        return self.tokens.issue(Caller(account_id, family.family_id), now)

    def _proven_account(self, login: str, password: str) -> AccountId | None:
        credentials = self.accounts.credentials_of(login)
        decoy = self.passwords.decoy()  # made in either case: the work is the same to the last step
        matches = self.passwords.matches(decoy if credentials is None else credentials.password_hash, password)
        return credentials.account_id if credentials is not None and matches else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Tells who is calling, anew at every call."""

    tokens: AccessTokens
    families: TokenFamilies
    clock: Clock

    def caller_of(self, token: str) -> Bearer:
        """Return whom the token speaks for, now; raise NotSignedIn."""
        now = self.clock.now()
        caller = self.tokens.verify(token, now)
        family = self.families.get(caller.family_id, now)
        if family is None or family.account_id != caller.account_id:
            raise NotSignedIn("the sign-in was ended")
        return caller
