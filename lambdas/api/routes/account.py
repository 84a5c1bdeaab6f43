"""The caller's account: its password, address and language."""

from aws_lambda_powertools.event_handler.api_gateway import Response, Router

from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.schemas.account import (
    Account,
    AccountChange,
    EmailChange,
    PasswordChange,
    PasswordReset,
    ResetRequest,
    ShownLink,
    ShownPassword,
)

router = Router()

_EXAMPLE = {"email": "marieke@example.nl", "language": "nl", "created_at": "2026-09-01T08:15:00Z"}


@router.get(
    "/v1/account",
    **operation(
        name="getAccount",
        summary="The account",
        tag="account",
        promises=["P-09"],
        content=json_of(Account, _EXAMPLE),
        also=[400, 401],
    ),
)
def get_account() -> Account:
    """Return the caller's account."""
    call = this_call(router)
    return Account.of(call.services.account_profiles.get(call.caller.account_id))


@router.patch(
    "/v1/account",
    **operation(
        name="changeAccount",
        summary="Change the language",
        tag="account",
        promises=["P-09"],
        content=json_of(Account, _EXAMPLE),
        also=[400, 401, 409, 413, 415],
    ),
)
def change_account(body: AccountChange) -> Account:
    """Change what needs no more proof."""
    call = this_call(router)
    return Account.of(call.services.account_profiles.speak(call.caller.account_id, body.language))


@router.post(
    "/v1/account/email",
    **operation(
        name="askNewEmail",
        summary="Ask for another e-mail address; a link goes there (needs a fresh password)",
        tag="account",
        promises=["P-09", "P-51"],
        content={},
        also=[400, 401, 403, 413, 415, 429],
        status=202,
    ),
)
def ask_new_email(body: EmailChange) -> Response[None]:
    """Have a link mailed to the new address."""
    call = this_call(router)
    call.require_fresh_password()
    call.services.account_profiles.ask_new_email(call.caller.account_id, body.email, call.address)
    return Response(202)


@router.post(
    "/v1/account/email/confirm",
    **operation(
        name="confirmNewEmail",
        summary="Take the new e-mail address, by the link that came there; the old one is told",
        tag="account",
        promises=["P-09", "P-51"],
        content={},
        also=[400, 401, 409, 413, 415, 429],
        status=204,
    ),
)
def confirm_new_email(body: ShownLink) -> Response[None]:
    """Change the user name."""
    call = this_call(router)
    call.services.account_profiles.take_new_email(call.caller.account_id, body.link, call.address)
    return Response(204)


@router.post(
    "/v1/password/check",
    **operation(
        name="checkPassword",
        summary="Show the password once more; for five minutes, what is dangerous is allowed",
        tag="account",
        promises=["P-44", "P-51"],
        content={},
        also=[400, 401, 403, 413, 415, 429],
        status=204,
    ),
)
def check_password(body: ShownPassword) -> Response[None]:
    """Make this sign-in fresh."""
    call = this_call(router)
    call.services.password.check(call.caller, body.password)
    return Response(204)


@router.post(
    "/v1/password/change",
    **operation(
        name="changePassword",
        summary="Choose another password; every other sign-in and every automation ends",
        tag="account",
        promises=["P-09", "P-44", "P-51", "P-52"],
        content={},
        also=[400, 401, 403, 409, 413, 415, 429],
        status=204,
    ),
)
def change_password(body: PasswordChange) -> Response[None]:
    """Change the password."""
    call = this_call(router)
    call.services.password.change(call.caller, body.password, body.new_password)
    return Response(204)


@router.post(
    "/v1/password/reset",
    **operation(
        name="askPasswordReset",
        summary="Ask for a link to choose another password; the answer is the same whether or not there is an account",
        tag="account",
        promises=["P-09", "P-49", "P-51"],
        content={},
        also=[400, 413, 415, 429],
        status=202,
        public=True,
    ),
)
def ask_password_reset(body: ResetRequest) -> Response[None]:
    """Have a link mailed to the account's address."""
    call = this_call(router)
    call.services.password.ask_reset(body.email, call.address)
    return Response(202)


@router.post(
    "/v1/password/reset/confirm",
    **operation(
        name="resetPassword",
        summary="Choose another password, by the link that came by mail; every sign-in and automation ends",
        tag="account",
        promises=["P-09", "P-44", "P-51", "P-52"],
        content={},
        also=[400, 409, 413, 415, 429],
        status=204,
        public=True,
    ),
)
def reset_password(body: PasswordReset) -> Response[None]:
    """Change the password of the link's account."""
    call = this_call(router)
    call.changed(call.services.password.reset(body.link, body.new_password, call.address))
    return Response(204)
