"""Signing in and out."""

from aws_lambda_powertools.event_handler.api_gateway import Response, Router

from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.schemas.sign_in import AccessToken, SignInRequest

router = Router()


@router.post(
    "/v1/sign-in",
    **operation(
        name="signIn",
        summary="Sign in with e-mail address and password",
        tag="sign-in",
        promises=["P-09", "P-43", "P-45", "P-49", "P-51"],
        content=json_of(
            AccessToken,
            {"access_token": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIifQ.c2ln", "token_type": "Bearer", "expires_in": 600},
        ),
        also=[400, 401, 413, 415, 429],
        public=True,
    ),
)
def sign_in(body: SignInRequest) -> AccessToken:
    """Start a token family."""
    call = this_call(router)
    token = call.services.sign_in.with_password(body.email, body.password, call.address)
    return AccessToken(access_token=token.text, expires_in=int(token.lifetime.total_seconds()))


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
    """Let the phone ring no more and end the caller's token family."""
    call = this_call(router)
    call.services.phones.remove(call.caller, call.now)  # first: a call that fails here can be repeated with its token
    call.services.families.end(call.caller.family_id)
    return Response(204)
