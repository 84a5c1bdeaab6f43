"""What a watch is set to."""

from aws_lambda_powertools.event_handler.api_gateway import Router

from core.commands import model as commands
from core.commands.capabilities import is_supported
from core.commands.model import GUARDED, SHOWN, Capabilities, InvalidSetting, SettingName, SettingNotFound
from core.commands.values import value_of
from core.kernel.ids import WatchId
from core.retention.policy import POLICY, is_over
from lambdas.api.call import Call, may_change, this_call
from lambdas.api.operation import json_of, operation
from lambdas.api.paging import page_of
from lambdas.api.parameters import USUAL_PAGE, Cursor, Limit, SettingInPath, WatchInPath
from lambdas.api.schemas.settings import Setting, SettingChange, SettingPage

router = Router()

_OWNERS_ONLY = GUARDED | {SettingName.REMINDERS}
"""Numbers (C-02), and texts that the watch speaks to a child (C-07)."""

_EXAMPLE = {
    "name": "quiet_times",
    "version": 4,
    "state": "sent",
    "failure": None,
    "desired": {
        "name": "quiet_times",
        "periods": [{"begins": "08:30", "ends": "14:30", "days": ["monday", "tuesday", "thursday"]}],
    },
    "desired_at": "2026-11-20T12:02:30Z",
    "desired_by": "m4x2k7q5a3c6b7d2e4f6g7h2aa",
    "acknowledged": {"name": "quiet_times", "periods": []},
    "acknowledged_at": "2026-11-18T07:31:02Z",
    "acknowledged_version": 3,
    "supported": True,
    "take_back_until": None,
    "offers": None,
}


@router.get(
    "/v1/watches/<watch_id>/settings",
    **operation(
        name="listSettings",
        summary="All settings of the watch: what is wanted, beside what it has acknowledged",
        tag="settings",
        promises=["P-13", "P-14", "P-70"],
        content=json_of(SettingPage, {"items": [_EXAMPLE], "next": None}),
        also=[400, 401, 404],
    ),
)
def list_settings(watch_id: WatchInPath, limit: Limit = USUAL_PAGE, cursor: Cursor = None) -> SettingPage:
    """Return a page of the settings that a guardian can change, those that nobody has changed too."""
    call = this_call(router)
    membership = call.membership(watch_id)
    masked = not may_change(membership.role)
    known = {each.name: each for each in call.services.settings.of_watch(membership.watch_id)}
    capabilities = call.services.capabilities.get(membership.watch_id)
    names, following = page_of(call, ["settings", membership.watch_id], sorted(SHOWN), str, limit, cursor)
    items = [_shown(call, name, known.get(name), capabilities, masked=masked) for name in names]
    return SettingPage(items=items, next=following)


@router.get(
    "/v1/watches/<watch_id>/settings/<setting_name>",
    **operation(
        name="getSetting",
        summary="One setting of the watch",
        tag="settings",
        promises=["P-13", "P-14", "P-70"],
        content=json_of(Setting, _EXAMPLE),
        also=[400, 401, 404],
    ),
)
def get_setting(watch_id: WatchInPath, setting_name: SettingInPath) -> Setting:
    """Return a setting."""
    call = this_call(router)
    membership, name = call.membership(watch_id), _named(setting_name)
    setting = call.services.settings.get(membership.watch_id, name)
    capabilities = call.services.capabilities.get(membership.watch_id)
    return _shown(call, name, setting, capabilities, masked=not may_change(membership.role))


@router.put(
    "/v1/watches/<watch_id>/settings/<setting_name>",
    **operation(
        name="replaceSetting",
        summary="Want another value; the watch is told at once, or when it next connects",
        tag="settings",
        promises=["P-13", "P-14", "P-70"],
        content=json_of(Setting, _EXAMPLE),
        also=[400, 401, 403, 404, 409, 413, 415],
    ),
)
def replace_setting(watch_id: WatchInPath, setting_name: SettingInPath, body: SettingChange) -> Setting:
    """Store what is wanted in the place of the version that the caller has read."""
    call = this_call(router)
    name = _named(setting_name)
    watch = _changed_watch(call, watch_id, name)
    if body.value.name != name:
        raise InvalidSetting("the value is another setting's")
    value = value_of(name, body.value.content())
    by, wishes = call.caller.account_id, call.services.wishes
    setting = wishes.want(watch, name, value, replaces=body.replaces, by=by, now=call.now)
    return _shown(call, name, setting, call.services.capabilities.get(watch))


@router.post(
    "/v1/watches/<watch_id>/settings/<setting_name>/undo",
    **operation(
        name="takeBackSetting",
        summary="Restore SOS or monitor numbers to what they were a day ago; all guardians are told",
        tag="settings",
        promises=["P-13"],
        content=json_of(Setting, _EXAMPLE),
        also=[400, 401, 403, 404, 409],
    ),
)
def take_back_setting(watch_id: WatchInPath, setting_name: SettingInPath) -> Setting:
    """Want what was wanted before: any guardian may, without a password, whoever changed it (C-02)."""
    call = this_call(router)
    watch, name = call.guarded_watch(watch_id), _named(setting_name)
    setting = call.services.wishes.take_back(watch, name, by=call.caller.account_id, now=call.now)
    return _shown(call, name, setting, call.services.capabilities.get(watch))


def _changed_watch(call: Call, watch_id: str, name: SettingName) -> WatchId:
    """Return the watch when the caller may change this of it; raise as owned_watch, or PasswordNeeded."""
    watch = call.owned_watch(watch_id) if name in _OWNERS_ONLY else call.guarded_watch(watch_id)
    if name in GUARDED:
        call.require_fresh_password()
    return watch


def _named(text: str) -> SettingName:
    """Return the setting of this name; raise SettingNotFound for one that is not shown."""
    if text not in SHOWN:
        raise SettingNotFound("there is no such setting")
    return SettingName(text)


def _shown(
    call: Call,
    name: SettingName,
    setting: commands.Setting | None,
    capabilities: Capabilities | None,
    *,
    masked: bool = False,
) -> Setting:
    until = None
    if name in GUARDED and setting is not None:
        until = POLICY["setting_undo"].expires_at(setting.desired_at)
    return Setting.of(
        name,
        setting,
        supported=is_supported(capabilities, name),
        take_back_until=None if is_over(until, call.now) else until,
        masked=masked,
    )
