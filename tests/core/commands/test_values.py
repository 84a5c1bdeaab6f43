"""What each setting can be."""

import json
from datetime import time
from typing import Any

import pytest
from hypothesis import given

from core.commands.battery import estimated_battery_life
from core.commands.first_settings import FACTORY_PASSWORDS, first_settings
from core.commands.model import InvalidSetting, SettingName
from core.commands.values import (
    INTERVALS_S,
    AlarmClock,
    AllowedCallers,
    Contact,
    Contacts,
    QuietTime,
    Reminder,
    Repeats,
    SosNumbers,
    Value,
    content_of,
    value_of,
)
from core.kernel.ids import WatchId, new_id
from tests.clocks import NOON
from tests.core.commands.strategies import VALUES


@given(VALUES)
def test_a_value_comes_back_from_json(named: tuple[SettingName, Value]) -> None:
    name, value = named
    assert value_of(name, json.loads(json.dumps(content_of(value)))) == value


@pytest.mark.parametrize(
    "make",
    [
        lambda: SosNumbers(("0612345678",)),
        lambda: SosNumbers(("+31612345678\n",)),
        lambda: SosNumbers(("+3161234567٨",)),
        lambda: SosNumbers(("+0612345678",)),
        lambda: SosNumbers(("+316",)),
        lambda: SosNumbers(("+3161234567890123",)),
        lambda: SosNumbers(("+31612345678",) * 2),
        lambda: SosNumbers(tuple(f"+3161234567{each}" for each in range(4))),
        lambda: AllowedCallers(tuple(f"+316123456{each}" for each in range(10, 21))),
        lambda: Contact("", "+31612345678"),
        lambda: Contact("  ", "+31612345678"),
        lambda: Contact("elf letters", "+31612345678"),
        lambda: Contact("🦕🦕🦕🦕🦕🦕", "+31612345678"),
        lambda: Contact("Oma\n", "Oma"),
        lambda: Contact("O\x00ma", "+31612345678"),
        lambda: Contact("\ud800", "+31612345678"),
        lambda: Contacts((Contact("Oma", "+31612345678"), Contact("Opa", "+31612345678"))),
        lambda: QuietTime(time(8, 30), time(8, 30), frozenset({0})),
        lambda: QuietTime(time(8, 30, 1), time(9), frozenset({0})),
        lambda: QuietTime(time(8, 30), time(9), frozenset()),
        lambda: QuietTime(time(8, 30), time(9), frozenset({7})),
        lambda: AlarmClock(time(7), Repeats.ON_DAYS),
        lambda: AlarmClock(time(7), Repeats.DAILY, frozenset({1})),
        lambda: Reminder(AlarmClock(time(7), Repeats.DAILY), "x" * 51),
    ],
)
def test_what_no_watch_can_be_set_to_is_refused(make: Any) -> None:
    with pytest.raises(InvalidSetting):
        make()


@pytest.mark.parametrize("name", SettingName)
@pytest.mark.parametrize("content", [{}, {"on": "yes", "numbers": 3, "contacts": 3}, {"seconds": 7}, {"periods": [{}]}])
def test_json_of_another_shape_is_refused(name: SettingName, content: dict[str, Any]) -> None:
    with pytest.raises(InvalidSetting):
        value_of(name, content)


def test_a_shorter_interval_costs_battery() -> None:
    lives = [estimated_battery_life(seconds) for seconds in INTERVALS_S]
    assert lives == sorted(lives)
    assert len(set(lives)) == len(lives)


@pytest.mark.attack("C-10", guard="core.commands.first_settings:new_sms_password")
def test_each_watch_gets_an_sms_password_of_its_own_that_no_factory_sets() -> None:
    made = [first_settings(WatchId(new_id()), (), NOON)[0] for _ in range(300)]
    passwords = {setting.desired["password"] for setting in made}
    assert {setting.name for setting in made} == {SettingName.SMS_PASSWORD}
    assert len(passwords) > 290, "a guess of six digits meets one of them rarely"
    assert not passwords & FACTORY_PASSWORDS
    assert all(100_000 <= password <= 999_999 for password in passwords)


def test_what_is_known_is_not_made_again() -> None:
    watch_id = WatchId(new_id())
    names = [each.name for each in first_settings(watch_id, (), NOON)]
    assert names == [SettingName.SMS_PASSWORD, SettingName.LANGUAGE, SettingName.STEP_COUNTER]
    assert first_settings(watch_id, names, NOON) == []
    assert all(value_of(each.name, each.desired) for each in first_settings(watch_id, (), NOON))
