"""How a watch fared."""

from aws_lambda_powertools.event_handler.api_gateway import Router

from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import Asked, read_page
from lambdas.api.parameters import USUAL_PAGE, Cursor, From, Limit, To, WatchInPath
from lambdas.api.schemas.telemetry import TelemetryPage, TelemetryReading

router = Router()


@router.get(
    "/v1/watches/<watch_id>/telemetry",
    **operation(
        name="listTelemetry",
        summary="Battery, signal, steps and alarms of the watch, oldest first",
        tag="telemetry",
        promises=["P-20", "P-21"],
        content=json_of(
            TelemetryPage,
            {
                "items": [
                    {
                        "at": "2026-11-20T07:41:30Z",
                        "received_at": "2026-11-20T07:41:33Z",
                        "battery_percent": 76,
                        "signal_percent": 88,
                        "steps": 1312,
                        "rolls": None,
                        "alarms": [],
                    }
                ],
                "next": None,
            },
        ),
        also=[400, 401, 404],
    ),
)
def list_telemetry(
    watch_id: WatchInPath, start: From = None, end: To = None, limit: Limit = USUAL_PAGE, cursor: Cursor = None
) -> TelemetryPage:
    """Return a page of readings; nothing older than 89 days is ever in it."""
    call = this_call(router)
    asked = Asked(of="telemetry", owner=call.own_watch(watch_id), start=start, end=end, limit=limit, cursor=cursor)
    readings, following = read_page(call, asked, call.services.telemetry.between)
    return TelemetryPage(items=[TelemetryReading.of(each) for each in readings], next=following)
