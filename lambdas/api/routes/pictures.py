"""The picture by which a watch is shown."""

from aws_lambda_powertools.event_handler.api_gateway import Response, Router

from lambdas.api.call import this_call
from lambdas.api.operation import operation
from lambdas.api.parameters import WatchInPath
from lambdas.api.raw_bodies import PICTURE, raw_answer, sent_bytes

router = Router()


@router.put(
    "/v1/watches/<watch_id>/picture",
    **operation(
        name="putPicture",
        summary="Show the watch by a picture: a new JPEG of at most 640 pixels is made of it, without a place or date",
        tag="watches",
        promises=["P-31", "P-72"],
        content={},
        takes=PICTURE.content,
        also=[400, 401, 403, 404, 409, 413, 415],
        status=204,
    ),
)
def put_picture(watch_id: WatchInPath) -> Response[None]:
    """Store a picture in the place of the one before."""
    call = this_call(router)
    call.services.pictures.put(call.guarded_watch(watch_id), sent_bytes(router))
    return Response(204)


@router.get(
    "/v1/watches/<watch_id>/picture",
    **operation(
        name="getPicture",
        summary="The picture of the watch; rights are asked at each download, and no link exists",
        tag="watches",
        promises=["P-31", "P-72"],
        content={"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        also=[400, 401, 404],
    ),
)
def get_picture(watch_id: WatchInPath) -> Response[str]:
    """Return the picture."""
    call = this_call(router)
    return raw_answer("image/jpeg", call.services.pictures.of_watch(call.own_watch(watch_id)))


@router.delete(
    "/v1/watches/<watch_id>/picture",
    **operation(
        name="deletePicture",
        summary="Show the watch by no picture",
        tag="watches",
        promises=["P-31", "P-72"],
        content={},
        also=[400, 401, 403, 404, 409],
        status=204,
    ),
)
def delete_picture(watch_id: WatchInPath) -> Response[None]:
    """Remove the picture."""
    call = this_call(router)
    call.services.pictures.remove(call.guarded_watch(watch_id))
    return Response(204)
