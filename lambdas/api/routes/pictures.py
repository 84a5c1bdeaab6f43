"""The photos of a watch: the one by which it is shown, and those of its contacts."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response, Router
from aws_lambda_powertools.event_handler.openapi.params import Path

from core.kernel.ids import MediaId, checked_id
from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.parameters import WatchInPath
from lambdas.api.raw_bodies import PICTURE, raw_answer, sent_bytes
from lambdas.api.schemas.pictures import Photo

PhotoInPath = Annotated[str, Path(description="Opaque id, as a contact has it")]

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
        also=[400, 401, 403, 404, 409, 413, 415, 429],
        status=204,
    ),
)
def put_picture(watch_id: WatchInPath) -> Response[None]:
    """Store a picture in the place of the one before."""
    call = this_call(router)
    call.services.pictures.show(call.guarded_watch(watch_id), sent_bytes(router))
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
    return raw_answer("image/jpeg", call.services.pictures.shown(call.own_watch(watch_id)))


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
    call.services.pictures.show_none(call.guarded_watch(watch_id))
    return Response(204)


@router.post(
    "/v1/watches/<watch_id>/photos",
    **operation(
        name="addPhoto",
        summary="Add a photo for a contact, whose `picture` is then its id; what no contact shows any more, remove",
        tag="watches",
        promises=["P-31", "P-72"],
        content=json_of(Photo, {"id": "q6xk3n5a7c2m4b7d2e4f6g7h2a"}),
        takes=PICTURE.content,
        also=[400, 401, 403, 404, 413, 415, 429],
        status=201,
    ),
)
def add_photo(watch_id: WatchInPath) -> Response[Photo]:
    """Store a photo."""
    call = this_call(router)
    media_id = call.services.pictures.add(call.guarded_watch(watch_id), sent_bytes(router))
    return Response(201, "application/json", Photo(id=media_id))


@router.get(
    "/v1/watches/<watch_id>/photos/<photo_id>",
    **operation(
        name="getPhoto",
        summary="A photo of the watch; rights are asked at each download, and no link exists",
        tag="watches",
        promises=["P-31", "P-72"],
        content={"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        also=[400, 401, 404],
    ),
)
def get_photo(watch_id: WatchInPath, photo_id: PhotoInPath) -> Response[str]:
    """Return a photo of exactly this watch: it opens for no other."""
    call = this_call(router)
    photo = call.services.pictures.get(call.own_watch(watch_id), MediaId(checked_id(photo_id)))
    return raw_answer("image/jpeg", photo)


@router.delete(
    "/v1/watches/<watch_id>/photos/<photo_id>",
    **operation(
        name="deletePhoto",
        summary="Remove a photo",
        tag="watches",
        promises=["P-31", "P-72"],
        content={},
        also=[400, 401, 403, 404],
        status=204,
    ),
)
def delete_photo(watch_id: WatchInPath, photo_id: PhotoInPath) -> Response[None]:
    """Remove a photo of exactly this watch."""
    call = this_call(router)
    call.services.pictures.remove(call.guarded_watch(watch_id), MediaId(checked_id(photo_id)))
    return Response(204)
