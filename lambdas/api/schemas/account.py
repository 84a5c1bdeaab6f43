"""An account: registering it, its password, address and language."""

from datetime import datetime

from pydantic import Field

from core.accounts import model
from core.accounts.model import LONGEST_EMAIL, Language
from core.accounts.passphrase import SHORTEST_PASSWORD
from lambdas.api.schemas.shape import Schema
from lambdas.api.schemas.sign_in import LONGEST_PASSWORD

_LONGEST_LINK = 100  # characters; ours have 49
_LINK = "What stands behind the `#` of the mailed link"
_NEW_PASSWORD = (
    f"At least {SHORTEST_PASSWORD} characters of any kind, and not but a common word or two; never cut, exact to the"
    " character. What is too short or too common is refused as `weak_password`."
)


class RegistrationRequest(Schema):
    """What an account is made of."""

    email: str = Field(min_length=1, max_length=LONGEST_EMAIL, repr=False, description="It becomes the user name")
    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD, repr=False, description=_NEW_PASSWORD)
    language: Language = Field(description="In which the guardian is written to")


class ShownLink(Schema):
    """A link that came by mail."""

    link: str = Field(min_length=1, max_length=_LONGEST_LINK, repr=False, description=_LINK)


class Account(Schema):
    """The caller's account."""

    email: str = Field(repr=False, description="The user name")
    language: Language
    created_at: datetime

    @classmethod
    def of(cls, account: model.Account) -> "Account":
        """Return what is shown of an account."""
        return cls(email=account.email, language=account.language, created_at=account.created_at)


class AccountChange(Schema):
    """What may be changed without more proof."""

    language: Language


class EmailChange(Schema):
    """A new user name."""

    email: str = Field(min_length=1, max_length=LONGEST_EMAIL, repr=False)


class ShownPassword(Schema):
    """The password, once more."""

    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD, repr=False)


class PasswordChange(Schema):
    """The password and the one that takes its place."""

    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD, repr=False)
    new_password: str = Field(min_length=1, max_length=LONGEST_PASSWORD, repr=False, description=_NEW_PASSWORD)


class ResetRequest(Schema):
    """Whose password is forgotten."""

    email: str = Field(min_length=1, max_length=LONGEST_EMAIL, repr=False)


class PasswordReset(Schema):
    """A link that came by mail, and the new password."""

    link: str = Field(min_length=1, max_length=_LONGEST_LINK, repr=False, description=_LINK)
    new_password: str = Field(min_length=1, max_length=LONGEST_PASSWORD, repr=False, description=_NEW_PASSWORD)
