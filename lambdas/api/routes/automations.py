"""A guardian's own programs. docs/automations.md tells their authors more."""

from aws_lambda_powertools.event_handler.api_gateway import Response, Router

from core.kernel.ids import AutomationId, checked_id
from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import read_list
from lambdas.api.parameters import USUAL_PAGE, AutomationInPath, Cursor, Limit
from lambdas.api.schemas.automations import Automation, AutomationPage, AutomationRequest, NewAutomation

router = Router()

_EXAMPLE = {"id": "d2zq4x7h3m5k6w2n2v4b7c3f5a", "name": "Home Assistant", "since": "2026-11-20T07:41:30Z"}


@router.post(
    "/v1/automations",
    **operation(
        name="addAutomation",
        summary="Let a program of your own read what you may see of watches (needs a fresh password)",
        tag="automations",
        promises=["P-43"],
        content=json_of(NewAutomation, {**_EXAMPLE, "token": f"wa1.{_EXAMPLE['id']}.c2VjcmV0"}),
        also=[400, 401, 403, 409, 413, 415],
        status=201,
    ),
)
def add_automation(body: AutomationRequest) -> Response[NewAutomation]:
    """Make an automation; its token is shown in this answer alone."""
    call = this_call(router)
    call.require_fresh_password()
    automation, token = call.services.automations.make(call.caller.account_id, body.name)
    made = NewAutomation(**Automation.of(automation).model_dump(), token=token)
    return Response(201, "application/json", made)


@router.get(
    "/v1/automations",
    **operation(
        name="listAutomations",
        summary="The account's automations",
        tag="automations",
        promises=["P-43"],
        content=json_of(AutomationPage, {"items": [_EXAMPLE], "next": None}),
        also=[400, 401],
    ),
)
def list_automations(limit: Limit = USUAL_PAGE, cursor: Cursor = None) -> AutomationPage:
    """Return a page of automations that are not over."""
    call = this_call(router)
    account_id, held = call.caller.account_id, call.services.automations.automations
    found, following = read_list(
        call,
        ["automations"],
        cursor,
        lambda after: held.of_account(account_id, now=call.now, limit=limit, after=after),
    )
    return AutomationPage(items=[Automation.of(each) for each in found], next=following)


@router.delete(
    "/v1/automations/<automation_id>",
    **operation(
        name="endAutomation",
        summary="End an automation: its token is worth nothing from now on",
        tag="automations",
        promises=["P-43"],
        content={},
        also=[400, 401, 404],
        status=204,
    ),
)
def end_automation(automation_id: AutomationInPath) -> Response[None]:
    """Take the automation's token out of use."""
    call = this_call(router)
    call.services.automations.end(call.caller.account_id, AutomationId(checked_id(automation_id)))
    return Response(204)
