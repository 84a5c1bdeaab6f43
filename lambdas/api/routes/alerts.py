"""What guardians were told."""

from aws_lambda_powertools.event_handler.api_gateway import Router

from core.alerts import model as alerts
from core.kernel.ids import AlertId, WatchId
from lambdas.api.call import Call, this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import Asked, page_of, read_page
from lambdas.api.parameters import USUAL_PAGE, AlertInPath, Cursor, From, Limit, To, WatchInPath
from lambdas.api.schemas.alerts import Acknowledgement, Alert, AlertPage, Delivery, DeliveryPage

router = Router()

_SEEN = {"at": "2026-11-20T12:04:10Z", "by": "m4x2k7q5a3c6b7d2e4f6g7h2aa"}
_EXAMPLE = {
    "id": "agk3x2n5a7c2m4b6d2e4f6g7h2",
    "kind": "zone_left",
    "at": "2026-11-20T12:02:30Z",
    "received_at": "2026-11-20T12:02:33Z",
    "late": False,
    "confirmed": True,
    "held_back": False,
    "zone": {"id": "q6xk3n5a7c2m4b7d2e4f6g7h2a", "name": "School"},
    "acknowledged": _SEEN,
}


@router.get(
    "/v1/watches/<watch_id>/alerts",
    **operation(
        name="listAlerts",
        summary="The alerts of the watch, oldest first",
        tag="alerts",
        promises=["P-19", "P-27", "P-71"],
        content=json_of(AlertPage, {"items": [_EXAMPLE], "next": None}),
        also=[400, 401, 404],
    ),
)
def list_alerts(
    watch_id: WatchInPath, start: From = None, end: To = None, limit: Limit = USUAL_PAGE, cursor: Cursor = None
) -> AlertPage:
    """Return a page of alerts; nothing older than 89 days is ever in it."""
    call = this_call(router)
    asked = Asked(of="alert", owner=call.own_watch(watch_id), start=start, end=end, limit=limit, cursor=cursor)
    found, following = read_page(call, asked, call.services.alerts.between)
    seen = call.services.acknowledgements.of(asked.owner, [each.alert_id for each in found], call.now)
    return AlertPage(items=[Alert.of(each, seen.get(each.alert_id)) for each in found], next=following)


@router.get(
    "/v1/watches/<watch_id>/alerts/<alert_id>",
    **operation(
        name="getAlert",
        summary="One alert of the watch",
        tag="alerts",
        promises=["P-19", "P-71"],
        content=json_of(Alert, _EXAMPLE),
        also=[400, 401, 404],
    ),
)
def get_alert(watch_id: WatchInPath, alert_id: AlertInPath) -> Alert:
    """Return an alert."""
    call = this_call(router)
    alert = _alert(call, call.own_watch(watch_id), alert_id)
    seen = call.services.acknowledgements.of(alert.watch_id, [alert.alert_id], call.now)
    return Alert.of(alert, seen.get(alert.alert_id))


@router.post(
    "/v1/watches/<watch_id>/alerts/<alert_id>/acknowledgement",
    **operation(
        name="acknowledgeAlert",
        summary="Say that a guardian has seen it: an SOS is repeated no more, nor any earlier one",
        tag="alerts",
        promises=["P-71"],
        content=json_of(Acknowledgement, _SEEN),
        also=[400, 401, 403, 404],
    ),
)
def acknowledge_alert(watch_id: WatchInPath, alert_id: AlertInPath) -> Acknowledgement:
    """Store the caller's acknowledgement; return the first one, which counts."""
    call = this_call(router)
    seen = call.services.acknowledge.see(call.guarded_watch(watch_id), AlertId(alert_id), call.caller.account_id)
    return Acknowledgement.of(seen)


@router.get(
    "/v1/watches/<watch_id>/alerts/<alert_id>/deliveries",
    **operation(
        name="listDeliveries",
        summary="How far the alert came, to each guardian by each channel",
        tag="alerts",
        promises=["P-71"],
        content=json_of(
            DeliveryPage,
            {
                "items": [
                    {
                        "account_id": "m4x2k7q5a3c6b7d2e4f6g7h2aa",
                        "channel": "push",
                        "state": "sent",
                        "attempts": 1,
                        "at": "2026-11-20T12:02:34Z",
                    }
                ],
                "next": None,
            },
        ),
        also=[400, 401, 404],
    ),
)
def list_deliveries(
    watch_id: WatchInPath, alert_id: AlertInPath, limit: Limit = USUAL_PAGE, cursor: Cursor = None
) -> DeliveryPage:
    """Return a page of an alert's deliveries."""
    call = this_call(router)
    alert = _alert(call, call.own_watch(watch_id), alert_id)
    known = call.services.deliveries.of_alert(alert.watch_id, alert.alert_id, call.now)
    scope = ["deliveries", alert.watch_id, alert.alert_id]
    shown, following = page_of(call, scope, sorted(known, key=_name_of), _name_of, limit, cursor)
    return DeliveryPage(items=[Delivery.of(each) for each in shown], next=following)


def _name_of(delivery: alerts.Delivery) -> str:
    """Return what tells it from the other deliveries of its alert."""
    return f"{delivery.account_id} {delivery.channel}"


def _alert(call: Call, watch_id: WatchId, alert_id: str) -> alerts.Alert:
    """Return an alert of exactly this watch; raise AlertNotFound or InvalidId."""
    alert = call.services.alerts.get(watch_id, AlertId(alert_id), call.now)
    if alert is None:
        raise alerts.AlertNotFound("the watch has no such alert")
    return alert
