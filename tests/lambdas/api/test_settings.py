"""What a watch is set to."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.accounts.notices import NoticeKind
from core.commands.capabilities import ALL_KINDS_TAKE
from core.commands.model import Capabilities, Presence, SettingName, SettingState, Support
from core.watches.model import Role
from tests.clocks import NOON
from tests.lambdas.api.home import Home
from tests.lambdas.api.platform import Answer

MOTHER, FATHER, THIEF = "+31612345678", "+31687654321", "+31600000000"
CLOCK = {"at": "07:15", "repeats": "on_days", "days": ["monday", "sunday"], "on": True}
VALUES: list[dict[str, Any]] = [
    {"name": "sos_numbers", "numbers": [MOTHER, FATHER]},
    {"name": "monitor_numbers", "numbers": [MOTHER]},
    {"name": "contacts", "contacts": [{"name": "Oma 🌷", "number": MOTHER, "picture": None}]},
    {"name": "allowed_callers", "numbers": [MOTHER]},
    {"name": "refuse_strangers", "on": True},
    {"name": "quiet_times", "periods": [{"begins": "21:00", "ends": "07:00", "days": ["monday", "sunday"]}]},
    {"name": "alarm_clocks", "alarms": [CLOCK]},
    {"name": "reminders", "reminders": [{"clock": CLOCK, "text": "Pil"}]},
    {"name": "reporting_interval", "seconds": 600},
    {"name": "step_counter", "on": False},
    {"name": "take_off_alarm", "on": True},
    {"name": "fall_alarm", "on": True},
    {"name": "language", "language": "nl"},
    {"name": "sound", "profile": "silent"},
]
OWNERS = {"sos_numbers", "monitor_numbers", "reminders"}
GUARDED = {"sos_numbers", "monitor_numbers"}
EACH = pytest.mark.parametrize("value", VALUES, ids=lambda value: value["name"])


@pytest.fixture
def home() -> Home:
    """A home with a father (guardian) and a grandmother (viewer)."""
    home = Home()
    home.watch(home.account("bram@example.nl"), Role.GUARDIAN, home.watch_id)
    home.watch(home.account("oma@example.nl"), Role.VIEWER, home.watch_id)
    return home


def put(home: Home, value: dict[str, Any], replaces: int = 0, **rest: Any) -> Answer:
    return home.call("PUT", f"/settings/{value['name']}", json={"value": value, "replaces": replaces}, **rest)


def as_other(home: Home, email: str, method: str, what: str, **rest: Any) -> Answer:
    return home.ask(method, f"/v1/watches/{home.watch_id}{what}", token=home.token(email), **rest)


@pytest.mark.promise("P-13", guard="core.commands.wishes:Wishes.want", part="set and listed")
@pytest.mark.promise("P-70", guard="core.commands.wishes:Wishes.want", part="routes of settings")
@EACH
def test_what_is_wanted_is_shown_beside_what_the_watch_has_acknowledged(home: Home, value: dict[str, Any]) -> None:
    name = value["name"]
    wanted = put(home, value)
    assert wanted.status == 200
    shown = wanted.json
    assert (shown["name"], shown["version"], shown["desired"]) == (name, 1, value)
    assert shown["state"] == ("stored" if name == "monitor_numbers" else "pending")
    assert (shown["acknowledged"], shown["desired_by"]) == (None, home.account_id)
    setting = home.settings.get(home.watch_id, SettingName(name))
    assert setting is not None
    known = replace(setting, state=SettingState.ACKNOWLEDGED, acknowledged=setting.desired, acknowledged_version=1)
    home.settings.replace(known)
    assert home.call("GET", f"/settings/{name}").json["acknowledged"] == value
    listed = {each["name"]: each for each in home.call("GET", "/settings").json["items"]}
    assert listed[name] == home.call("GET", f"/settings/{name}").json


def test_every_setting_is_listed_before_anybody_has_set_it_but_the_platforms_own(home: Home) -> None:
    listed = home.call("GET", "/settings").json["items"]
    assert [each["name"] for each in listed] == sorted(each["name"] for each in VALUES)
    assert {(each["version"], each["state"], each["desired"]) for each in listed} == {(0, None, None)}
    for method in ("GET", "PUT"):
        rest = {"json": {"value": VALUES[0], "replaces": 0}} if method == "PUT" else {}
        assert home.call(method, "/settings/sms_password", **rest).status == 404


def test_an_interval_is_offered_with_what_it_costs(home: Home) -> None:
    offers = home.call("GET", "/settings/reporting_interval").json["offers"]
    assert [each["seconds"] for each in offers] == [10, 60, 120, 300, 600, 1800, 3600]
    hours = [each["battery_hours"] for each in offers]
    assert hours == sorted(hours)
    assert home.call("GET", "/settings/sound").json["offers"] is None


def test_nobodys_change_is_overwritten_unseen(home: Home) -> None:
    sound = {"name": "sound", "profile": "ring"}
    assert put(home, sound).status == 200
    lost = put(home, {**sound, "profile": "silent"})
    assert (lost.status, lost.json["code"]) == (409, "changed_meanwhile")
    assert put(home, {**sound, "profile": "vibrate"}, replaces=1).json["version"] == 2


def test_the_bridge_is_nudged_but_for_what_is_only_kept(home: Home) -> None:
    home.presences.put(Presence(addressee=home.watch_id, connection="a", queue=1, since=NOON, heard_at=NOON))
    put(home, {"name": "monitor_numbers", "numbers": [MOTHER]})
    assert home.nudges.sent == []
    put(home, {"name": "sound", "profile": "ring"})
    assert home.nudges.sent == [(1, home.watch_id)]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("sound", {"name": "fall_alarm", "on": True}, "invalid_setting"),
        ("sound", {"name": "sound", "profile": "loud"}, "invalid_request"),
        ("sos_numbers", {"name": "sos_numbers", "numbers": ["0612345678"]}, "invalid_request"),
        ("sos_numbers", {"name": "sos_numbers", "numbers": ["+31*******78"]}, "invalid_setting"),
        ("sos_numbers", {"name": "sos_numbers", "numbers": [MOTHER, MOTHER]}, "invalid_setting"),
        ("sos_numbers", {"name": "sos_numbers", "numbers": [MOTHER + "],[3G*1*0002*CR"]}, "invalid_request"),
        ("contacts", {"name": "contacts", "contacts": [{"name": "O\x00ma", "number": MOTHER}]}, "invalid_setting"),
        ("alarm_clocks", {"name": "alarm_clocks", "alarms": [{**CLOCK, "days": []}]}, "invalid_setting"),
        ("reporting_interval", {"name": "reporting_interval", "seconds": 11}, "invalid_request"),
    ],
)
def test_what_no_watch_can_be_set_to_changes_nothing(home: Home, name: str, value: Any, code: str) -> None:
    answer = home.call("PUT", f"/settings/{name}", json={"value": value, "replaces": 0})
    assert (answer.status, answer.json["code"]) == (400, code)
    assert MOTHER not in answer.body
    assert home.settings.of_watch(home.watch_id) == []


def test_contacts_are_as_many_as_the_watch_takes(home: Home) -> None:
    people = [{"name": f"n{each}", "number": f"+316123456{each:02}"} for each in range(ALL_KINDS_TAKE + 1)]
    value = {"name": "contacts", "contacts": people}
    assert put(home, value).json["code"] == "invalid_setting"
    home.capabilities.put(
        Capabilities(
            watch_id=home.watch_id, model="any", experience={"PHL": Support.ANSWERED, "contacts": Support.ANSWERED}
        )
    )
    answer = put(home, value)
    assert (answer.status, answer.json["supported"]) == (200, True)


@pytest.mark.promise("P-13", guard="lambdas.api.routes.settings:_changed_watch", part="owner only")
@pytest.mark.attack("C-07", guard="lambdas.api.routes.settings:_changed_watch", part="reminders")
@pytest.mark.parametrize("name", sorted(OWNERS))
def test_numbers_and_reminders_are_the_owners(home: Home, name: str) -> None:
    (value,) = [each for each in VALUES if each["name"] == name]
    refused = as_other(home, "bram@example.nl", "PUT", f"/settings/{name}", json={"value": value, "replaces": 0})
    assert (refused.status, refused.json["code"]) == (403, "not_allowed")
    assert home.settings.of_watch(home.watch_id) == []


@EACH
def test_all_else_is_every_guardians_and_no_viewers(home: Home, value: dict[str, Any]) -> None:
    what, sent = f"/settings/{value['name']}", {"json": {"value": value, "replaces": 0}}
    assert as_other(home, "oma@example.nl", "PUT", what, **sent).status == 403
    assert (as_other(home, "bram@example.nl", "PUT", what, **sent).status == 200) == (value["name"] not in OWNERS)


@pytest.mark.attack("C-02", guard="lambdas.api.routes.settings:_changed_watch", part="fresh password")
@pytest.mark.promise("P-13", guard="lambdas.api.routes.settings:_changed_watch", part="fresh password")
@pytest.mark.parametrize("name", sorted(GUARDED))
def test_a_stolen_sign_in_without_the_password_changes_no_number(home: Home, name: str) -> None:
    home.clock.advance(timedelta(minutes=6))
    answer = put(home, {"name": name, "numbers": [THIEF]})
    assert (answer.status, answer.json["code"]) == (403, "password_needed")
    assert home.settings.of_watch(home.watch_id) == []


def test_no_other_setting_needs_the_password(home: Home) -> None:
    home.clock.advance(timedelta(minutes=6))
    others = [each for each in VALUES if each["name"] not in GUARDED]
    assert {put(home, each).status for each in others} == {200}


@pytest.mark.promise("P-13", guard="core.commands.wishes:guardians", part="told")
@pytest.mark.attack("C-02", guard="core.commands.wishes:guardians", part="notice")
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("sos_numbers", NoticeKind.SOS_NUMBERS_CHANGED),
        ("monitor_numbers", NoticeKind.MONITOR_NUMBERS_CHANGED),
    ],
)
def test_a_change_of_numbers_is_told_to_all_guardians(home: Home, name: str, kind: NoticeKind) -> None:
    home.announcer.announced.clear()
    put(home, {"name": name, "numbers": [THIEF]})
    (told,) = home.announcer.announced
    assert (told.kind, told.watch_id, told.by) == (kind, home.watch_id, home.account_id)
    assert set(told.to) == {home.account_id, home.account_of("bram@example.nl")}


@pytest.mark.attack("C-02", guard="core.commands.wishes:Wishes.take_back", part="undo")
@pytest.mark.promise("P-13", guard="core.commands.wishes:Wishes.take_back", part="undo")
@pytest.mark.parametrize("name", sorted(GUARDED))
def test_any_guardian_takes_back_a_thiefs_changes_with_one_tap(home: Home, name: str) -> None:
    put(home, {"name": name, "numbers": [MOTHER]})
    home.clock.advance(timedelta(days=2))
    home.bearer = home.token()
    for replaces, number in enumerate((THIEF, "+31600000001"), 1):
        assert put(home, {"name": name, "numbers": [number]}, replaces=replaces).status == 200
    home.announcer.announced.clear()
    home.clock.advance(timedelta(hours=23))
    restored = as_other(home, "bram@example.nl", "POST", f"/settings/{name}/undo")
    assert (restored.status, restored.json["desired"]["numbers"]) == (200, [MOTHER]), "both changes"
    told = [each for each in home.announcer.announced if each.kind is NoticeKind.NUMBERS_RESTORED]
    assert [each.by for each in told] == [home.account_of("bram@example.nl")]
    again = as_other(home, "bram@example.nl", "POST", f"/settings/{name}/undo")
    assert again.json["version"] == restored.json["version"], "a second tap changes nothing"


def test_after_a_day_nothing_is_left_to_take_back(home: Home) -> None:
    put(home, {"name": "sos_numbers", "numbers": [MOTHER]})
    assert home.call("GET", "/settings/sos_numbers").json["take_back_until"] == "2026-11-23T12:00:00Z"
    home.clock.advance(timedelta(days=1))
    home.bearer = home.token()
    assert home.call("POST", "/settings/sos_numbers/undo").status == 404
    assert home.call("GET", "/settings/sos_numbers").json["take_back_until"] is None
    put(home, {"name": "sound", "profile": "ring"})
    assert home.call("POST", "/settings/sound/undo").status == 404


@pytest.mark.attack("Z-09", guard="lambdas.api.schemas.settings:masked_number", part="numbers in settings")
@pytest.mark.parametrize("name", ["sos_numbers", "monitor_numbers", "contacts", "allowed_callers"])
def test_a_viewer_sees_no_whole_number(home: Home, name: str) -> None:
    (value,) = [each for each in VALUES if each["name"] == name]
    put(home, value)
    for what in ("/settings", f"/settings/{name}"):
        seen = as_other(home, "oma@example.nl", "GET", what)
        assert seen.status == 200
        assert MOTHER not in seen.body
        assert "+31*******78" in seen.body
        assert MOTHER in as_other(home, "bram@example.nl", "GET", what).body
