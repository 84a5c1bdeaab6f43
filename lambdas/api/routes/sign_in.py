"""Signing in and out, and where the account is signed in."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response, Router

from core.accounts.model import Caller, TokenFamily
from core.kernel.errors import NotFound
from core.kernel.ids import FamilyId, checked_id
from lambdas.api.call import Call, this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import read_list
from lambdas.api.parameters import USUAL_PAGE, Cursor, DpopProof, FamilyInPath, Limit
from lambdas.api.schemas.sign_in import SignedInDevice, SignedInDevicePage, SignInRequest, Tokens

router = Router()


class SignInNotFound(NotFound):
    """No such sign-in, or none of the caller's account."""


_SIGN_IN = "/v1/sign-in"
_ID = "d2zq4x7h3m5k6w2n2v4b7c3f5a"
TOKENS_EXAMPLE: Mapping[str, Any] = {
    "access_token": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIifQ.c2ln",
    "token_type": "Bearer",
    "expires_in": 600,
    "refresh_token": f"{_ID}.c2VjcmV0",
}


@router.post(
    _SIGN_IN,
    **operation(
        name="signIn",
        summary="Sign in with e-mail address and password",
        tag="sign-in",
        promises=["P-09", "P-43", "P-45", "P-46", "P-49", "P-51"],
        content=json_of(Tokens, TOKENS_EXAMPLE),
        also=[400, 401, 413, 415, 429],
        public=True,
    ),
)
def sign_in(body: SignInRequest, proof: DpopProof = "") -> Tokens:
    """Start a token family; with a DPoP proof it is bound to the device's key and can be refreshed."""
    call = this_call(router)
    key = call.device_key(proof, _SIGN_IN) if proof else None
    return Tokens.of(
        call.services.sign_in.with_password(
            body.email, body.password, call.address, key=key, device_name=body.device_name
        )
    )


@router.post(
    "/v1/sign-out",
    **operation(
        name="signOut",
        summary="End this sign-in: its tokens are worth nothing from now on",
        tag="sign-in",
        promises=["P-46"],
        content={},
        also=[400, 401],
        status=204,
    ),
)
def sign_out() -> Response[None]:
    """End the caller's token family; its phone rings no more."""
    call = this_call(router)
    call.services.sign_out.end(call.caller, call.now)
    return Response(204)


@router.post(
    "/v1/sign-out/everywhere",
    **operation(
        name="signOutEverywhere",
        summary="End every sign-in of the account, this one too",
        tag="sign-in",
        promises=["P-46"],
        content={},
        also=[400, 401],
        status=204,
    ),
)
def sign_out_everywhere() -> Response[None]:
    """End all of the account's token families."""
    call = this_call(router)
    call.services.sign_out.end_all(call.caller.account_id, call.now, but=call.caller.family_id)
    call.services.sign_out.end(call.caller, call.now)  # last: what fails half-way can be repeated
    return Response(204)


@router.get(
    "/v1/sign-ins",
    **operation(
        name="listSignIns",
        summary="Where the account is signed in",
        tag="sign-in",
        promises=["P-46"],
        content=json_of(
            SignedInDevicePage,
            {
                "items": [
                    {
                        "id": _ID,
                        "name": "Marieke's phone",
                        "since": "2026-11-02T07:41:30Z",
                        "renewed_at": "2026-11-20T07:41:30Z",
                        "is_this": True,
                    }
                ],
                "next": None,
            },
        ),
        also=[400, 401],
    ),
)
def list_sign_ins(limit: Limit = USUAL_PAGE, cursor: Cursor = None) -> SignedInDevicePage:
    """Return a page of the account's sign-ins that are not over."""
    call = this_call(router)
    account_id = call.caller.account_id
    page, following = read_list(
        call,
        ["sign-ins"],
        cursor,
        lambda after: call.services.signed_in.of_account(account_id, now=call.now, limit=limit, after=after),
    )
    shown = [SignedInDevice.of(each, is_this=each.family_id == call.caller.family_id) for each in page]
    return SignedInDevicePage(items=shown, next=following)


@router.delete(
    "/v1/sign-ins/<family_id>",
    **operation(
        name="endSignIn",
        summary="End a sign-in elsewhere: its tokens are worth nothing from now on",
        tag="sign-in",
        promises=["P-46"],
        content={},
        also=[400, 401, 404],
        status=204,
    ),
)
def end_sign_in(family_id: FamilyInPath) -> Response[None]:
    """End one of the account's token families."""
    call = this_call(router)
    family = _family(call, family_id)
    call.services.sign_out.end(Caller(family.account_id, family.family_id), call.now)
    return Response(204)


def _family(call: Call, family_id: str) -> TokenFamily:
    """Return a sign-in of the caller's account; raise SignInNotFound or InvalidId."""
    family = call.services.families.get(FamilyId(checked_id(family_id)), call.now)
    if family is None or family.account_id != call.caller.account_id or family.automation is not None:
        raise SignInNotFound("no such sign-in of this account")
    return family
