"""Safe zones."""

from dataclasses import replace

from aws_lambda_powertools.event_handler.api_gateway import Response, Router

from core.kernel.errors import ChangedMeanwhile
from core.kernel.ids import WatchId, ZoneId, checked_id, new_id
from core.zones import model as zones
from lambdas.api.call import Call, this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import page_of
from lambdas.api.parameters import USUAL_PAGE, Cursor, Limit, WatchInPath, ZoneInPath
from lambdas.api.schemas.zones import Zone, ZoneChange, ZonePage, ZoneSettings

router = Router()

_EXAMPLE = {
    "name": "School",
    "shape": {"kind": "circle", "centre": {"latitude": 52.2112, "longitude": 5.9699}, "radius_m": 150.0},
    "schedule": {
        "time_zone": "Europe/Amsterdam",
        "windows": [{"days": ["monday", "tuesday", "thursday"], "begins": "08:15", "ends": "14:30"}],
    },
    "alarm_on_entering": True,
    "alarm_on_leaving": True,
    "id": "q6xk3n5a7c2m4b8d2e4f6g7h2a",
    "version": 1,
}


@router.post(
    "/v1/watches/<watch_id>/zones",
    **operation(
        name="createZone",
        summary="Draw a zone; where the watch is now gives no alarm",
        tag="zones",
        promises=["P-18", "P-19"],
        content=json_of(Zone, _EXAMPLE),
        also=[400, 401, 403, 404, 409, 413, 415],
        status=201,
    ),
)
def create_zone(watch_id: WatchInPath, body: ZoneSettings) -> Response[Zone]:
    """Store a new zone."""
    call = this_call(router)
    zone = body.to_domain(ZoneId(new_id()), call.guarded_watch(watch_id))
    call.services.zones.put(zone)
    return Response(201, "application/json", Zone.of(zone))


@router.get(
    "/v1/watches/<watch_id>/zones",
    **operation(
        name="listZones",
        summary="The zones of the watch",
        tag="zones",
        promises=["P-18"],
        content=json_of(ZonePage, {"items": [_EXAMPLE], "next": None}),
        also=[400, 401, 404],
    ),
)
def list_zones(watch_id: WatchInPath, limit: Limit = USUAL_PAGE, cursor: Cursor = None) -> ZonePage:
    """Return a page of the watch's zones."""
    call = this_call(router)
    watch = call.own_watch(watch_id)
    zones_of_watch = call.services.zones.of_watch(watch)
    shown, following = page_of(call, ["zones", watch], zones_of_watch, lambda zone: zone.zone_id, limit, cursor)
    return ZonePage(items=[Zone.of(zone) for zone in shown], next=following)


@router.get(
    "/v1/watches/<watch_id>/zones/<zone_id>",
    **operation(
        name="getZone",
        summary="One zone of the watch",
        tag="zones",
        promises=["P-18"],
        content=json_of(Zone, _EXAMPLE),
        also=[400, 401, 404],
    ),
)
def get_zone(watch_id: WatchInPath, zone_id: ZoneInPath) -> Zone:
    """Return a zone."""
    call = this_call(router)
    return Zone.of(_zone(call, call.own_watch(watch_id), zone_id))


@router.put(
    "/v1/watches/<watch_id>/zones/<zone_id>",
    **operation(
        name="replaceZone",
        summary="Draw a zone anew; what is left out is as in a new one",
        tag="zones",
        promises=["P-18", "P-19"],
        content=json_of(Zone, _EXAMPLE),
        also=[400, 401, 403, 404, 409, 413, 415],
    ),
)
def replace_zone(watch_id: WatchInPath, zone_id: ZoneInPath, body: ZoneChange) -> Zone:
    """Draw a zone in the place of the version that the caller has read."""
    call = this_call(router)
    known = _zone(call, call.guarded_watch(watch_id), zone_id)
    zone = body.to_domain(known.zone_id, known.watch_id)
    stored = call.services.zones.replace(replace(zone, version=body.replaces))
    if stored is None:
        raise ChangedMeanwhile("the zone was drawn anew or removed")
    return Zone.of(stored)


@router.delete(
    "/v1/watches/<watch_id>/zones/<zone_id>",
    **operation(
        name="deleteZone",
        summary="Remove a zone",
        tag="zones",
        promises=["P-18"],
        content={},
        also=[400, 401, 403, 404],
        status=204,
    ),
)
def delete_zone(watch_id: WatchInPath, zone_id: ZoneInPath) -> Response[None]:
    """Remove a zone."""
    call = this_call(router)
    zone = _zone(call, call.guarded_watch(watch_id), zone_id)
    call.services.zones.remove(zone.watch_id, zone.zone_id)
    return Response(204)


def _zone(call: Call, watch_id: WatchId, zone_id: str) -> zones.Zone:
    """Return a zone of exactly this watch; raise ZoneNotFound or InvalidId."""
    zone = call.services.zones.get(watch_id, ZoneId(checked_id(zone_id)))
    if zone is None:
        raise zones.ZoneNotFound("the watch has no such zone")
    return zone
