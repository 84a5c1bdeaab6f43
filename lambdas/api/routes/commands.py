"""What is asked of a watch."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response, Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from core.accounts.notices import Announcement, NoticeKind
from core.commands import model as commands
from core.commands.model import CommandKind, CommandNotFound
from core.commands.orders import Order, as_of
from core.commands.wishes import guardians
from core.kernel.ids import CommandId, WatchId, checked_id
from lambdas.api.call import Call, this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import Asked, read_page
from lambdas.api.parameters import (
    USUAL_PAGE,
    CommandInPath,
    Cursor,
    From,
    Limit,
    OptionalIdempotencyKey,
    To,
    WatchInPath,
)
from lambdas.api.schemas.commands import Command, CommandOrder, CommandPage

router = Router()

_DANGEROUS = {
    CommandKind.POWER_OFF: NoticeKind.WATCH_SWITCHED_OFF,
    CommandKind.FACTORY_RESET: NoticeKind.WATCH_RESET,
}
"""Need a fresh password, and all guardians are told."""
_OWNERS_ONLY = frozenset({CommandKind.FACTORY_RESET})

_EXAMPLE = {
    "id": "agk3x2n5a7c2m4b6d2e4f6g7h2",
    "kind": "find",
    "state": "acknowledged",
    "failure": None,
    "ordered_by": "m4x2k7q5a3c6b7d2e4f6g7h2aa",
    "ordered_at": "2026-11-20T12:02:30Z",
    "expires_at": "2026-11-20T12:07:30Z",
    "state_at": "2026-11-20T12:02:31Z",
}


@router.post(
    "/v1/watches/<watch_id>/commands",
    **operation(
        name="orderCommand",
        summary="Ask something of the watch; it is done when the state says acknowledged",
        tag="commands",
        promises=["P-70"],
        content=json_of(Command, {**_EXAMPLE, "state": "queued", "state_at": "2026-11-20T12:02:30Z"}),
        also=[400, 401, 403, 404, 409, 413, 415, 429],
        status=201,
    ),
)
def order_command(
    watch_id: WatchInPath,
    body: Annotated[CommandOrder, Body()],
    idempotency_key: OptionalIdempotencyKey = None,
) -> Response[Command]:
    """Store the command and tell the bridge of it; the same key gives the same command, however often it comes."""
    call = this_call(router)
    kind = CommandKind(body.kind)
    watch = _commanded_watch(call, watch_id, kind)
    order = Order(watch_id=watch, kind=kind, ordered_by=call.caller.account_id, arguments=body.arguments())
    command = call.services.orders.take(order, call.now, idempotency_key)
    if kind in _DANGEROUS:
        _announce(call, command, _DANGEROUS[kind])
    return Response(201, "application/json", Command.of(command))


@router.get(
    "/v1/watches/<watch_id>/commands",
    **operation(
        name="listCommands",
        summary="What was asked of the watch, oldest first",
        tag="commands",
        promises=["P-70"],
        content=json_of(CommandPage, {"items": [_EXAMPLE], "next": None}),
        also=[400, 401, 404],
    ),
)
def list_commands(
    watch_id: WatchInPath, start: From = None, end: To = None, limit: Limit = USUAL_PAGE, cursor: Cursor = None
) -> CommandPage:
    """Return a page of commands; nothing older than 89 days is ever in it."""
    call = this_call(router)
    asked = Asked(of="command", owner=call.own_watch(watch_id), start=start, end=end, limit=limit, cursor=cursor)
    found, following = read_page(call, asked, call.services.commands.between)
    return CommandPage(items=[Command.of(as_of(each, call.now)) for each in found], next=following)


@router.get(
    "/v1/watches/<watch_id>/commands/<command_id>",
    **operation(
        name="getCommand",
        summary="One command and how far it came",
        tag="commands",
        promises=["P-70"],
        content=json_of(Command, _EXAMPLE),
        also=[400, 401, 404],
    ),
)
def get_command(watch_id: WatchInPath, command_id: CommandInPath) -> Command:
    """Return a command."""
    call = this_call(router)
    return Command.of(as_of(_command(call, call.own_watch(watch_id), command_id), call.now))


def _commanded_watch(call: Call, watch_id: str, kind: CommandKind) -> WatchId:
    """Return the watch when the caller may ask this of it; raise as owned_watch, or PasswordNeeded."""
    watch = call.owned_watch(watch_id) if kind in _OWNERS_ONLY else call.guarded_watch(watch_id)
    if kind in _DANGEROUS:
        call.require_fresh_password()
    return watch


def _announce(call: Call, command: commands.Command, notice: NoticeKind) -> None:
    """Tell of an order; of one that is repeated the same again, as the first may not have come so far."""
    told = guardians(call.services.memberships, command.watch_id)
    call.services.announcer.announce(
        Announcement(kind=notice, to=told, at=command.ordered_at, watch_id=command.watch_id, by=command.ordered_by)
    )


def _command(call: Call, watch_id: WatchId, command_id: str) -> commands.Command:
    """Return a command of exactly this watch; raise CommandNotFound or InvalidId."""
    command = call.services.commands.get(watch_id, CommandId(checked_id(command_id)), call.now)
    if command is None:
        raise CommandNotFound("the watch has no such command")
    return command
