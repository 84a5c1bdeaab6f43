"""Accounts, what proves them, and their token families. An e-mail address is found by its HMAC; it stands sealed."""

import json
from collections.abc import Callable
from datetime import datetime

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition

from adapters.dynamo.record import ExpiryAttribute, Record, end_of, holding, instant, instant_of
from adapters.dynamo.tables import TABLES
from core.accounts.model import (
    Account,
    AccountNotFound,
    Credentials,
    Language,
    LoginTaken,
    Refresh,
    TokenFamily,
    login_name,
)
from core.kernel.errors import ChangedMeanwhile
from core.kernel.ids import AccountId, FamilyId
from core.retention.policy import POLICY
from core.vault.model import SealedUnder
from core.vault.ports import Lookup, Sealer

_LOGIN = "login"  # kind of the look-up
_CONDITION_FAILED = "ConditionalCheckFailed"  # as a transaction spells it
TRIES = 5  # a guardian changes one thing at a time


class AccountRecord(Record):
    """An account; payload: sealed JSON with the e-mail address and the language."""

    table = TABLES["accounts"]
    attribute_classes = holding(account=("account_id", "created_at", "payload"))

    account_id = UnicodeAttribute(hash_key=True)
    created_at = UnicodeAttribute()
    payload = BinaryAttribute(legacy_encoding=False)

    @classmethod
    def of(cls, account: Account, sealer: Sealer) -> "AccountRecord":
        """Return the account as it is stored."""
        record = cls(account.account_id, created_at=instant(account.created_at))
        content = {"email": account.email, "language": account.language}
        record.payload = sealer.seal(json.dumps(content).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> Account:
        """Return the account; raise Unreadable."""
        payload = json.loads(sealer.open(self.payload, self._place()))
        return Account(
            account_id=AccountId(self.account_id),
            email=payload["email"],
            created_at=instant_of(self.created_at),
            language=Language(payload["language"]),
        )

    def _place(self) -> SealedUnder:
        return SealedUnder(
            data_class=POLICY["account"],
            subject_id=self.account_id,
            table=self.table.name,
            key=(self.account_id,),
        )


class SignInRecord(Record):
    """What a password is checked against. login: HMAC of the login name."""

    table = TABLES["sign-ins"]
    attribute_classes = holding(account=("login", "account_id", "password_hash"))

    login = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute()
    password_hash = UnicodeAttribute()

    def to_domain(self) -> Credentials:
        """Return the credentials."""
        return Credentials(AccountId(self.account_id), self.password_hash)


class TokenFamilyRecord(Record):
    """A sign-in that holds, or an automation; ending it removes the item. The refresh_ attributes stand together."""

    table = TABLES["token-families"]
    attribute_classes = holding(
        token_family=(
            "family_id",
            "account_id",
            "started_at",
            "password_at",
            "refresh_key",
            "refresh_current",
            "refresh_previous",
            "rotated_at",
            "expires_at",
        ),
        automation=("automation",),
    )

    family_id = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute()
    started_at = UnicodeAttribute()
    password_at = UnicodeAttribute(null=True)
    refresh_key = UnicodeAttribute(null=True)
    refresh_current = UnicodeAttribute(null=True)
    refresh_previous = UnicodeAttribute(null=True)
    rotated_at = UnicodeAttribute(null=True)
    automation = UnicodeAttribute(null=True)
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, family: TokenFamily) -> "TokenFamilyRecord":
        """Return the family as it is stored."""
        record = cls(
            family.family_id,
            account_id=family.account_id,
            started_at=instant(family.started_at),
            password_at=None if family.password_at is None else instant(family.password_at),
            automation=family.automation,
            expires_at=family.ends_at,
        )
        if family.refresh is not None:
            record.refresh_key = family.refresh.key
            record.refresh_current = family.refresh.current
            record.refresh_previous = family.refresh.previous
            record.rotated_at = instant(family.refresh.rotated_at)
        return record

    def to_domain(self) -> TokenFamily:
        """Return the family."""
        return TokenFamily(
            family_id=FamilyId(self.family_id),
            account_id=AccountId(self.account_id),
            started_at=instant_of(self.started_at),
            password_at=instant_of(self.password_at) if self.password_at else None,
            refresh=self._refresh(),
            automation=self.automation,
        )

    def _refresh(self) -> Refresh | None:
        if not self.refresh_current:
            return None
        return Refresh(
            key=self.refresh_key,
            current=self.refresh_current,
            previous=self.refresh_previous,
            rotated_at=instant_of(self.rotated_at),
        )


class DynamoAccounts:
    """Accounts in the tables accounts and sign-ins."""

    def __init__(self, sealer: Sealer, lookup: Lookup) -> None:
        self._sealer = sealer
        self._lookup = lookup

    def add(self, account: Account, password_hash: str) -> None:
        """See Accounts."""
        login = self._lookup.of(_LOGIN, login_name(account.email))
        credentials = SignInRecord(login, account_id=account.account_id, password_hash=password_hash)
        try:
            with SignInRecord.transaction() as transaction:
                transaction.save(credentials, condition=SignInRecord.login.does_not_exist())
                transaction.save(AccountRecord.of(account, self._sealer))
        except TransactWriteError as refusal:
            if any(reason and reason.code == _CONDITION_FAILED for reason in refusal.cancellation_reasons):
                raise LoginTaken("an account has this e-mail address") from None
            raise

    def get(self, account_id: AccountId) -> Account | None:
        """See Accounts."""
        record = AccountRecord.find(account_id)
        return None if record is None else record.to_domain(self._sealer)

    def credentials_of(self, login: str) -> Credentials | None:
        """See Accounts."""
        record = SignInRecord.find(self._lookup.of(_LOGIN, login))
        return None if record is None else record.to_domain()

    def change(self, account_id: AccountId, step: Callable[[Account], Account]) -> Account:
        """See Accounts. What was read is what is replaced, or it is read again."""
        for _ in range(TRIES):
            record = AccountRecord.find(account_id)
            if record is None:
                raise AccountNotFound("no such account")
            account = record.to_domain(self._sealer)
            changed = step(account)
            renewed, unchanged = AccountRecord.of(changed, self._sealer), AccountRecord.payload == record.payload
            before, after = login_name(account.email), login_name(changed.email)
            if renewed.put(unchanged) if before == after else self._move(before, after, renewed, unchanged):
                return changed
        raise ChangedMeanwhile("others keep changing the account")

    def _move(self, before: str, after: str, renewed: AccountRecord, unchanged: Condition) -> bool:
        """Store the account with its credentials under another login; return False when either was changed meanwhile.

        Raise LoginTaken.
        """
        held = SignInRecord.find(self._lookup.of(_LOGIN, before))
        if held is None:
            return False
        moved = SignInRecord(
            self._lookup.of(_LOGIN, after), account_id=held.account_id, password_hash=held.password_hash
        )
        try:
            with SignInRecord.transaction() as transaction:
                transaction.save(moved, condition=SignInRecord.login.does_not_exist())
                transaction.save(renewed, condition=unchanged)
                transaction.delete(held, condition=SignInRecord.password_hash == held.password_hash)
        except TransactWriteError:
            if SignInRecord.find(moved.login) is not None:
                raise LoginTaken("an account has this e-mail address") from None
            return False
        return True

    def renew_password(self, login: str, account_id: AccountId, password_hash: str) -> None:
        """See Accounts."""
        record = SignInRecord(self._lookup.of(_LOGIN, login))
        if not record.amend([SignInRecord.password_hash.set(password_hash)], SignInRecord.account_id == account_id):
            raise ChangedMeanwhile("the login was changed meanwhile")


class DynamoTokenFamilies:
    """TokenFamilies in their table, always read consistently."""

    def start(self, family: TokenFamily) -> None:
        """See TokenFamilies."""
        TokenFamilyRecord.of(family).put(now=family.started_at)

    def get(self, family_id: FamilyId, now: datetime) -> TokenFamily | None:
        """See TokenFamilies."""
        record = TokenFamilyRecord.find(family_id, now=now)
        return None if record is None else record.to_domain()

    def end(self, family_id: FamilyId) -> None:
        """See TokenFamilies."""
        TokenFamilyRecord(family_id).delete()

    def rotate(self, family_id: FamilyId, replaced: Refresh, refresh: Refresh) -> bool:
        """See TokenFamilies."""
        return TokenFamilyRecord(family_id).amend(
            [
                TokenFamilyRecord.refresh_current.set(refresh.current),
                TokenFamilyRecord.refresh_previous.set(replaced.current),
                TokenFamilyRecord.rotated_at.set(instant(refresh.rotated_at)),
                TokenFamilyRecord.expires_at.set(end_of("token_family", refresh.rotated_at)),
            ],
            TokenFamilyRecord.refresh_current == replaced.current,
        )

    def show_password(self, family_id: FamilyId, at: datetime) -> None:
        """See TokenFamilies."""
        TokenFamilyRecord(family_id).amend([TokenFamilyRecord.password_at.set(instant(at))])
