"""SIM cards of watches: what they have, how they are topped up, whom they are registered to."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response, Router
from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query

from adapters.sim_provider.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER
from core.kernel.ids import TopUpId, checked_id
from core.sims.model import Callback
from lambdas.api.call import owns, this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import read_list
from lambdas.api.parameters import Cursor, IdempotencyKey, WatchInPath
from lambdas.api.schemas.sims import Registrant, Sim, SimRegistration, TopUp, TopUpOrder, TopUpPage

LARGEST_PAGE = 20  # each that is not settled yet is one more question to the operator
LONGEST_HEADER = 100  # characters; a signature has 67

TopUpInPath = Annotated[str, Path(description="Opaque id, as in the list of top-ups")]
FewOnly = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Most items of a page")]
Timestamp = Annotated[str, Header(alias=TIMESTAMP_HEADER.lower(), max_length=LONGEST_HEADER)]
Signature = Annotated[str, Header(alias=SIGNATURE_HEADER.lower(), max_length=LONGEST_HEADER)]

router = Router()

_TOP_UP = {
    "id": "q6xk3n5a7c2m4b8d2e4f6g7h2a",
    "amount_cents": 1000,
    "currency": "EUR",
    "state": "booked",
    "ordered_at": "2026-11-20T07:41:30Z",
    "state_at": "2026-11-20T07:41:31Z",
}
_REGISTRATION = {
    "state": "confirmed",
    "state_at": "2026-11-20T07:41:31Z",
    "registrant": {
        "name": "M••• J•••",
        "street": "D•••",
        "house_number": "•••",
        "postal_code": "7•••",
        "city": "A•••",
        "country": "NL",
        "email": "m•••@e•••",
    },
}


@router.get(
    "/v1/watches/<watch_id>/sim",
    **operation(
        name="getSim",
        summary="Balance and validity of the watch's prepaid card, and how old that is",
        tag="sim",
        promises=["P-12"],
        content=json_of(
            Sim,
            {
                "number": "8931088000000000017",
                "balance_cents": 740,
                "currency": "EUR",
                "valid_until": "2027-05-31",
                "state": "active",
                "as_of": "2026-11-20T07:41:30Z",
                "age_s": 42,
                "is_low": False,
            },
        ),
        also=[400, 401, 404],
    ),
)
def get_sim(watch_id: WatchInPath) -> Sim:
    """Return the card; its operator is asked where that is some minutes ago."""
    call = this_call(router)
    membership = call.membership(watch_id)
    sim = call.services.sims.cards.look(membership.watch_id, call.now)
    return Sim.of(sim, call.now, is_owner=owns(membership.role))


@router.post(
    "/v1/watches/<watch_id>/sim/top-ups",
    **operation(
        name="orderTopUp",
        summary="Top the card up; the same idempotency key orders once, however often it comes",
        tag="sim",
        promises=["P-12"],
        content=json_of(TopUp, _TOP_UP),
        also=[400, 401, 403, 404, 409, 413, 415, 429],
        status=201,
    ),
)
def order_top_up(watch_id: WatchInPath, body: TopUpOrder, idempotency_key: IdempotencyKey) -> Response[TopUp]:
    """Order a top-up."""
    call = this_call(router)
    top_up = call.services.sims.top_ups.order(
        call.caller.account_id, call.owned_watch(watch_id), idempotency_key, body.amount_cents, call.now
    )
    return Response(201, "application/json", TopUp.of(top_up))


@router.get(
    "/v1/watches/<watch_id>/sim/top-ups",
    **operation(
        name="listTopUps",
        summary="The top-ups of the watch's cards, the newest first",
        tag="sim",
        promises=["P-12"],
        content=json_of(TopUpPage, {"items": [_TOP_UP], "next": None}),
        also=[400, 401, 403, 404],
    ),
)
def list_top_ups(watch_id: WatchInPath, limit: FewOnly = LARGEST_PAGE, cursor: Cursor = None) -> TopUpPage:
    """Return a page of top-ups; the operator is asked of what is not settled."""
    call = this_call(router)
    owned = call.owned_watch(watch_id)
    top_ups, following = read_list(
        call,
        ["top_up", owned],
        cursor,
        lambda after: call.services.sims.top_ups.newest(owned, limit=limit, after=after, now=call.now),
    )
    return TopUpPage(items=[TopUp.of(each) for each in top_ups], next=following)


@router.get(
    "/v1/watches/<watch_id>/sim/top-ups/<top_up_id>",
    **operation(
        name="getTopUp",
        summary="One top-up",
        tag="sim",
        promises=["P-12"],
        content=json_of(TopUp, _TOP_UP),
        also=[400, 401, 403, 404],
    ),
)
def get_top_up(watch_id: WatchInPath, top_up_id: TopUpInPath) -> TopUp:
    """Return a top-up; the operator is asked of it until it is settled."""
    call = this_call(router)
    owned = call.owned_watch(watch_id)
    return TopUp.of(call.services.sims.top_ups.get(owned, TopUpId(checked_id(top_up_id)), call.now))


@router.put(
    "/v1/watches/<watch_id>/sim/registration",
    **operation(
        name="registerSim",
        summary="Register the card to its owner, for its operator and for nothing else",
        tag="sim",
        promises=["P-10"],
        content=json_of(SimRegistration, _REGISTRATION),
        also=[400, 401, 403, 404, 409, 413, 415],
    ),
)
def register_sim(watch_id: WatchInPath, body: Registrant) -> SimRegistration:
    """Submit a registration in the place of an earlier one."""
    call = this_call(router)
    account_id, owned = call.caller.account_id, call.owned_watch(watch_id)
    return SimRegistration.of(call.services.sims.registrations.submit(account_id, owned, body.to_domain(), call.now))


@router.get(
    "/v1/watches/<watch_id>/sim/registration",
    **operation(
        name="getSimRegistration",
        summary="How far the card's registration came",
        tag="sim",
        promises=["P-10"],
        content=json_of(SimRegistration, _REGISTRATION),
        also=[400, 401, 403, 404],
    ),
)
def get_sim_registration(watch_id: WatchInPath) -> SimRegistration:
    """Return the caller's registration; masked once it is confirmed."""
    call = this_call(router)
    owned = call.owned_watch(watch_id)
    return SimRegistration.of(call.services.sims.registrations.get(call.caller.account_id, owned, call.now))


@router.delete(
    "/v1/watches/<watch_id>/sim/registration",
    **operation(
        name="withdrawSimRegistration",
        summary="Have the card's operator forget its registration, and forget it here",
        tag="sim",
        promises=["P-10"],
        content={},
        also=[400, 401, 403, 404, 503],
        status=204,
    ),
)
def withdraw_sim_registration(watch_id: WatchInPath) -> Response[None]:
    """Withdraw the caller's registration."""
    call = this_call(router)
    call.services.sims.registrations.withdraw(call.caller.account_id, call.owned_watch(watch_id))
    return Response(204)


@router.post(
    "/v1/sim/callbacks",
    **operation(
        name="takeSimCallback",
        summary="For the operator of the cards alone: what it tells by itself, signed (docs/sim-provider.md)",
        tag="sim",
        promises=["P-12"],
        content={},
        takes={"application/json": {"schema": {"type": "object"}}},
        also=[400, 401, 413, 415, 429, 503],
        status=204,
        public=True,
    ),
)
def take_sim_callback(timestamp: Timestamp = "", signature: Signature = "") -> Response[None]:
    """Apply what the operator tells. The body is read as it came: its bytes are what is signed."""
    call = this_call(router)
    callback = Callback(router.current_event.decoded_body or "", timestamp, signature)
    call.services.sims.callbacks.take(callback, call.address, call.now)
    return Response(204)
