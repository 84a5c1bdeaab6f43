"""Registering."""

from aws_lambda_powertools.event_handler.api_gateway import Response, Router

from lambdas.api.call import this_call
from lambdas.api.operation import operation
from lambdas.api.schemas.account import RegistrationRequest, ShownLink

router = Router()


@router.post(
    "/v1/registrations",
    **operation(
        name="register",
        summary="Ask for an account; the answer is the same whether or not the address has one: look into its mail",
        tag="account",
        promises=["P-09", "P-44", "P-49", "P-51", "P-52"],
        content={},
        also=[400, 413, 415, 429],
        status=202,
        public=True,
    ),
)
def register(body: RegistrationRequest) -> Response[None]:
    """Have a link mailed that makes the account."""
    call = this_call(router)
    call.services.registration.ask(body.email, body.password, body.language, call.address)
    return Response(202)


@router.post(
    "/v1/registrations/confirm",
    **operation(
        name="confirmRegistration",
        summary="Make the account, by the link that came by mail",
        tag="account",
        promises=["P-09", "P-51"],
        content={},
        also=[400, 409, 413, 415, 429],
        status=204,
        public=True,
    ),
)
def confirm_registration(body: ShownLink) -> Response[None]:
    """Make the account; whoever did so can sign in from now on."""
    call = this_call(router)
    call.changed(call.services.registration.confirm(body.link, call.address))
    return Response(204)
