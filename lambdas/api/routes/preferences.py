"""How the caller wants to hear of a watch."""

from aws_lambda_powertools.event_handler.api_gateway import Router

from lambdas.api.call import this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.parameters import WatchInPath
from lambdas.api.schemas.preferences import Preference

router = Router()

_EXAMPLE = {
    "not_pushed": ["back_again"],
    "not_mailed": ["back_again", "low_battery"],
    "mail": True,
    "muted_zones": ["q6xk3n5a7c2m4b6d2e4f6g7h2a"],
    "quiet_hours": {
        "time_zone": "Europe/Amsterdam",
        "windows": [{"days": ["sunday", "monday", "tuesday"], "begins": "22:30", "ends": "06:45"}],
    },
}


@router.get(
    "/v1/watches/<watch_id>/preferences",
    **operation(
        name="getPreference",
        summary="How the caller wants to hear of the watch",
        tag="preferences",
        promises=["P-71"],
        content=json_of(Preference, _EXAMPLE),
        also=[400, 401, 404],
    ),
)
def get_preference(watch_id: WatchInPath) -> Preference:
    """Return the caller's own preference."""
    call = this_call(router)
    return Preference.of(call.services.preferences.get(call.caller.account_id, call.own_watch(watch_id)))


@router.put(
    "/v1/watches/<watch_id>/preferences",
    **operation(
        name="replacePreference",
        summary="Say how the caller wants to hear of the watch; what is left out is as it was at first",
        tag="preferences",
        promises=["P-71"],
        content=json_of(Preference, _EXAMPLE),
        also=[400, 401, 404, 413, 415],
    ),
)
def replace_preference(watch_id: WatchInPath, body: Preference) -> Preference:
    """Store the caller's own preference; every member has one, a viewer too."""
    call = this_call(router)
    preference = body.to_domain()
    call.services.preferences.put(call.caller.account_id, call.own_watch(watch_id), preference)
    return Preference.of(preference)
