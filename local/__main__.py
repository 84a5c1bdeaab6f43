"""The whole platform on this machine: `python -m local run` until Ctrl-C, or `python -m local once` to check it."""

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from urllib.error import URLError

from local import once
from local.demo import DEVICE_IDS, Demo, Household
from local.emulator import PortTaken, local_environment
from local.guardian import ApiRefused, Guardian
from local.platform import AlreadyRunning, Platform, running_platform
from local.processes import Child, ProcessFailed
from stacks.bundle import ROOT, BundleNotMade

_STATE = ROOT / ".local"
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, a supervisor, a closed terminal
_REFRESH_S = 2  # how old a line may be; watches speak every few seconds


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="start everything and show where the children are")
    run.add_argument("--fresh", action="store_true", help="forget what earlier runs stored")
    run.set_defaults(command=lambda chosen: run_until_interrupted(fresh=chosen.fresh))
    checked = commands.add_parser("once", help="play a compressed morning and check what the API shows of it")
    checked.set_defaults(command=lambda _: once.main(_STATE / "once"))
    chosen = parser.parse_args()
    for each in _ENDING:
        signal.signal(each, _interrupt_once)
    try:
        sys.exit(chosen.command(chosen))
    except KeyboardInterrupt:
        print("Stopped.")
    except (AlreadyRunning, PortTaken, ProcessFailed, BundleNotMade) as failure:
        sys.exit(str(failure))
    except (ApiRefused, URLError) as failure:
        sys.exit(f"the API failed: {failure}; the logs stand in {_STATE}")


def _interrupt_once(_signal: int, _frame: FrameType | None) -> None:
    """Begin to end everything, and let nothing break that off."""
    for each in _ENDING:
        signal.signal(each, signal.SIG_IGN)
    print("\nStopping ...", flush=True)
    raise KeyboardInterrupt


def run_until_interrupted(*, fresh: bool) -> None:
    """Start the platform with a demo household and print its positions as they come."""
    directory = _STATE / "run"
    with running_platform(directory, fresh=fresh) as platform:
        household = Demo(platform.settings).settle()
        _introduce(platform, household)
        with _simulation(platform, directory):
            _follow(Guardian(platform.api_url, household.email, household.password), household)


def _simulation(platform: Platform, directory: Path) -> Child:
    return Child(
        "the simulation",
        [sys.executable, "-m", "local.simulation", platform.bridge_host, str(platform.bridge_port), *DEVICE_IDS],
        local_environment(),
        directory / "simulation.log",
        grace_s=0,
    )


def _introduce(platform: Platform, household: Household) -> None:
    print(f"""
  API            {platform.api_url}
  documentation  {platform.docs_url}
  watches speak  {platform.bridge_host}:{platform.bridge_port} (TCP)
  guardian       {household.email}
  password       {household.password}   (new at each start)

Positions as the guardian sees them. Ctrl-C ends everything; what was stored stays.
""")


def _follow(guardian: Guardian, household: Household) -> None:
    shown: dict[str, str] = {}
    while True:
        for number, watch_id in enumerate(household.watch_ids, start=1):
            position = guardian.latest(watch_id)
            if position is None or shown.get(watch_id) == position["at"]:
                continue
            shown[watch_id] = position["at"]
            doubts = f"  doubtful: {', '.join(position['doubts'])}" if position["doubtful"] else ""
            late = "  sent later" if position["backlog"] else ""
            print(
                f"{position['at']}  watch {number}  {position['latitude']:.5f}, {position['longitude']:.5f}"
                f"  by {position['source']}, {position['age_s']} s ago{late}{doubts}",
                flush=True,
            )
        time.sleep(_REFRESH_S)


if __name__ == "__main__":
    main()
