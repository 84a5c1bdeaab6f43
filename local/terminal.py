"""What a person at the terminal starts: the whole platform until Ctrl-C, or a morning that checks it."""

import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.error import URLError

from local import once
from local.demo import DEVICE_IDS, Demo, Household, draw_zones
from local.emulator import PortTaken, local_environment
from local.guardian import ApiRefused, Guardian
from local.live_view import LiveView, LiveViewEnded, live_view
from local.phone import PLATFORM, Phone
from local.platform import AlreadyRunning, Platform, running_platform
from local.processes import Child, ProcessFailed
from stacks.bundle import ROOT, BundleNotMade

_STATE = ROOT / ".local"
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, a supervisor, a closed terminal
_REFRESH_S = 1.0  # how long after an alert the ring of the phone may stand there
_TOKEN_SERVES_S = 300.0  # half of its life


def main(command: Callable[[], int | None]) -> None:
    """Do it until it ends or is interrupted, and say in words what went wrong."""
    for each in _ENDING:
        signal.signal(each, _interrupt_once)
    try:
        sys.exit(command())
    except KeyboardInterrupt:
        print("Stopped.")
    except (AlreadyRunning, PortTaken, ProcessFailed, BundleNotMade) as failure:
        sys.exit(str(failure))
    except (ApiRefused, URLError) as failure:
        sys.exit(f"the API failed: {failure}; the logs stand in {_STATE}")


def check_once() -> int:
    """Play a compressed morning; return 0 when all is right."""
    return once.main(_STATE / "once")


def _interrupt_once(_signal: int, _frame: FrameType | None) -> None:
    """Begin to end everything, and let nothing break that off."""
    for each in _ENDING:
        signal.signal(each, signal.SIG_IGN)
    print("\nStopping ...", flush=True)
    raise KeyboardInterrupt


def run_until_interrupted(*, fresh: bool) -> None:
    """Start the platform with a demo household and print positions and alerts as they come."""
    directory = _STATE / "run"
    with running_platform(directory, fresh=fresh) as platform:
        household = Demo(platform.settings).settle()
        guardian = Guardian(platform.api_url, household.email, household.password)
        draw_zones(guardian, household)
        _introduce(platform, household)
        log = directory / "simulation.log"
        with _simulation(platform, log):
            _follow(platform, guardian, household, log)


def _simulation(platform: Platform, log: Path) -> Child:
    return Child(
        "the simulation",
        [sys.executable, "-m", "local.simulation", platform.bridge_host, str(platform.bridge_port), *DEVICE_IDS],
        local_environment(),
        log,
        grace_s=0,
    )


def _introduce(platform: Platform, household: Household) -> None:
    print(f"""
  API            {platform.api_url}
  documentation  {platform.docs_url}
  watches speak  {platform.bridge_host}:{platform.bridge_port} (TCP)
  guardian       {household.email}
  password       {household.password}   (new at each start)

Positions and alerts as the guardian's open app shows them, mails with their links, and what the watches were told and
did. Ctrl-C ends everything; what was stored stays.
""")


def _follow(platform: Platform, guardian: Guardian, household: Household, log: Path) -> None:
    """Print what the live view shows, and what happens beside it; begin it anew whenever it ends."""
    numbers: dict[str, int] = {watch_id: number for number, watch_id in enumerate(household.watch_ids, start=1)}
    phone = Phone(platform.push_log)
    beside = [
        _News(lambda: [f"phone    rings: {push.data['type']}" for push in phone.pushes()]),
        _News(
            lambda: [
                f"mail     {mail.to[0]}: {mail.subject}  {' '.join(mail.links)}" for mail in platform.mailbox.mails()
            ]
        ),
        _News(lambda: log.read_text(encoding="utf-8").splitlines()),
    ]
    while True:
        with suppress(LiveViewEnded), live_view(platform.live_url) as view:
            while True:
                view.show_token(guardian.new_token())
                guardian.register_phone(PLATFORM, phone.token)
                for line in _lines(view, numbers, beside):
                    print(line, flush=True)


class _News:
    """Lines that were not there when it looked last. look: returns all so far."""

    def __init__(self, look: Callable[[], Sequence[str]]) -> None:
        self._look = look
        self._seen = len(look())

    def lines(self) -> Sequence[str]:
        """Return those that came since."""
        found = self._look()
        new, self._seen = found[self._seen :], len(found)
        return new


def _lines(view: LiveView, numbers: Mapping[str, int], beside: Sequence[_News]) -> Iterator[str]:
    """Yield a line for each position, alert and whatever else is new, for as long as one token serves."""
    until = time.monotonic() + _TOKEN_SERVES_S
    while time.monotonic() < until:
        for message in view.messages(_REFRESH_S):
            if message["type"] == "position":
                yield _position_line(message, numbers[message["watch_id"]])
            elif message["type"] == "alert":
                yield _alert_line(message, numbers[message["watch_id"]])
        yield from (f"{'':20}  {line}" for news in beside for line in news.lines())


def _position_line(position: Mapping[str, Any], number: int) -> str:
    doubts = f"  doubtful: {', '.join(position['doubts'])}" if position["doubtful"] else ""
    late = "  sent later" if position["backlog"] else ""
    return (
        f"{position['at']}  watch {number}  {position['latitude']:.5f}, {position['longitude']:.5f}"
        f"  by {position['source']}{late}{doubts}"
    )


def _alert_line(alert: Mapping[str, Any], number: int) -> str:
    zone = f" {alert['zone']['name']}" if alert["zone"] else ""
    late = "  told late" if alert["late"] else ""
    return f"{alert['at']}  watch {number}  ALERT {alert['kind']}{zone}{late}"
