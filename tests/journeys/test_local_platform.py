"""The deployed platform on this machine: real sockets, real handlers, real API."""

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from local.demo import DEVICE_IDS, Demo
from local.emulator import HOST, PortTaken
from local.guardian import ApiRefused, Guardian
from local.once import check_morning
from local.platform import AlreadyRunning, Platform, running_platform
from local.processes import ProcessFailed
from tests.journeys.conftest import Home

pytestmark = pytest.mark.xdist_group("local platform")  # one at a time: each start takes both cores

Found = TypeVar("Found")
PATIENCE_S = 60
LATITUDE, LONGITUDE = 52.2053, 5.9472


def soon(look: Callable[[], Found | None]) -> Found:
    """Return what is found once it is there."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if (found := look()) is not None:
            return found
        time.sleep(0.1)
    pytest.fail(f"nothing within {PATIENCE_S} s")


def say(platform: Platform, device_id: str, content: str) -> bytes:
    """Speak as a device and return what the bridge answers to a heartbeat behind it."""
    frames = "".join(f"[3G*{device_id}*{len(it):04X}*{it}]" for it in (content, "LK,0,0,70"))
    with socket.create_connection((platform.bridge_host, platform.bridge_port), timeout=PATIENCE_S) as connection:
        connection.sendall(frames.encode())
        return connection.recv(1024)


def report(at: datetime) -> str:
    return (
        f"UD,{at:%d%m%y},{at:%H%M%S},A,{LATITUDE:.6f},N,{LONGITUDE:.6f},E,1.20,90.0,10.0,9,80,70,1200,0,00000000,"
        "1,0,204,8,3041,57202,140"
    )


def latest(guardian: Guardian, watch_id: str, at: datetime) -> tuple[float, float] | None:
    """Return the newest position if it is of this moment."""
    position = guardian.latest(watch_id)
    if position is None or datetime.fromisoformat(position["at"]) != at:
        return None
    return position["latitude"], position["longitude"]


def test_a_frame_from_a_socket_becomes_the_position_that_its_guardian_reads(home: Home) -> None:
    with running_platform(home.directory, home.ports) as platform:
        household = Demo(platform.settings).settle()
        guardian = Guardian(platform.api_url, household.email, household.password)
        now = datetime.now(UTC).replace(microsecond=0)

        assert say(platform, DEVICE_IDS[0], report(now)).endswith(f"[3G*{DEVICE_IDS[0]}*0002*LK]".encode())

        assert soon(lambda: latest(guardian, household.watch_ids[0], now)) == (LATITUDE, LONGITUDE)
        assert set(guardian.watches()) == set(household.watch_ids)


def test_a_school_morning_is_shown_as_the_watches_told_it(home: Home) -> None:
    with running_platform(home.directory, home.ports) as platform:
        summary = check_morning(platform)
    assert summary.is_right, summary
    assert summary.expected > 100


def test_a_second_start_deploys_nothing_and_finds_what_was_stored(home: Home) -> None:
    with running_platform(home.directory, home.ports) as platform:
        household = Demo(platform.settings).settle()
        guardian = Guardian(platform.api_url, household.email, household.password)
        before = datetime.now(UTC).replace(microsecond=0)
        say(platform, DEVICE_IDS[1], report(before))
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
        say(platform, DEVICE_IDS[1], report(later))
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
