"""The change log of a watch, and of the account."""

from aws_lambda_powertools.event_handler.api_gateway import Router

from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import Asked, read_page
from lambdas.api.parameters import USUAL_PAGE, Cursor, From, Limit, To, WatchInPath
from lambdas.api.schemas.changes import Change, ChangePage

router = Router()

_CONTENT = json_of(
    ChangePage,
    {
        "items": [
            {
                "id": "agk3x2n5a7c2m4b6d2e4f6g7h2",
                "act": "replaceZone",
                "fields": ["alarm_on_leaving", "name", "shape"],
                "by": "m4x2k7q5a3c6b7d2e4f6g7h2aa",
                "at": "2026-11-20T12:02:30Z",
            }
        ],
        "next": None,
    },
)


@router.get(
    "/v1/watches/<watch_id>/changes",
    **operation(
        name="listWatchChanges",
        summary="Who changed what of the watch, oldest first",
        tag="changes",
        promises=["P-61"],
        content=_CONTENT,
        also=[400, 401, 404],
    ),
)
def list_watch_changes(
    watch_id: WatchInPath, start: From = None, end: To = None, limit: Limit = USUAL_PAGE, cursor: Cursor = None
) -> ChangePage:
    """Return a page of changes; nothing older than two years is ever in it."""
    call = this_call(router)
    asked = Asked(of="change", owner=call.own_watch(watch_id), start=start, end=end, limit=limit, cursor=cursor)
    found, following = read_page(call, asked, call.services.changes.between)
    return ChangePage(items=[Change.of(each) for each in found], next=following)


@router.get(
    "/v1/account/changes",
    **operation(
        name="listAccountChanges",
        summary="What was changed of the account, oldest first",
        tag="changes",
        promises=["P-61"],
        content=_CONTENT,
        also=[400, 401],
    ),
)
def list_account_changes(
    start: From = None, end: To = None, limit: Limit = USUAL_PAGE, cursor: Cursor = None
) -> ChangePage:
    """Return a page of changes; nothing older than two years is ever in it."""
    call = this_call(router)
    asked = Asked(of="change", owner=call.caller.account_id, start=start, end=end, limit=limit, cursor=cursor)
    found, following = read_page(call, asked, call.services.changes.between)
    return ChangePage(items=[Change.of(each) for each in found], next=following)
