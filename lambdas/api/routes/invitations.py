"""Invitations: nobody joins a watch without its owner's word and their own."""

from aws_lambda_powertools.event_handler.api_gateway import Response, Router

from core.kernel.ids import InvitationId, checked_id
from core.watches.profile import checked_name
from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import page_of
from lambdas.api.parameters import USUAL_PAGE, Cursor, InvitationInPath, Limit, WatchInPath
from lambdas.api.schemas.members import (
    Acceptance,
    Invitation,
    InvitationPage,
    InvitationWithCode,
    Joined,
    NewInvitation,
)

router = Router()

_EXAMPLE = {
    "id": "n6xk3n5a7c2m4b6d2e4f6g7h2a",
    "role": "guardian",
    "invited_by": "m4x2k7q5a3c6b7d2e4f6g7h2aa",
    "invited_at": "2026-11-20T19:02:00Z",
    "expires_at": "2026-11-27T19:02:00Z",
}


@router.post(
    "/v1/watches/<watch_id>/invitations",
    **operation(
        name="inviteMember",
        summary="Invite somebody: whoever shows the code within a week joins, once",
        tag="members",
        promises=["P-09"],
        content=json_of(
            InvitationWithCode,
            {**_EXAMPLE, "code": "k5mzq3x7a2h4b6c7d2e4f6g7h2.n6xk3n5a7c2m4b6d2e4f6g7h2a.q0Zk3vH1mD8sX5rT2wYb7A"},
        ),
        also=[400, 401, 403, 404, 409, 413, 415],
        status=201,
    ),
)
def invite_member(watch_id: WatchInPath, body: NewInvitation) -> Response[InvitationWithCode]:
    """Make an invitation."""
    call = this_call(router)
    checked = call.owned_watch(watch_id)
    call.require_fresh_password()
    invited = call.services.bindings.family.invite(call.caller.account_id, checked, body.role)
    shown = InvitationWithCode(**Invitation.of(invited.invitation).model_dump(), code=invited.code)
    return Response(201, "application/json", shown)


@router.get(
    "/v1/watches/<watch_id>/invitations",
    **operation(
        name="listInvitations",
        summary="Invitations that nobody has accepted yet",
        tag="members",
        promises=["P-09"],
        content=json_of(InvitationPage, {"items": [_EXAMPLE], "next": None}),
        also=[400, 401, 403, 404],
    ),
)
def list_invitations(watch_id: WatchInPath, limit: Limit = USUAL_PAGE, cursor: Cursor = None) -> InvitationPage:
    """Return a page of open invitations."""
    call = this_call(router)
    checked = call.owned_watch(watch_id)
    shown, following = page_of(
        call,
        ["invitations", checked],
        call.services.bindings.family.invitations(checked),
        lambda each: f"{each.invited_at.isoformat()} {each.invitation_id}",
        limit,
        cursor,
    )
    return InvitationPage(items=[Invitation.of(each) for each in shown], next=following)


@router.delete(
    "/v1/watches/<watch_id>/invitations/<invitation_id>",
    **operation(
        name="withdrawInvitation",
        summary="Let nobody join by this invitation any more",
        tag="members",
        promises=["P-09"],
        content={},
        also=[400, 401, 403, 404],
        status=204,
    ),
)
def withdraw_invitation(watch_id: WatchInPath, invitation_id: InvitationInPath) -> Response[None]:
    """Remove an invitation."""
    call = this_call(router)
    call.services.bindings.family.withdraw(call.owned_watch(watch_id), InvitationId(checked_id(invitation_id)))
    return Response(204)


@router.post(
    "/v1/invitations/accept",
    **operation(
        name="acceptInvitation",
        summary="Join a watch by the code of an invitation",
        tag="members",
        promises=["P-09", "P-51"],
        content=json_of(Joined, {"watch_id": "k5mzq3x7a2h4b6c7d2e4f6g7h2", "role": "guardian"}),
        also=[400, 401, 409, 413, 415, 429],
        status=201,
    ),
)
def accept_invitation(body: Acceptance) -> Response[Joined]:
    """Make the caller a member."""
    call = this_call(router)
    name = body.name and checked_name(body.name)
    joined = call.services.bindings.family.accept(call.caller.account_id, body.code, name, call.address)
    call.changed(joined.watch_id)
    return Response(201, "application/json", Joined(watch_id=joined.watch_id, role=joined.role))
