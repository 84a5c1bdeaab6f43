"""The caller's watches."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response, Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from core.kernel.errors import ChangedMeanwhile
from core.watches.model import Membership
from core.watches.profile import Profile
from lambdas.api.call import Call, this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.parameters import Cursor, WatchInPath
from lambdas.api.schemas.watches import Capabilities, ProfileChange, Watch, WatchDetails, WatchPage, WatchProfile
from lambdas.api.status import status_of

router = Router()

WATCHES_OF_A_PAGE = 20
"""More children than a family has; each costs the reads of its status."""
FewWatches = Annotated[int, Query(ge=1, le=WATCHES_OF_A_PAGE, description="Most items of a page")]

_PROFILE = {"name": "Noor", "time_zone": "Europe/Amsterdam", "picture": None, "version": 3}
_EXAMPLE = {
    "id": "k5mzq3x7a2h4b6c7d2e4f6g7h2",
    "role": "owner",
    "since": "2026-09-01T08:15:00Z",
    "profile": _PROFILE,
    "status": {
        "online": True,
        "last_heard_at": "2026-11-20T07:41:33Z",
        "age_s": 39,
        "battery_percent": 76,
        "signal_percent": 88,
        "reading_age_s": 39,
        "position": {"at": "2026-11-20T07:41:30Z", "age_s": 42, "source": "gps"},
    },
}
_DETAILS = {
    **_EXAMPLE,
    "capabilities": {"model": "GPS watch 4G", "supported": ["locate", "find"], "unsupported": [], "contacts": 15},
}


@router.get(
    "/v1/watches",
    **operation(
        name="listWatches",
        summary="The watches that the account may see, and how they fare",
        tag="watches",
        promises=["P-11", "P-69"],
        content=json_of(WatchPage, {"items": [_EXAMPLE], "next": None}),
        also=[400, 401],
    ),
)
def list_watches(limit: FewWatches = WATCHES_OF_A_PAGE, cursor: Cursor = None) -> WatchPage:
    """Return a page of watches, in the order in which they came to the account."""
    call = this_call(router)
    account_id = call.caller.account_id
    scope = ["watches", account_id]
    memberships = call.services.memberships.of_account(account_id)
    if cursor is not None:
        since, watch_id = call.services.cursors.read(cursor, scope, call.now)
        after = datetime.fromisoformat(since), watch_id
        memberships = [each for each in memberships if _place(each) > after]
    shown = memberships[:limit]
    items = [_watch(call, each) for each in shown]
    if len(memberships) == len(shown):
        return WatchPage(items=items, next=None)
    last = shown[-1]
    return WatchPage(
        items=items, next=call.services.cursors.write([last.since.isoformat(), last.watch_id], scope, call.now)
    )


@router.get(
    "/v1/watches/<watch_id>",
    **operation(
        name="getWatch",
        summary="One watch: how it is shown, how it fares, what it can do",
        tag="watches",
        promises=["P-11", "P-70"],
        content=json_of(WatchDetails, _DETAILS),
        also=[400, 401, 404],
    ),
)
def get_watch(watch_id: WatchInPath) -> WatchDetails:
    """Return a watch."""
    call = this_call(router)
    membership = call.membership(watch_id)
    return _details(call, membership, call.services.profiles.get(membership.watch_id))


@router.patch(
    "/v1/watches/<watch_id>",
    **operation(
        name="changeWatch",
        summary="Give the watch another name or time zone",
        tag="watches",
        promises=["P-70"],
        content=json_of(WatchProfile, _PROFILE),
        also=[400, 401, 403, 404, 409, 413, 415],
    ),
)
def change_watch(watch_id: WatchInPath, body: ProfileChange) -> WatchProfile:
    """Change what was sent, in the place of the version that was read. A new time zone goes to the watch at once."""
    call = this_call(router)
    known = call.services.profiles.get(call.guarded_watch(watch_id))
    wanted = replace(
        known,
        name=body.name if "name" in body.model_fields_set else known.name,
        time_zone=body.time_zone or known.time_zone,
    )
    stored = call.services.profiles.replace(wanted) if known.revision == body.replaces else None
    if stored is None:
        raise ChangedMeanwhile("another change was first")
    if stored.time_zone != known.time_zone:
        call.services.rousing.rouse(stored.watch_id)
    return WatchProfile.of(stored)


@router.delete(
    "/v1/watches/<watch_id>",
    **operation(
        name="unbindWatch",
        summary="Unbind the watch: nobody sees it any more, and somebody else may claim the device",
        tag="watches",
        promises=["P-11", "P-69"],
        content={},
        also=[400, 401, 403, 404, 409],
        status=204,
    ),
)
def unbind_watch(watch_id: WatchInPath) -> Response[None]:
    """Unbind the watch; from this instant on nothing that its device sends is kept."""
    call = this_call(router)
    checked = call.owned_watch(watch_id)
    call.require_fresh_password()
    call.services.bindings.unbinding.unbind(call.caller.account_id, checked)
    call.changed(call.caller.account_id)  # nobody will see the watch's log again
    return Response(204)


def _watch(call: Call, membership: Membership) -> Watch:
    return _shown(call, membership, call.services.profiles.get(membership.watch_id))


def _details(call: Call, membership: Membership, profile: Profile) -> WatchDetails:
    return WatchDetails(
        **_shown(call, membership, profile).model_dump(),
        capabilities=Capabilities.of(call.services.capabilities.get(membership.watch_id)),
    )


def _shown(call: Call, membership: Membership, profile: Profile) -> Watch:
    return Watch(
        id=membership.watch_id,
        role=membership.role,
        since=membership.since,
        profile=WatchProfile.of(profile),
        status=status_of(call, membership.watch_id),
    )


def _place(membership: Membership) -> tuple[datetime, str]:
    return membership.since, membership.watch_id
