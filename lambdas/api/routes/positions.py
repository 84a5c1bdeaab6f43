"""Where a watch is and was."""

import base64
import hashlib

from aws_lambda_powertools.event_handler.api_gateway import Response, Router

from core.retention.policy import POLICY
from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import Asked, read_page
from lambdas.api.parameters import USUAL_PAGE, Cursor, From, IfNoneMatch, Limit, To, WatchInPath
from lambdas.api.ranges import kept_range
from lambdas.api.schemas.positions import Cleared, CurrentPosition, LatestPosition, Position, PositionPage

router = Router()

_EXAMPLE = {
    "at": "2026-11-20T07:41:30Z",
    "received_at": "2026-11-20T07:41:33Z",
    "latitude": 52.2112,
    "longitude": 5.9699,
    "source": "gps",
    "accuracy_m": None,
    "altitude_m": 12.0,
    "speed_kmh": 4.3,
    "course_deg": 92.0,
    "satellites": 9,
    "doubtful": False,
    "doubts": [],
    "backlog": False,
}
_ETAG_BYTES = 16
CLEARED_AT_ONCE = 5_000
"""Some ten seconds of DynamoDB's batches of 25, of the function's 28."""


@router.get(
    "/v1/watches/<watch_id>/position",
    **operation(
        name="getLatestPosition",
        summary="Where the watch is, and how old and exact that is",
        tag="positions",
        promises=["P-15", "P-27"],
        content=json_of(LatestPosition, {"state": "known", "position": {**_EXAMPLE, "age_s": 42}}),
        also=[304, 400, 401, 404],
    ),
)
def get_latest_position(watch_id: WatchInPath, if_none_match: IfNoneMatch = "") -> Response[LatestPosition | None]:
    """Return the newest position that is not over. Its ETag changes with the position, not with its age."""
    call = this_call(router)
    position = call.services.positions.latest(call.own_watch(watch_id), call.now)
    shown = None if position is None else Position.of(position)
    etag = _etag(shown)
    if etag in if_none_match:
        return Response(304, headers={"ETag": etag})
    if shown is None:
        return Response(200, "application/json", LatestPosition(state="unknown", position=None), {"ETag": etag})
    age_s = max(0, int((call.now - shown.at).total_seconds()))
    current = CurrentPosition(**shown.model_dump(), age_s=age_s)
    return Response(200, "application/json", LatestPosition(state="known", position=current), {"ETag": etag})


@router.get(
    "/v1/watches/<watch_id>/positions",
    **operation(
        name="listPositions",
        summary="Where the watch was, oldest first",
        tag="positions",
        promises=["P-15", "P-16", "P-17"],
        content=json_of(PositionPage, {"items": [_EXAMPLE], "next": None}),
        also=[400, 401, 404],
    ),
)
def list_positions(
    watch_id: WatchInPath, start: From = None, end: To = None, limit: Limit = USUAL_PAGE, cursor: Cursor = None
) -> PositionPage:
    """Return a page of history; nothing older than 89 days is ever in it."""
    call = this_call(router)
    asked = Asked(of="position", owner=call.own_watch(watch_id), start=start, end=end, limit=limit, cursor=cursor)
    positions, following = read_page(call, asked, call.services.positions.between)
    return PositionPage(items=[Position.of(each) for each in positions], next=following)


@router.delete(
    "/v1/watches/<watch_id>/positions",
    **operation(
        name="clearPositions",
        summary="Forget where the watch was, all or a range; needs a fresh password",
        tag="positions",
        promises=["P-16"],
        content=json_of(Cleared, {"removed": 412, "complete": True}),
        also=[400, 401, 403, 404],
    ),
)
def clear_positions(watch_id: WatchInPath, start: From = None, end: To = None) -> Cleared:
    """Remove the owner's history for good, the oldest first; without a range all of it."""
    call = this_call(router)
    watch = call.owned_watch(watch_id)
    call.require_fresh_password()
    first = POLICY["position"].oldest_readable(call.now) if start is None else start
    first, last = kept_range(first, end, POLICY["position"], call.now)
    removed = call.services.positions.clear(watch, first, last, CLEARED_AT_ONCE)
    return Cleared(removed=removed, complete=removed < CLEARED_AT_ONCE)


def _etag(shown: Position | None) -> str:
    content = b"unknown" if shown is None else shown.model_dump_json().encode()
    digest = hashlib.sha256(content).digest()[:_ETAG_BYTES]
    return f'W/"{base64.urlsafe_b64encode(digest).rstrip(b"=").decode()}"'  # weak: the age of an answer differs
