"""The caller's watches."""

from datetime import datetime

from aws_lambda_powertools.event_handler.api_gateway import Router

from core.watches.model import Membership
from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.parameters import USUAL_PAGE, Cursor, Limit
from lambdas.api.schemas.watches import Watch, WatchPage

router = Router()


@router.get(
    "/v1/watches",
    **operation(
        name="listWatches",
        summary="The watches that the account may see",
        tag="watches",
        promises=["P-11", "P-69"],
        content=json_of(
            WatchPage,
            {
                "items": [{"id": "k5mzq3x7a2h4b6c7d2e4f6g7h2", "role": "owner", "since": "2026-09-01T08:15:00Z"}],
                "next": None,
            },
        ),
        also=[400, 401],
    ),
)
def list_watches(limit: Limit = USUAL_PAGE, cursor: Cursor = None) -> WatchPage:
    """Return a page of memberships, in the order in which they came."""
    call = this_call(router)
    account_id = call.caller.account_id
    scope = ["watches", account_id]
    memberships = call.services.memberships.of_account(account_id)
    if cursor is not None:
        since, watch_id = call.services.cursors.read(cursor, scope, call.now)
        after = datetime.fromisoformat(since), watch_id
        memberships = [each for each in memberships if _place(each) > after]
    shown = memberships[:limit]
    items = [Watch(id=each.watch_id, role=each.role, since=each.since) for each in shown]
    if len(memberships) == len(shown):
        return WatchPage(items=items, next=None)
    last = shown[-1]
    return WatchPage(
        items=items, next=call.services.cursors.write([last.since.isoformat(), last.watch_id], scope, call.now)
    )


def _place(membership: Membership) -> tuple[datetime, str]:
    return membership.since, membership.watch_id
