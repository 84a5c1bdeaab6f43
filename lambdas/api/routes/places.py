"""What a watch learned of the Wi-Fi around it, and what of it was wrong."""

from aws_lambda_powertools.event_handler.api_gateway import Response, Router

from core.kernel.errors import NotFound
from core.kernel.ids import WatchId
from core.retention.policy import POLICY
from core.tracking import model as tracking
from core.tracking.correction import PositionNotFound
from lambdas.api.call import Call, this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import page_of
from lambdas.api.parameters import USUAL_PAGE, Cursor, Limit, PlaceInPath, WatchInPath
from lambdas.api.ranges import is_kept
from lambdas.api.schemas.places import LearnedPlace, LearnedPlacePage
from lambdas.api.schemas.positions import WrongPosition

router = Router()


class PlaceNotFound(NotFound):
    """The watch has learned no such place."""


@router.get(
    "/v1/watches/<watch_id>/learned-places",
    **operation(
        name="listLearnedPlaces",
        summary="Where the watch knows Wi-Fi access points",
        tag="learned-places",
        promises=["P-15", "P-27"],
        content=json_of(
            LearnedPlacePage,
            {
                "items": [
                    {
                        "id": "5f2b7c1e9a04d3865f2b7c1e9a04d386",
                        "point": {"latitude": 52.2112, "longitude": 5.9699},
                        "accuracy_m": 40.0,
                        "learned_at": "2026-11-20T07:41:30Z",
                        "roams": False,
                    }
                ],
                "next": None,
            },
        ),
        also=[400, 401, 404],
    ),
)
def list_learned_places(watch_id: WatchInPath, limit: Limit = USUAL_PAGE, cursor: Cursor = None) -> LearnedPlacePage:
    """Return a page of what the watch has learned and not forgotten."""
    call = this_call(router)
    watch = call.own_watch(watch_id)
    places = call.services.learned_places.of_watch(watch, call.now)
    shown, following = page_of(call, ["learned-places", watch], places, lambda each: each.access_point, limit, cursor)
    return LearnedPlacePage(items=[LearnedPlace.of(each) for each in shown], next=following)


@router.delete(
    "/v1/watches/<watch_id>/learned-places",
    **operation(
        name="forgetLearnedPlaces",
        summary="Forget all that the watch learned of Wi-Fi",
        tag="learned-places",
        promises=["P-15"],
        content={},
        also=[400, 401, 403, 404],
        status=204,
    ),
)
def forget_learned_places(watch_id: WatchInPath) -> Response[None]:
    """Forget every learned place of the watch."""
    call = this_call(router)
    watch = call.guarded_watch(watch_id)
    known = call.services.learned_places.of_watch(watch, call.now)
    call.services.learned_places.forget(watch, [each.access_point for each in known])
    return Response(204)


@router.delete(
    "/v1/watches/<watch_id>/learned-places/<place_id>",
    **operation(
        name="forgetLearnedPlace",
        summary="Forget one access point",
        tag="learned-places",
        promises=["P-15"],
        content={},
        also=[400, 401, 403, 404],
        status=204,
    ),
)
def forget_learned_place(watch_id: WatchInPath, place_id: PlaceInPath) -> Response[None]:
    """Forget one learned place."""
    call = this_call(router)
    watch = call.guarded_watch(watch_id)
    place = _place(call, watch, place_id)
    call.services.learned_places.forget(watch, [place.access_point])
    return Response(204)


@router.post(
    "/v1/watches/<watch_id>/positions/wrong",
    **operation(
        name="reportWrongPosition",
        summary="Say that the watch was not there: the position is doubtful from now on, and its Wi-Fi is forgotten",
        tag="positions",
        promises=["P-15"],
        content={},
        also=[400, 401, 403, 404, 413, 415],
        status=204,
    ),
)
def report_wrong_position(watch_id: WatchInPath, body: WrongPosition) -> Response[None]:
    """Doubt the positions of exactly this instant."""
    call = this_call(router)
    watch = call.guarded_watch(watch_id)
    if not is_kept(body.at, POLICY["position"], call.now):
        raise PositionNotFound("nothing is kept of this instant")
    call.services.correction.report_wrong(watch, body.at, call.now)
    return Response(204)


def _place(call: Call, watch_id: WatchId, place_id: str) -> tracking.LearnedPlace:
    """Return what exactly this watch has learned; raise PlaceNotFound."""
    known = call.services.learned_places.of_watch(watch_id, call.now)
    place = next((each for each in known if each.access_point == place_id), None)
    if place is None:
        raise PlaceNotFound("the watch has learned no such place")
    return place
