"""What the account is told of changes around it and its watches."""

from aws_lambda_powertools.event_handler.api_gateway import Router

from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import Asked, read_page
from lambdas.api.parameters import USUAL_PAGE, Cursor, From, Limit, To
from lambdas.api.schemas.notices import Notice, NoticePage

router = Router()


@router.get(
    "/v1/notices",
    **operation(
        name="listNotices",
        summary="What the account was told of changes around it and its watches, oldest first",
        tag="notices",
        promises=["P-46", "P-61"],
        content=json_of(
            NoticePage,
            {
                "items": [
                    {
                        "id": "agk3x2n5a7c2m4b6d2e4f6g7h2",
                        "kind": "member_joined",
                        "at": "2026-11-20T12:02:30Z",
                        "watch_id": "q6xk3n5a7c2m4b6d2e4f6g7h2a",
                        "by": "m4x2k7q5a3c6b7d2e4f6g7h2aa",
                        "about": None,
                    }
                ],
                "next": None,
            },
        ),
        also=[400, 401],
    ),
)
def list_notices(start: From = None, end: To = None, limit: Limit = USUAL_PAGE, cursor: Cursor = None) -> NoticePage:
    """Return a page of notices; nothing older than 89 days is ever in it."""
    call = this_call(router)
    asked = Asked(of="notice", owner=call.caller.account_id, start=start, end=end, limit=limit, cursor=cursor)
    found, following = read_page(call, asked, call.services.notices.between)
    return NoticePage(items=[Notice.of(each) for each in found], next=following)
