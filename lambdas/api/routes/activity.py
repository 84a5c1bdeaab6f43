"""What a watch tells of each day."""

from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from core.retention.policy import POLICY
from core.tracking.activity import activity_of
from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.parameters import Cursor, FromDay, ToDay, WatchInPath
from lambdas.api.problems import InvalidRange
from lambdas.api.ranges import AHEAD
from lambdas.api.schemas.activity import ActivityPage, DayOfActivity

USUAL_DAYS = 7
LARGEST_PAGE = 14  # days; some ten thousand readings of the busiest watch, all of which are opened

FewDays = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Most days of a page")]

router = Router()


@router.get(
    "/v1/watches/<watch_id>/activity",
    **operation(
        name="listActivity",
        summary="Steps, battery and hours of each day, oldest first",
        tag="activity",
        promises=["P-20", "P-21"],
        content=json_of(
            ActivityPage,
            {
                "items": [
                    {
                        "day": "2026-11-20",
                        "steps": 8412,
                        "first_reading_at": "2026-11-20T06:12:04Z",
                        "last_reading_at": "2026-11-20T19:48:31Z",
                        "lowest_battery_percent": 31,
                        "last_battery_percent": 34,
                    }
                ],
                "next": None,
            },
        ),
        also=[400, 401, 404],
    ),
)
def list_activity(
    watch_id: WatchInPath, first: FromDay = None, last: ToDay = None, limit: FewDays = USUAL_DAYS, cursor: Cursor = None
) -> ActivityPage:
    """Return a page of days; each within what is kept is in it, whether or not anything is known of it."""
    call = this_call(router)
    own = call.own_watch(watch_id)
    zone = ZoneInfo(call.services.profiles.get(own).time_zone)
    scope = ["activity", call.caller.account_id, own, str(first), str(last)]
    if cursor is None:
        oldest = POLICY["telemetry"].oldest_readable(call.now).astimezone(zone).date()
        newest = (call.now + AHEAD).astimezone(zone).date()
        begins, ends = kept_days(first, last, oldest, newest)
    else:
        begins, ends = map(date.fromisoformat, call.services.cursors.read(cursor, scope, call.now))
    page_ends = min(ends, begins + timedelta(days=limit - 1))
    days = activity_of(call.services.telemetry, own, begins, page_ends, zone, call.now) if begins <= ends else []
    following = None
    if page_ends < ends:
        place = [(page_ends + timedelta(days=1)).isoformat(), ends.isoformat()]
        following = call.services.cursors.write(place, scope, call.now)
    return ActivityPage(items=[DayOfActivity.of(day) for day in days], next=following)


def kept_days(first: date | None, last: date | None, oldest: date, newest: date) -> tuple[date, date]:
    """Return first and last day of a range within what is kept, the last before the first where there is none.

    Raise InvalidRange for one that ends before it begins.
    """
    if first is not None and last is not None and first > last:
        raise InvalidRange("the range ends before it begins")
    ends = min(last or newest, newest)
    begins = first or max(ends, oldest) - timedelta(days=USUAL_DAYS - 1)
    tomorrow = newest + timedelta(days=1)  # from the last day that can be written, none can be counted
    return min(max(begins, oldest), tomorrow), ends
