"""An SOS on the local platform, from the watch's socket to the recorded push, while other watches speak.

Beside it, in turns in the same run, the emulator's own floor: a record put on a stream of its own until a function that
does nothing else writes down when it was called. Both times are of this machine's clock.
"""

import asyncio
import io
import secrets
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles

from adapters import aws
from local.demo import Demo
from local.guardian import Guardian
from local.phone import PLATFORM, Phone
from local.platform import Platform, Ports, running_platform
from local.simulation.morning import CHILDREN, Measurement, measurements
from local.simulation.watch import SimulatedWatch
from stacks.bundle import ROOT

PORTS = Ports(emulator=4568, bridge=8003, health=8085, sim_provider=8086)
"""Others than those of `run` and `once`."""
SPEAKING = 15  # each tells a report a second and a heartbeat with each third: 20 frames a second
CALLS = 40  # each by a watch of its own: what calls again within half a minute rings no second time
LONGEST_S = 75.0  # of all calls together
PATIENCE_S = 20.0  # for one
LOOK_EACH_S = 0.01
PERCENTILE = 99
WRITES_DOWN = """
import os, time

def handler(event, context):
    with open(os.environ["CALLED"], "a") as called:
        called.write(f"{time.time()}\\n" * len(event["Records"]))
"""


def measure() -> dict[str, float]:
    """Return median and 99th percentile of SOS and floor in milliseconds, and the ratio of the medians.

    cold: the first SOS, for which the functions had to be started; the floor's was started before.
    """
    with running_platform(ROOT / ".local" / "bench", PORTS, tell=lambda _: None) as platform, _floor(platform) as floor:
        (cold, *calls), floors = asyncio.run(_measured(_Scene.of(platform), floor))
    return {
        "sos_to_push_cold_ms": round(cold),
        "sos_to_push_ms": round(median(calls)),
        "sos_to_push_p99_ms": round(_high(calls)),
        "engine_floor_ms": round(median(floors)),
        "engine_floor_p99_ms": round(_high(floors)),
        "sos_to_floor_ratio": round(median(calls) / median(floors), 2),
    }


def _high(times: Sequence[float]) -> float:
    return quantiles(times, n=100, method="inclusive")[PERCENTILE - 1]


@dataclass(frozen=True, slots=True)
class _Scene:
    """A guardian's phone, the watches that speak and those that will call for help."""

    phone: Phone
    speaking: Sequence[SimulatedWatch]
    calling: Sequence[SimulatedWatch]
    reports: Sequence[Measurement]

    @classmethod
    def of(cls, platform: Platform) -> "_Scene":
        """Settle a new household, whose watches all belong to one guardian with one phone."""
        device_ids = [f"88{number:08}" for number in secrets.SystemRandom().sample(range(10**8), SPEAKING + CALLS)]
        email = f"bench-{secrets.token_hex(4)}@demo.example"
        since = datetime.now(UTC) - timedelta(hours=1)
        household = Demo(platform.settings).settle(email, device_ids, bound_at=since)
        phone = Phone(platform.push_log)
        Guardian(platform.api_url, household.email, household.password).register_phone(PLATFORM, phone.token)
        watches = [SimulatedWatch(each, platform.bridge_host, platform.bridge_port) for each in device_ids]
        reports = [each for each in measurements(CHILDREN[0], seed=1) if each.point is not None and each.has_network]
        return cls(phone, watches[:SPEAKING], watches[SPEAKING:], reports)


async def _measured(scene: _Scene, floor: Callable[[], float]) -> tuple[list[float], list[float]]:
    speaking = [
        asyncio.create_task(_speak(watch, number / SPEAKING, scene)) for number, watch in enumerate(scene.speaking)
    ]
    for watch in scene.calling:
        await watch.measure(scene.reports[0], _now())  # connected, as a watch is
    calls: list[float] = []
    floors: list[float] = []
    deadline = time.monotonic() + LONGEST_S
    try:
        for watch in scene.calling:
            if time.monotonic() > deadline:
                break
            calls.append(await _call(watch, scene))
            floors.append(await asyncio.to_thread(floor))
    finally:
        for task in speaking:
            task.cancel()
        await asyncio.gather(*speaking, return_exceptions=True)
        for each in (*scene.speaking, *scene.calling):
            await each.hang_up()
    return calls, floors


async def _speak(watch: SimulatedWatch, phase_s: float, scene: _Scene) -> None:
    await asyncio.sleep(phase_s)
    for report in cycle(scene.reports):
        await watch.measure(report, _now())
        await asyncio.sleep(1)


async def _call(watch: SimulatedWatch, scene: _Scene) -> float:
    """Call for help; return the milliseconds until the phone rang."""
    known = {push.data["id"] for push in scene.phone.pushes()}
    sent_at = datetime.now(UTC)
    answered = asyncio.create_task(watch.measure(replace(scene.reports[-1], sos=True), _now()))
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for push in scene.phone.pushes():
            if push.data["type"] == "sos" and push.data["id"] not in known:
                await answered
                return (push.rung_at - sent_at) / timedelta(milliseconds=1)
        await asyncio.sleep(LOOK_EACH_S)
    raise SystemExit(f"an SOS rang no phone within {PATIENCE_S} s")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@contextmanager
def _floor(platform: Platform) -> Iterator[Callable[[], float]]:
    """Give what puts a record and returns the milliseconds until a function was called with it."""
    name = f"bench-floor-{secrets.token_hex(4)}"
    called = ROOT / ".local" / "bench" / "called"
    called.write_text("")
    kinesis, functions = (aws.client(service, platform.settings) for service in ("kinesis", "lambda"))
    kinesis.create_stream(StreamName=name, ShardCount=1)
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=functions.get_function_configuration(FunctionName=platform.sweep_function)["Role"],
        Handler="it.handler",
        Code={"ZipFile": _zipped(WRITES_DOWN)},
        Environment={"Variables": {"CALLED": str(called)}},
    )
    stream = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    mapping = functions.create_event_source_mapping(
        EventSourceArn=stream, FunctionName=name, StartingPosition="TRIM_HORIZON", BatchSize=10
    )["UUID"]

    def put() -> float:
        before = len(_times(called))
        put_at = time.time()
        kinesis.put_record(StreamName=name, Data=b"nothing", PartitionKey="any")
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if times := _times(called)[before:]:
                return (times[0] - put_at) * 1000
            time.sleep(LOOK_EACH_S)
        raise SystemExit(f"an empty function was not called within {PATIENCE_S} s")

    try:
        put()  # to warm up
        yield put
    finally:
        functions.delete_event_source_mapping(UUID=mapping)
        functions.delete_function(FunctionName=name)
        kinesis.delete_stream(StreamName=name)


def _times(called: Path) -> list[float]:
    return list(map(float, called.read_text().split()))


def _zipped(code: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("it.py", code)
    return content.getvalue()
