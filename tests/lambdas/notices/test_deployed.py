"""The function asks AWS what it is granted, and wires itself from the environment."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.screens import GatewayScreens
from adapters.stream.notices import message_of
from core.accounts.model import Language
from core.accounts.notices import LetterKind, NoticeKind
from core.kernel.ids import WatchId, new_id
from lambdas.notices import handler
from stacks.functions import NOTICES
from tests.builders import any_announcement, any_live_view, any_phone
from tests.calls import Calls, granted
from tests.clocks import NOON
from tests.frames import DEVICE
from tests.lambdas.notices.platform import Platform, platform
from tests.worlds import stocked


@pytest.fixture
def stage(calls: Calls) -> Iterator[Platform]:
    """A stage whose clients are made while calls are recorded."""
    with platform() as stage:
        calls.clear()
        yield stage


def test_it_asks_what_it_is_granted_and_no_more(stage: Platform, calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    account_id, watch_id = stage.account(), WatchId(new_id())
    phone = stage.phone(account_id)
    stage.world.phones.put(any_phone(account_id, NOON))  # of a sign-in that was ended
    stage.world.devices.stock(stocked(DEVICE))
    stage.world.devices.bind(DEVICE, watch_id, account_id, NOON)
    end = NOON + timedelta(hours=1)
    stage.world.live_views.put(any_live_view(end, watch_id, account_id=account_id, family_id=phone.family_id), NOON)
    stage.links.send(LetterKind.CONFIRM_REGISTRATION, "new@example.org", Language.NL, password_hash="hash")
    stage.links.send(LetterKind.RESET_PASSWORD, account_id=account_id)
    letters = stage.queued()
    calls.clear()
    announced = [
        message_of(any_announcement(account_id, at=NOON, kind=kind, watch_id=watch_id))
        for kind in (NoticeKind.NEW_SIGN_IN, NoticeKind.MEMBER_JOINED)
    ]
    assert stage.deliver(announced[0], *letters) == []
    monkeypatch.setattr(GatewayScreens, "show", lambda *_: False)  # the app was closed
    assert stage.deliver(announced[1]) == []
    assert calls.tables == granted(NOTICES.access)
    assert calls.others == {
        ("apigatewaymanagementapi", "PostToConnection"),
        ("kms", "Decrypt"),
        ("kms", "GenerateDataKey"),
        ("sns", "Publish"),
        ("sesv2", "SendEmail"),
    }


def test_it_wires_itself_from_the_environment(stage: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "STAGE": stage.settings.stage,
        "WRAPPING_KEY": stage.settings.wrapping_key,
        "LIVE_CALLBACK": stage.settings.live_callback,
    }.items():
        monkeypatch.setenv(f"WACHTER_{name}", value)
    handler._application.cache_clear()
    try:
        assert handler.handler({"Records": []}, None) == {"batchItemFailures": []}
    finally:
        handler._application.cache_clear()
