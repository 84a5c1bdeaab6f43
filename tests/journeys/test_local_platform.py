"""The deployed platform on this machine: real sockets, real handlers, real API."""

import socket
from datetime import UTC, datetime

import pytest

from core.kernel.geo import Point
from local.demo import DEVICE_IDS, Demo
from local.emulator import HOST, PortTaken
from local.guardian import ApiRefused, Guardian
from local.once import check_morning
from local.orders import check_orders, expected_ends
from local.platform import AlreadyRunning, running_platform
from local.processes import ProcessFailed
from tests.journeys.conftest import Home
from tests.journeys.watch import report, say, soon

pytestmark = pytest.mark.xdist_group("local platform")  # one at a time: each start takes both cores

PLACE = Point(52.2053, 5.9472)


def latest(guardian: Guardian, watch_id: str, at: datetime) -> Point | None:
    """Return the newest position if it is of this moment."""
    position = guardian.latest(watch_id)
    if position is None or datetime.fromisoformat(position["at"]) != at:
        return None
    return Point(position["latitude"], position["longitude"])


def test_a_frame_from_a_socket_becomes_the_position_that_its_guardian_reads(home: Home) -> None:
    with running_platform(home.directory, home.ports) as platform:
        household = Demo(platform.settings).settle()
        guardian = Guardian(platform.api_url, household.email, household.password)
        now = datetime.now(UTC).replace(microsecond=0)

        assert say(platform, DEVICE_IDS[0], report(now, PLACE)).endswith(f"[3G*{DEVICE_IDS[0]}*0002*LK]".encode())

        assert soon(lambda: latest(guardian, household.watch_ids[0], now)) == PLACE
        assert set(guardian.watches()) == set(household.watch_ids)


def test_a_school_morning_is_shown_as_the_watches_told_it(home: Home) -> None:
    with running_platform(home.directory, home.ports) as platform:
        summary = check_morning(platform)
    assert summary.is_right, summary
    assert summary.expected > 100


def test_each_order_comes_to_the_end_that_the_watchs_manners_lead_to(home: Home) -> None:
    with running_platform(home.directory, home.ports) as platform:
        ends, undone = check_orders(platform)
    assert ends == expected_ends()
    assert undone == []


def test_a_second_start_deploys_nothing_and_finds_what_was_stored(home: Home) -> None:
    with running_platform(home.directory, home.ports) as platform:
        household = Demo(platform.settings).settle()
        guardian = Guardian(platform.api_url, household.email, household.password)
        before = datetime.now(UTC).replace(microsecond=0)
        say(platform, DEVICE_IDS[1], report(before, PLACE))
        soon(lambda: latest(guardian, household.watch_ids[1], before))

    told: list[str] = []
    with running_platform(home.directory, home.ports, tell=told.append) as platform:
        assert told == []
        again = Demo(platform.settings).settle()
        assert again.watch_ids == household.watch_ids
        guardian = Guardian(platform.api_url, again.email, again.password)
        assert latest(guardian, again.watch_ids[1], before)
        with pytest.raises(ApiRefused):
            Guardian(platform.api_url, household.email, household.password).watches()

        later = datetime.now(UTC).replace(microsecond=0)
        say(platform, DEVICE_IDS[1], report(later, PLACE))
        soon(lambda: latest(guardian, again.watch_ids[1], later))


def test_a_platform_that_runs_is_not_started_again_and_a_taken_port_is_named(home: Home) -> None:
    with (
        running_platform(home.directory, home.ports),
        pytest.raises(AlreadyRunning),
        running_platform(home.directory, home.ports),
    ):
        pytest.fail("two platforms run in one place")
    with (
        socket.create_server((HOST, home.ports.bridge)),
        pytest.raises(PortTaken, match=str(home.ports.bridge)),
        running_platform(home.directory, home.ports),
    ):
        pytest.fail("two listen on one port")


def test_a_start_that_fails_half_way_leaves_nothing_running(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.platform._BRIDGE_MODULE", "device_bridge.nowhere")
    with pytest.raises(ProcessFailed, match="No module named"), running_platform(home.directory, home.ports):
        pytest.fail("a platform runs without its bridge")
    for port in (home.ports.emulator, home.ports.bridge):
        with socket.create_server((HOST, port)):
            pass  # nobody else listens there
