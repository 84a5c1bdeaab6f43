"""Who belongs to a watch, and whose it is."""

from aws_lambda_powertools.event_handler.api_gateway import Response, Router

from core.kernel.ids import AccountId, checked_id
from core.watches.model import Role
from core.watches.profile import checked_name
from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import page_of
from lambdas.api.parameters import USUAL_PAGE, Cursor, Limit, MemberInPath, WatchInPath
from lambdas.api.problems import NotAllowed
from lambdas.api.schemas.members import Heir, Joined, Member, MemberChange, MemberPage, Offer, Ownership

router = Router()

_MEMBER = {
    "account_id": "m4x2k7q5a3c6b7d2e4f6g7h2aa",
    "role": "guardian",
    "since": "2026-10-04T18:20:00Z",
    "name": "Opa Jan",
}
_OFFER = {
    "account_id": "m4x2k7q5a3c6b7d2e4f6g7h2aa",
    "offered_at": "2026-11-20T19:02:00Z",
    "expires_at": "2026-11-27T19:02:00Z",
}


@router.get(
    "/v1/watches/<watch_id>/members",
    **operation(
        name="listMembers",
        summary="Who may see the watch",
        tag="members",
        promises=["P-09"],
        content=json_of(MemberPage, {"items": [_MEMBER], "next": None}),
        also=[400, 401, 404],
    ),
)
def list_members(watch_id: WatchInPath, limit: Limit = USUAL_PAGE, cursor: Cursor = None) -> MemberPage:
    """Return a page of members, the owner among them."""
    call = this_call(router)
    checked = call.own_watch(watch_id)
    members = call.services.bindings.family.members(checked)
    shown, following = page_of(
        call, ["members", checked], members, lambda each: f"{each.since.isoformat()} {each.account_id}", limit, cursor
    )
    return MemberPage(items=[Member.of(each) for each in shown], next=following)


@router.patch(
    "/v1/watches/<watch_id>/members/<account_id>",
    **operation(
        name="changeMember",
        summary="Give a member another role, as the owner; or oneself another name",
        tag="members",
        promises=["P-09"],
        content={},
        also=[400, 401, 403, 404, 409, 413, 415],
        status=204,
    ),
)
def change_member(watch_id: WatchInPath, account_id: MemberInPath, body: MemberChange) -> Response[None]:
    """Change a role or a name."""
    call = this_call(router)
    caller, about = call.caller.account_id, AccountId(account_id)
    if body.role is not None:
        call.services.bindings.family.change_role(
            caller, call.owned_watch(watch_id), AccountId(checked_id(about)), body.role
        )
        return Response(204)
    checked = call.own_watch(watch_id)
    if about != caller:
        raise NotAllowed("each gives itself a name")
    call.services.bindings.family.rename(checked, caller, body.name and checked_name(body.name))
    return Response(204)


@router.delete(
    "/v1/watches/<watch_id>/members/<account_id>",
    **operation(
        name="removeMember",
        summary="Remove a member, as the owner; or leave the watch",
        tag="members",
        promises=["P-09"],
        content={},
        also=[400, 401, 403, 404, 409],
        status=204,
    ),
)
def remove_member(watch_id: WatchInPath, account_id: MemberInPath) -> Response[None]:
    """Remove a member, at once everywhere."""
    call = this_call(router)
    caller = call.caller.account_id
    if account_id == caller:
        call.services.bindings.family.leave(call.membership(watch_id))
    else:
        call.services.bindings.family.remove(caller, call.owned_watch(watch_id), AccountId(checked_id(account_id)))
    return Response(204)


@router.get(
    "/v1/watches/<watch_id>/ownership",
    **operation(
        name="getOwnership",
        summary="Whether the ownership of the watch is offered to somebody",
        tag="members",
        promises=["P-09"],
        content=json_of(Ownership, {"offer": _OFFER}),
        also=[400, 401, 404],
    ),
)
def get_ownership(watch_id: WatchInPath) -> Ownership:
    """Return the offer that stands."""
    call = this_call(router)
    offer = call.services.bindings.family.offer_of(call.own_watch(watch_id))
    return Ownership(offer=None if offer is None else Offer.of(offer))


@router.post(
    "/v1/watches/<watch_id>/ownership",
    **operation(
        name="offerOwnership",
        summary="Offer the ownership to a member, in the place of any earlier offer; it moves when they accept",
        tag="members",
        promises=["P-09"],
        content=json_of(Offer, _OFFER),
        also=[400, 401, 403, 404, 413, 415],
        status=201,
    ),
)
def offer_ownership(watch_id: WatchInPath, body: Heir) -> Response[Offer]:
    """Offer the ownership."""
    call = this_call(router)
    checked = call.owned_watch(watch_id)
    call.require_fresh_password()
    offer = call.services.bindings.family.offer(call.caller.account_id, checked, AccountId(checked_id(body.account_id)))
    return Response(201, "application/json", Offer.of(offer))


@router.delete(
    "/v1/watches/<watch_id>/ownership",
    **operation(
        name="withdrawOwnership",
        summary="Take an offer of the ownership back",
        tag="members",
        promises=["P-09"],
        content={},
        also=[400, 401, 403, 404],
        status=204,
    ),
)
def withdraw_ownership(watch_id: WatchInPath) -> Response[None]:
    """Take the offer back."""
    call = this_call(router)
    call.services.bindings.family.withdraw_offer(call.owned_watch(watch_id))
    return Response(204)


@router.post(
    "/v1/watches/<watch_id>/ownership/accept",
    **operation(
        name="acceptOwnership",
        summary="Become the owner, as it was offered; who was it becomes a guardian",
        tag="members",
        promises=["P-09"],
        content=json_of(Joined, {"watch_id": "k5mzq3x7a2h4b6c7d2e4f6g7h2", "role": "owner"}),
        also=[400, 401, 404],
    ),
)
def accept_ownership(watch_id: WatchInPath) -> Joined:
    """Take the ownership over."""
    call = this_call(router)
    checked = call.own_watch(watch_id)
    call.services.bindings.family.take_over(call.caller.account_id, checked)
    return Joined(watch_id=checked, role=Role.OWNER)
