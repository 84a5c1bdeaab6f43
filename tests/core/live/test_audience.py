"""What is shown, to whom, and that a right that is gone ends it at once."""

from datetime import timedelta
from typing import Any

import pytest

from core.alerts.model import Alert
from core.alerts.ports import ChannelFailed
from core.kernel.ids import WatchId, new_id
from core.live.messages import alert_message, position_message
from core.live.model import CHECKED_EACH, TOKEN_WITHIN, VIEWS_PER_ACCOUNT
from core.live.notifier import LiveNotifier
from tests.builders import any_alert, any_position
from tests.clocks import NOON
from tests.core.live.theatre import Theatre

MAY_SEE = "core.live.audience:Audience.may_see"


class Unreachable(Exception):  # noqa: N818 - an error is named after the fact
    """The gateway does not answer."""


@pytest.fixture
def theatre() -> Theatre:
    return Theatre()


@pytest.fixture
def watch_id() -> WatchId:
    return WatchId(new_id())


@pytest.fixture
def notifier(theatre: Theatre) -> LiveNotifier:
    return LiveNotifier(theatre.audience, lambda error: isinstance(error, Unreachable))


def test_a_position_is_shown_to_everybody_who_looks_at_its_watch_and_to_nobody_else(
    theatre: Theatre, watch_id: WatchId
) -> None:
    theatre.open(theatre.member(watch_id), "hers=")
    theatre.open(theatre.member(watch_id), "his=")
    theatre.open(theatre.member(WatchId(new_id())), "strangers=")
    moved = any_position(watch_id, NOON, fingerprint="1" * 32)
    other = any_position(watch_id, NOON, fingerprint="2" * 32)
    theatre.positions.add(moved)
    theatre.positions.add(other)
    theatre.live_positions.show(watch_id, [(NOON, "1" * 32)], NOON)
    assert theatre.screens.shown == {"hers=": [position_message(moved)], "his=": [position_message(moved)]}


def test_what_is_not_stored_any_more_is_not_shown(theatre: Theatre, watch_id: WatchId) -> None:
    theatre.open(theatre.member(watch_id))
    theatre.live_positions.show(watch_id, [(NOON, "1" * 32)], NOON)
    assert not theatre.screens.shown


def test_positions_are_shown_in_the_order_in_which_they_are_told(theatre: Theatre, watch_id: WatchId) -> None:
    theatre.open(theatre.member(watch_id))
    names = [(NOON - timedelta(seconds=number), f"{number:032x}") for number in (2, 1, 0)]
    for at, fingerprint in names:
        theatre.positions.add(any_position(watch_id, at, fingerprint=fingerprint))
    theatre.live_positions.show(watch_id, names, NOON)
    assert [each["at"] for each in theatre.screens.shown["one="]] == [
        "2026-11-22T11:59:58Z",
        "2026-11-22T11:59:59Z",
        "2026-11-22T12:00:00Z",
    ]


def test_an_alert_is_shown_on_each_open_view_of_the_guardian(
    theatre: Theatre, watch_id: WatchId, notifier: LiveNotifier
) -> None:
    account_id = theatre.member(watch_id)
    theatre.open(account_id, "phone=")
    theatre.open(account_id, "tablet=")
    theatre.open(theatre.member(watch_id), "fathers=")
    alert = any_alert(watch_id, NOON)
    assert notifier.send(account_id, alert, NOON)
    assert theatre.screens.shown == {"phone=": [alert_message(alert)], "tablet=": [alert_message(alert)]}


def test_a_guardian_who_does_not_look_is_not_reached(
    theatre: Theatre, watch_id: WatchId, notifier: LiveNotifier
) -> None:
    account_id = theatre.member(watch_id)
    assert not notifier.send(account_id, any_alert(watch_id, NOON), NOON)
    theatre.screens.gone.add(theatre.open(account_id))
    assert not notifier.send(account_id, any_alert(watch_id, NOON), NOON)
    assert theatre.views.get("one=", NOON) is None, "a connection that is gone is forgotten"


@pytest.mark.attack("Z-16", guard=MAY_SEE, part="foreign watch, sign-in ended, rights removed")
@pytest.mark.parametrize("lost", ["family", "membership"])
def test_a_right_that_is_gone_ends_positions_and_alerts_at_once(
    theatre: Theatre, watch_id: WatchId, notifier: LiveNotifier, lost: str
) -> None:
    account_id = theatre.member(watch_id)
    theatre.open(account_id)
    if lost == "family":
        theatre.sign_out("one=")
    else:
        theatre.leave(account_id, watch_id)
    theatre.positions.add(any_position(watch_id, NOON, fingerprint="1" * 32))
    theatre.live_positions.show(watch_id, [(NOON, "1" * 32)], NOON)
    assert not notifier.send(account_id, any_alert(watch_id, NOON), NOON)
    assert not theatre.screens.shown


@pytest.mark.promise("P-43", guard=MAY_SEE, part="live view")
@pytest.mark.attack("Z-16", guard=MAY_SEE, part="kept open after revocation")
@pytest.mark.parametrize("lost", ["family", "membership"])
def test_a_right_that_is_gone_closes_the_connection_at_the_next_check(
    theatre: Theatre, watch_id: WatchId, lost: str
) -> None:
    account_id = theatre.member(watch_id)
    theatre.open(account_id)
    theatre.sweep(after=TOKEN_WITHIN)
    assert theatre.screens.closed == []
    if lost == "family":
        theatre.sign_out("one=")
    else:
        theatre.leave(account_id, watch_id)
    theatre.sweep(after=CHECKED_EACH)
    assert theatre.screens.closed == ["one="]
    assert theatre.views.get("one=", theatre.now()) is None
    assert theatre.waiting() == []


def test_one_watch_leaves_the_view_and_the_others_stay(theatre: Theatre, watch_id: WatchId) -> None:
    account_id, other = theatre.member(watch_id), WatchId(new_id())
    theatre.member(other, account_id)
    theatre.open(account_id)
    theatre.leave(account_id, watch_id)
    theatre.sweep(after=TOKEN_WITHIN)
    view = theatre.views.get("one=", theatre.now())
    assert view is not None
    assert view.watch_ids == (other,)
    assert theatre.screens.closed == []
    theatre.member(watch_id, account_id)
    assert theatre.views.of_watch(watch_id, theatre.now()) == [], "it comes back with a new token only"


def test_an_outage_is_the_channels_failure_and_our_own_is_not(
    theatre: Theatre, watch_id: WatchId, notifier: LiveNotifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = theatre.member(watch_id)
    theatre.open(account_id)
    for error, seen in ((Unreachable, ChannelFailed), (KeyError, KeyError)):

        def failing(*_: Any, error: type[Exception] = error) -> bool:
            raise error("one=")

        monkeypatch.setattr(theatre.screens, "show", failing)
        with pytest.raises(seen) as failure:
            notifier.send(account_id, any_alert(watch_id, NOON), NOON)
        assert seen is KeyError or "one=" not in str(failure.value)


def test_a_screen_that_takes_nothing_keeps_no_message_from_the_others(
    theatre: Theatre, watch_id: WatchId, monkeypatch: pytest.MonkeyPatch
) -> None:
    for connection_id in ("first=", "full=", "last="):
        theatre.open(theatre.member(watch_id), connection_id)
    show, shown = theatre.screens.show, theatre.screens.shown

    def full(connection_id: str, message: Any) -> bool:
        if connection_id == "full=":
            raise Unreachable
        return show(connection_id, message)

    monkeypatch.setattr(theatre.screens, "show", full)
    for fingerprint in ("1" * 32, "2" * 32):
        theatre.positions.add(any_position(watch_id, NOON, fingerprint=fingerprint))
    with pytest.raises(Unreachable):
        theatre.live_positions.show(watch_id, [(NOON, "1" * 32), (NOON, "2" * 32)], NOON)
    assert {connection_id: len(messages) for connection_id, messages in shown.items()} == {"first=": 2, "last=": 2}


@pytest.mark.attack("Z-14", guard="core.live.audience:newest_of_each_account", part="live views")
def test_who_opens_many_views_keeps_others_waiting_no_longer(theatre: Theatre, watch_id: WatchId) -> None:
    flooding = theatre.member(watch_id)
    theatre.open(flooding, "oldest=")
    theatre.clock.advance(timedelta(seconds=1))
    for number in range(VIEWS_PER_ACCOUNT):
        theatre.open(flooding, f"number{number}=")
    theatre.open(theatre.member(watch_id), "fathers=")
    alert = alert_message(any_alert(watch_id, NOON))
    assert theatre.audience.show(watch_id, alert, theatre.now())
    assert theatre.screens.shown.keys() == {"fathers=", *(f"number{number}=" for number in range(VIEWS_PER_ACCOUNT))}


def test_no_alert_tells_a_place(watch_id: WatchId) -> None:
    assert not {"point", "position"} & set(Alert.__dataclass_fields__)
    assert not {"latitude", "longitude"} & alert_message(any_alert(watch_id, NOON)).keys()
