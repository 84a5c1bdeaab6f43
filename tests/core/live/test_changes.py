"""How commands, messages to the watch and settings stand, shown as they change."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.commands.model import Command, CommandKind, CommandState, Failure, SettingName, SettingState
from core.kernel.ids import AccountId, CommandId, WatchId, new_id
from core.live.changes import command_message, setting_message
from core.live.model import News
from core.messages.correspondence import order_of
from core.messages.model import Delivery, Message
from lambdas.api.schemas.commands import Command as CommandSchema
from lambdas.api.schemas.settings import Setting as SettingSchema
from tests.builders import any_command, any_message, any_setting
from tests.clocks import NOON
from tests.core.live.theatre import Theatre

WATCH = WatchId(new_id())
LATER = NOON + timedelta(milliseconds=1_250)
NUMBER = "+31612345678"


@pytest.fixture
def theatre() -> Theatre:
    theatre = Theatre()
    theatre.open(theatre.member(WATCH))
    return theatre


def shown(theatre: Theatre, *, commands: tuple[CommandId, ...] = (), settings: tuple[SettingName, ...] = ()) -> Any:
    """Return what news brings onto the screen."""
    theatre.live_changes.show(News(watch_id=WATCH, commands=commands, settings=settings), theatre.now())
    return theatre.screens.shown.pop("one=", [])


def command_of(message: Message, state: CommandState) -> Command:
    """Return the command that brings a message, this far."""
    return any_command(WATCH, NOON, kind=CommandKind.TEXT, arguments=order_of(message).arguments, state=state)


@pytest.mark.parametrize(
    "command",
    [
        any_command(WATCH, NOON, kind=CommandKind.CALL, arguments={"number": NUMBER}, ordered_by=AccountId(new_id())),
        any_command(WATCH, LATER, state=CommandState.FAILED, failure=Failure.REFUSED, state_at=LATER),
    ],
)
def test_a_command_reads_as_in_the_api(command: Command) -> None:
    message = {**command_message(command)}
    assert (message.pop("type"), message.pop("watch_id")) == ("command", WATCH)
    assert message == CommandSchema.of(command).model_dump(mode="json")


@pytest.mark.parametrize(
    ("state", "delivery"),
    [
        (CommandState.QUEUED, Delivery.QUEUED),
        (CommandState.SENT, Delivery.SENT),
        (CommandState.ACKNOWLEDGED, Delivery.DELIVERED),
        (CommandState.FAILED, Delivery.NOT_DELIVERED),
        (CommandState.EXPIRED, Delivery.NOT_DELIVERED),
    ],
)
def test_of_a_message_it_is_shown_how_far_it_came_and_nothing_of_what_it_says(
    state: CommandState, delivery: Delivery
) -> None:
    message = any_message(WATCH, NOON, text="Kom je eten?", command_id=CommandId(new_id()))
    assert command_message(command_of(message, state)) == {
        "type": "delivery",
        "watch_id": WATCH,
        "id": message.message_id,
        "delivery": delivery,
        "at": "2026-11-22T12:00:00Z",
    }


@pytest.mark.parametrize(
    "known",
    [
        {"state": SettingState.SENT, "sent_at": LATER},
        {"state": SettingState.FAILED, "failure": Failure.NO_ANSWER, "acknowledged_version": 1},
    ],
)
def test_a_setting_reads_as_in_the_api_without_its_values(known: dict[str, Any]) -> None:
    numbers = {"numbers": [NUMBER]}
    setting = any_setting(
        WATCH, NOON, name=SettingName.SOS_NUMBERS, desired=numbers, acknowledged=numbers, version=2, revision=5, **known
    )
    message = {**setting_message(setting)}
    assert NUMBER not in str(message)
    assert (message.pop("type"), message.pop("watch_id"), message.pop("revision")) == ("setting", WATCH, 5)
    of_the_api = SettingSchema.of(setting.name, setting, supported=None, take_back_until=None, masked=False)
    named = {"name", "version", "state", "failure", "acknowledged_version"}
    assert message == of_the_api.model_dump(mode="json", include=named)


def test_what_is_shown_is_how_it_stands_now(theatre: Theatre) -> None:
    command = theatre.commands.add(any_command(WATCH, NOON))
    setting = theatre.settings.replace(any_setting(WATCH, NOON))
    assert setting is not None
    sent = theatre.commands.replace(replace(command, state=CommandState.SENT))
    told = theatre.settings.replace(replace(setting, state=SettingState.SENT))
    assert sent is not None
    assert told is not None
    messages = shown(theatre, commands=(command.command_id,), settings=(setting.name,))
    assert messages == [command_message(sent), setting_message(told)]


def test_a_command_that_nobody_came_for_is_shown_as_over(theatre: Theatre) -> None:
    command = theatre.commands.add(any_command(WATCH, NOON, expires_at=NOON + timedelta(minutes=5)))
    theatre.clock.advance(timedelta(minutes=5))
    [message] = shown(theatre, commands=(command.command_id,))
    assert (message["state"], message["state_at"]) == ("expired", "2026-11-22T12:05:00Z")


def test_what_is_not_there_is_not_shown(theatre: Theatre) -> None:
    command = any_command(WATCH, NOON)
    assert shown(theatre, commands=(command.command_id,), settings=(SettingName.SOUND,)) == []


def test_what_the_platform_sets_for_itself_is_not_shown(theatre: Theatre) -> None:
    theatre.settings.replace(any_setting(WATCH, NOON, name=SettingName.SMS_PASSWORD, desired={"password": 482_913}))
    assert shown(theatre, settings=(SettingName.SMS_PASSWORD,)) == []


def test_who_is_no_member_any_more_sees_no_change(theatre: Theatre) -> None:
    [view] = theatre.views.of_watch(WATCH, NOON)
    theatre.leave(view.account_id, WATCH)
    command = theatre.commands.add(any_command(WATCH, NOON))
    theatre.settings.replace(any_setting(WATCH, NOON))
    assert shown(theatre, commands=(command.command_id,), settings=(SettingName.STEP_COUNTER,)) == []


def test_what_cannot_be_shown_keeps_nothing_else_from_the_screen(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = theatre.commands.add(any_command(WATCH, NOON))
    setting = theatre.settings.replace(any_setting(WATCH, NOON))
    assert setting is not None
    show = theatre.screens.show

    def failing_once(connection_id: str, message: Any) -> bool:
        if message["type"] == "command":
            raise ConnectionError
        return show(connection_id, message)

    monkeypatch.setattr(theatre.screens, "show", failing_once)
    news = News(watch_id=WATCH, commands=(command.command_id,), settings=(setting.name,))
    with pytest.raises(ConnectionError):
        theatre.live_changes.show(news, NOON)
    assert theatre.screens.shown["one="] == [setting_message(setting)]
