"""The whole platform on one machine: the emulator, the deployed stacks, the bridge."""

import fcntl
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from adapters.settings import BRIDGE_PORT, HEALTH_PORT, Settings
from local.deploy import deployed_emulator
from local.emulator import HOST, in_local_environment, refuse_taken_port
from local.mailbox import Mailbox
from local.processes import Child
from local.sim_provider import LocalSimProvider
from stacks.stage import DEFAULT_REGION, StageName

_BRIDGE_STOP_S = 115  # it drains for at most 110 s
_BRIDGE_START_S = 30  # it takes a second; a loaded machine may take longer
_BRIDGE_MODULE = "device_bridge"
_DOCS_PATH = "/v1/docs"
_SIM_CALLBACKS_PATH = "/v1/sim/callbacks"
_CALLS_EACH = timedelta(minutes=1)  # so that a card's balance falls while somebody looks


class AlreadyRunning(Exception):  # noqa: N818 - an error is named after the fact
    """Another process runs a platform in this directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the platform listens on 127.0.0.1."""

    emulator: int = 4566
    bridge: int = BRIDGE_PORT
    health: int = HEALTH_PORT
    sim_provider: int = 8082


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A running platform.

    settings: for adapters in this process. push_log: a line of JSON for each push. mailbox: what was mailed.
    sim_provider: the SIM operator that the platform speaks to.
    """

    api_url: str
    docs_url: str
    live_url: str
    push_log: Path
    mailbox: Mailbox
    sim_provider: LocalSimProvider
    sweep_function: str
    bridge_host: str
    bridge_port: int
    settings: Settings


@contextmanager
def running_platform(
    directory: Path, ports: Ports = Ports(), *, fresh: bool = False, tell: Callable[[str], None] = print
) -> Iterator[Platform]:
    """Start everything, give its addresses, and end everything again, however the block is left.

    State is kept in the directory; fresh: start without any. Raise AlreadyRunning, PortTaken, ProcessFailed.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with _only_one(directory), in_local_environment():
        if fresh:
            _empty(directory)
        for port in (ports.bridge, ports.health, ports.sim_provider):
            refuse_taken_port(port)
        with (
            LocalSimProvider(ports.sim_provider, spends_each=_CALLS_EACH) as sim_provider,
            deployed_emulator(directory, ports.emulator, sim_provider.url, tell) as (
                emulator,
                outputs,
            ),
            _bridge(directory, ports, emulator.environment(), outputs) as bridge,
        ):
            _wait_for(ports.bridge, bridge)
            api_url = emulator.api_url(outputs["ApiId"])
            sim_provider.callback_url = api_url + _SIM_CALLBACKS_PATH
            yield Platform(
                api_url=api_url,
                docs_url=api_url + _DOCS_PATH,
                live_url=outputs["LiveCallback"].replace("http", "ws", 1),
                push_log=emulator.push_log,
                mailbox=Mailbox(emulator.url),
                sim_provider=sim_provider,
                sweep_function=outputs["SweepFunction"],
                bridge_host=HOST,
                bridge_port=ports.bridge,
                settings=_settings(emulator.url, outputs),
            )


def _settings(address: str, outputs: Mapping[str, str]) -> Settings:
    return Settings(
        stage=StageName.LOCAL,
        region=DEFAULT_REGION,
        endpoint_url=address,
        wrapping_key=outputs["WrappingKey"],
        signing_keys=tuple(outputs["SigningKeys"].split(",")),
        issuer=outputs["Issuer"],
        frame_stream=outputs["FrameStream"],
        alert_queue_url=outputs["AlertQueueUrl"],
        live_queue_url=outputs["LiveQueueUrl"],
        live_callback=outputs["LiveCallback"],
        nudge_queue_urls=tuple(outputs["NudgeQueueUrls"].split(",")),
        media_bucket=outputs["MediaBucket"],
        trust_unproven=True,
    )


def _bridge(directory: Path, ports: Ports, environment: Mapping[str, str], outputs: Mapping[str, str]) -> Child:
    return Child(
        "the bridge",
        [sys.executable, "-m", _BRIDGE_MODULE],
        {
            **environment,
            "WACHTER_STAGE": StageName.LOCAL,
            "WACHTER_TRUST_UNPROVEN": "yes",
            "WACHTER_WRAPPING_KEY": outputs["WrappingKey"],
            "WACHTER_FRAME_STREAM": outputs["FrameStream"],
            "WACHTER_ALERT_QUEUE_URL": outputs["AlertQueueUrl"],
            "WACHTER_LIVE_QUEUE_URL": outputs["LiveQueueUrl"],
            "WACHTER_NUDGE_QUEUE_URLS": outputs["NudgeQueueUrls"],
            "WACHTER_MEDIA_BUCKET": outputs["MediaBucket"],
            "WACHTER_BRIDGE_HOST": HOST,
            "WACHTER_BRIDGE_PORT": str(ports.bridge),
            "WACHTER_HEALTH_PORT": str(ports.health),
        },
        directory / "bridge.log",
        _BRIDGE_STOP_S,
    )


def _wait_for(port: int, child: Child) -> None:
    deadline = time.monotonic() + _BRIDGE_START_S
    while True:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        if not child.is_running() or time.monotonic() > deadline:
            raise child.failure()
        time.sleep(0.05)


@contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    """Hold the directory's lock, which the system takes away from a process that dies."""
    with (directory / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"a platform runs here already ({directory}); end it first") from None
        yield


def _empty(directory: Path) -> None:
    for path in directory.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "lock":
            path.unlink()
