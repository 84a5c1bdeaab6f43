"""Claims of devices: the id that is printed on one proves nothing."""

from aws_lambda_powertools.event_handler.api_gateway import Response, Router

from core.watches.model import Role
from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.schemas.claims import Claim, DeviceAtHand
from lambdas.api.schemas.members import Joined

router = Router()


@router.post(
    "/v1/claims/code",
    **operation(
        name="showClaimCode",
        summary="Let a new device show a code for five minutes; the answer is the same for any",
        tag="claims",
        promises=["P-11", "P-51"],
        content={},
        also=[400, 401, 413, 415, 429],
        status=202,
    ),
)
def show_claim_code(body: DeviceAtHand) -> Response[None]:
    """Let the device show a code."""
    call = this_call(router)
    call.services.bindings.claim.show_code(call.caller.account_id, body.device_id, call.address)
    return Response(202)


@router.post(
    "/v1/claims",
    **operation(
        name="claimDevice",
        summary="Bind a new device to the account: an unknown, a bound and a wrongly proven one are refused alike",
        tag="claims",
        promises=["P-11", "P-51", "P-69"],
        content=json_of(Joined, {"watch_id": "k5mzq3x7a2h4b6c7d2e4f6g7h2", "role": "owner"}),
        also=[400, 401, 409, 413, 415, 429],
        status=201,
    ),
)
def claim_device(body: Claim) -> Response[Joined]:
    """Make the caller the owner of a new watch."""
    call = this_call(router)
    watch_id = call.services.bindings.claim.claim(call.caller.account_id, body.device_id, body.proof, call.address)
    call.changed(watch_id)
    return Response(201, "application/json", Joined(watch_id=watch_id, role=Role.OWNER))
