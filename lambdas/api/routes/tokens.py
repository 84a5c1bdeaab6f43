"""Refreshing tokens."""

from aws_lambda_powertools.event_handler.api_gateway import Router

from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.parameters import DpopProof
from lambdas.api.routes.sign_in import TOKENS_EXAMPLE
from lambdas.api.schemas.sign_in import RefreshRequest, Tokens

router = Router()
_PATH = "/v1/tokens"


@router.post(
    _PATH,
    **operation(
        name="refreshTokens",
        summary="Exchange a refresh token for the next tokens; each is used once, and by the device that got it",
        tag="sign-in",
        promises=["P-43", "P-45", "P-46", "P-51"],
        content=json_of(Tokens, TOKENS_EXAMPLE),
        also=[400, 401, 413, 415, 429],
        public=True,
    ),
)
def refresh_tokens(body: RefreshRequest, proof: DpopProof = "") -> Tokens:
    """Rotate the refresh token. An answer that was lost may be asked for again within 30 seconds."""
    call = this_call(router)
    key = call.device_key(proof, _PATH)
    return Tokens.of(call.services.renewal.renew(body.refresh_token, key, call.address))
