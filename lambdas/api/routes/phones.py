"""The phone that rings."""

from aws_lambda_powertools.event_handler.api_gateway import Response, Router

from lambdas.api.call import this_call
from lambdas.api.operation import operation
from lambdas.api.schemas.phones import Phone

router = Router()


@router.put(
    "/v1/phone",
    **operation(
        name="registerPhone",
        summary="Let the phone of this sign-in ring at alerts; it rings for no other sign-in any more",
        tag="phone",
        promises=["P-71"],
        content={},
        also=[400, 401, 409, 413, 415],
        status=204,
    ),
)
def register_phone(body: Phone) -> Response[None]:
    """Register the phone in the place of this sign-in's earlier one."""
    call = this_call(router)
    call.services.phones.register(call.caller, body.platform, body.token, call.now)
    return Response(204)


@router.delete(
    "/v1/phone",
    **operation(
        name="removePhone",
        summary="Let the phone of this sign-in ring no more",
        tag="phone",
        promises=["P-71"],
        content={},
        also=[400, 401],
        status=204,
    ),
)
def remove_phone() -> Response[None]:
    """Remove the phone; it is no error when there is none."""
    call = this_call(router)
    call.services.phones.remove(call.caller, call.now)
    return Response(204)
