"""Texts and voices between guardians and a child."""

from collections.abc import Sequence
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response, Router
from aws_lambda_powertools.event_handler.openapi.params import Path

from core.kernel.ids import MessageId, WatchId
from core.messages import model as messages
from core.messages.correspondence import Sender
from lambdas.api.call import Call, this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import Asked, read_page
from lambdas.api.parameters import USUAL_PAGE, Cursor, From, IdempotencyKey, Limit, To, WatchInPath
from lambdas.api.raw_bodies import VOICE, raw_answer, sent_bytes
from lambdas.api.schemas.messages import Message, MessagePage, Text

MessageInPath = Annotated[str, Path(description="Opaque id, as in the list of messages")]

router = Router()

_EXAMPLE = {
    "id": "agk3x2n5a7c2m4b6d2e4f6g7h2",
    "direction": "to_watch",
    "kind": "text",
    "created_at": "2026-11-20T12:02:30Z",
    "expires_at": "2026-11-23T12:00:00Z",
    "author": "m4x2k7q5a3c6b7d2e4f6g7h2aa",
    "text": "Oma haalt je op",
    "duration_s": None,
    "delivery": "delivered",
}
_VOICE_EXAMPLE = {**_EXAMPLE, "kind": "voice", "text": None, "duration_s": 4.2, "delivery": "queued"}


@router.post(
    "/v1/watches/<watch_id>/messages",
    **operation(
        name="sendText",
        summary="Send a text; the same idempotency key sends once, however often it comes",
        tag="messages",
        promises=["P-29", "P-72"],
        content=json_of(Message, {**_EXAMPLE, "delivery": "queued"}),
        also=[400, 401, 403, 404, 409, 413, 415, 429],
        status=201,
    ),
)
def send_text(watch_id: WatchInPath, body: Text, idempotency_key: IdempotencyKey) -> Response[Message]:
    """Send a text to the watch."""
    call = this_call(router)
    sent = call.services.correspondence.send_text(_sender(call, watch_id, idempotency_key), body.text)
    return Response(201, "application/json", _shown(call, sent.watch_id, [sent])[0])


@router.post(
    "/v1/watches/<watch_id>/messages/voice",
    **operation(
        name="sendVoice",
        summary="Send a recording of up to 15 s, AAC in MP4 or Opus in Ogg; the same idempotency key sends once",
        tag="messages",
        promises=["P-28", "P-72"],
        content=json_of(Message, _VOICE_EXAMPLE),
        takes=VOICE.content,
        also=[400, 401, 403, 404, 409, 413, 415, 429],
        status=201,
    ),
)
def send_voice(watch_id: WatchInPath, idempotency_key: IdempotencyKey) -> Response[Message]:
    """Send a voice to the watch."""
    call = this_call(router)
    sent = call.services.correspondence.send_voice(_sender(call, watch_id, idempotency_key), sent_bytes(router))
    return Response(201, "application/json", _shown(call, sent.watch_id, [sent])[0])


@router.get(
    "/v1/watches/<watch_id>/messages",
    **operation(
        name="listMessages",
        summary="The messages of the watch, oldest first",
        tag="messages",
        promises=["P-29", "P-72"],
        content=json_of(MessagePage, {"items": [_EXAMPLE, _VOICE_EXAMPLE], "next": None}),
        also=[400, 401, 404],
    ),
)
def list_messages(
    watch_id: WatchInPath, start: From = None, end: To = None, limit: Limit = USUAL_PAGE, cursor: Cursor = None
) -> MessagePage:
    """Return a page of messages; nothing older than 72 hours is ever in it."""
    call = this_call(router)
    asked = Asked(of="message", owner=call.own_watch(watch_id), start=start, end=end, limit=limit, cursor=cursor)
    found, following = read_page(call, asked, call.services.messages.between)
    return MessagePage(items=_shown(call, asked.owner, found), next=following)


@router.get(
    "/v1/watches/<watch_id>/messages/<message_id>",
    **operation(
        name="getMessage",
        summary="One message of the watch",
        tag="messages",
        promises=["P-29", "P-72"],
        content=json_of(Message, _EXAMPLE),
        also=[400, 401, 404],
    ),
)
def get_message(watch_id: WatchInPath, message_id: MessageInPath) -> Message:
    """Return a message."""
    call = this_call(router)
    message = _message(call, call.own_watch(watch_id), message_id)
    return _shown(call, message.watch_id, [message])[0]


@router.get(
    "/v1/watches/<watch_id>/messages/<message_id>/audio",
    **operation(
        name="getVoice",
        summary="The voice of a message, AAC in MP4; rights are asked at each download, and no link exists",
        tag="messages",
        promises=["P-28", "P-72"],
        content={"audio/mp4": {"schema": {"type": "string", "format": "binary"}}},
        also=[400, 401, 404],
    ),
)
def get_voice(watch_id: WatchInPath, message_id: MessageInPath) -> Response[str]:
    """Return a voice."""
    call = this_call(router)
    message = _message(call, call.own_watch(watch_id), message_id)
    return raw_answer("audio/mp4", call.services.correspondence.audio_of(message))


@router.delete(
    "/v1/watches/<watch_id>/messages/<message_id>",
    **operation(
        name="deleteMessage",
        summary="Remove a message; a watch that did not have it yet does not get it",
        tag="messages",
        promises=["P-29", "P-72"],
        content={},
        also=[400, 401, 403, 404],
        status=204,
    ),
)
def delete_message(watch_id: WatchInPath, message_id: MessageInPath) -> Response[None]:
    """Remove a message with its voice."""
    call = this_call(router)
    call.services.correspondence.remove(_message(call, call.guarded_watch(watch_id), message_id))
    return Response(204)


def _sender(call: Call, watch_id: str, key: str) -> Sender:
    return Sender(account_id=call.caller.account_id, watch_id=call.guarded_watch(watch_id), key=key)


def _message(call: Call, watch_id: WatchId, message_id: str) -> messages.Message:
    """Return a message of exactly this watch; raise MessageNotFound or InvalidId."""
    message = call.services.messages.get(watch_id, MessageId(message_id), call.now)
    if message is None:
        raise messages.MessageNotFound("the watch has no such message")
    return message


def _shown(call: Call, watch_id: WatchId, found: Sequence[messages.Message]) -> list[Message]:
    deliveries = call.services.correspondence.deliveries_of(watch_id, found)
    return [Message.of(each, deliveries.get(each.message_id)) for each in found]
