"""The bridge as the process that it is, with a real stream: what it answered is there, however it ends."""

import json
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from adapters.aws import client
from adapters.dynamo.connection import connect
from adapters.dynamo.devices import DynamoDevices
from adapters.dynamo.keys import DynamoKeyRows
from adapters.key_wrapper import KmsKeyWrapper
from adapters.keyring import Keyring
from adapters.lookup import HmacLookup
from adapters.sealer import VaultSealer
from adapters.settings import Settings
from adapters.stream.frames import unpack
from adapters.system_clock import SystemClock
from core.kernel.ids import AccountId, WatchId, new_id
from core.watches.model import StockedDevice
from local.emulator import Emulator
from tests.frames import location, raw
from tests.storage import create_tables

WATCHES = 8
PATIENCE_S = 60


class Platform:
    """An emulator with the tables, the stream and the queue that the bridge needs, and some bound devices."""

    def __init__(self, emulator: Emulator) -> None:
        self._environment = emulator.environment()
        bare = Settings(stage="test", region=self._environment["AWS_REGION"], endpoint_url=emulator.url)
        self._settings = bare
        create_tables(bare)
        self._wrapping_key = client("kms", bare).create_key()["KeyMetadata"]["KeyId"]
        self._kinesis = client("kinesis", bare)
        self._kinesis.create_stream(StreamName="frames", ShardCount=1)
        sqs = client("sqs", bare)
        self._alerts, self._nudges = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("alerts", "nudges-0"))
        connect(bare)
        self.devices = [f"{number:010}" for number in range(WATCHES)]
        self._bind_devices()

    def _bind_devices(self) -> None:
        clock = SystemClock()
        keyring = Keyring(DynamoKeyRows(clock), KmsKeyWrapper(client("kms", self._settings), self._wrapping_key), clock)
        sealer = VaultSealer(keyring, clock)
        devices = DynamoDevices(sealer, sealer, HmacLookup(keyring))
        for device in self.devices:
            devices.stock(StockedDevice(device_id=device, model="any", claim_secret_hash="0" * 64, sim=None))
            devices.bind(device, WatchId(new_id()), AccountId(new_id()), datetime(2026, 1, 1, tzinfo=UTC))

    @contextmanager
    def bridge(self) -> Iterator["Process"]:
        process = Process(
            {
                **self._environment,
                "WACHTER_STAGE": "test",
                "WACHTER_WRAPPING_KEY": self._wrapping_key,
                "WACHTER_FRAME_STREAM": "frames",
                "WACHTER_ALERT_QUEUE_URL": self._alerts,
                "WACHTER_LIVE_QUEUE_URL": self._alerts,
                "WACHTER_NUDGE_QUEUE_URLS": self._nudges,
                "WACHTER_MEDIA_BUCKET": "unused",
                "WACHTER_TRUST_UNPROVEN": "yes",
                "WACHTER_BRIDGE_PORT": "0",
                "WACHTER_HEALTH_PORT": "0",
            }
        )
        try:
            yield process
        finally:
            process.kill()

    def frames(self) -> set[bytes]:
        """Return every frame in the stream."""
        shard = self._kinesis.list_shards(StreamName="frames")["Shards"][0]["ShardId"]
        iterator = self._kinesis.get_shard_iterator(
            StreamName="frames", ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records: list[dict[str, Any]] = []
        while True:
            page = self._kinesis.get_records(ShardIterator=iterator)
            if not page["Records"]:
                return {frame.raw for record in records for frame in unpack(record["Data"])}
            records += page["Records"]
            iterator = page["NextShardIterator"]


class Process:
    """A running bridge."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "device_bridge"],
            env=environment,
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        started = json.loads(self._process.stdout.readline())
        assert started["message"] == "listening"
        self.port: int = started["port"]
        self.health_port: int = started["health_port"]

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def terminate(self) -> tuple[int, str]:
        """Send SIGTERM; return the exit status and what it wrote."""
        self._process.send_signal(signal.SIGTERM)
        output, _ = self._process.communicate(timeout=PATIENCE_S)
        return self._process.returncode, output

    def connects(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)


class Alarms(threading.Thread):
    """A watch that sends one alarm after the other, each with a report before it, for as long as it is answered."""

    def __init__(self, bridge: Process, device: str, enough: threading.Semaphore) -> None:
        super().__init__()
        self._socket = bridge.connects()
        self._device = device
        self._enough = enough
        self.answered: list[bytes] = []

    def run(self) -> None:
        with self._socket, self._socket.makefile("rb") as answers:
            for number in range(1_000_000):
                report = raw(f"LK,{number},0,90", self._device)
                alarm = raw(f"{location('221126,085312', word='AL')},{number}", self._device)
                try:
                    self._socket.sendall(report + alarm)
                    if not all(self._hears(raw(word, self._device), answers) for word in ("LK", "AL")):
                        return
                except OSError:
                    return
                self.answered += [report, alarm]
                self._enough.release()

    def _hears(self, answer: bytes, answers: BinaryIO) -> bool:
        """Read up to this answer, past what the watch is told beside it; tell whether it came."""
        heard = b""
        while not heard.endswith(answer):
            byte = answers.read(1)
            if not byte:
                return False
            heard += byte
        return True


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "testing")
        with Emulator(tmp_path_factory.mktemp("emulator"), free_port(), enforce_grants=False) as emulator:
            yield Platform(emulator)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def sends_alarms(bridge: Process, platform: Platform) -> list[Alarms]:
    """Let all watches send alarms; return once each was answered several on average."""
    enough = threading.Semaphore(0)
    watches = [Alarms(bridge, device, enough) for device in platform.devices]
    for watch in watches:
        watch.start()
    for _ in range(5 * WATCHES):
        assert enough.acquire(timeout=PATIENCE_S)
    return watches


def test_every_alarm_that_was_answered_before_a_kill_is_in_the_stream(platform: Platform) -> None:
    with platform.bridge() as bridge:
        watches = sends_alarms(bridge, platform)
        bridge.kill()
        for watch in watches:
            watch.join()
    alarms = {frame for watch in watches for frame in watch.answered if b"*AL," in frame}
    assert len(alarms) >= 5 * WATCHES
    assert alarms <= platform.frames()


def test_everything_that_was_answered_before_the_end_of_a_drain_is_in_the_stream(platform: Platform) -> None:
    with platform.bridge() as bridge:
        health = f"http://127.0.0.1:{bridge.health_port}/"
        with urllib.request.urlopen(health, timeout=PATIENCE_S) as answer:
            assert answer.status == 200
        watches = sends_alarms(bridge, platform)
        status, output = bridge.terminate()
        for watch in watches:
            watch.join()
    assert status == 0
    assert {frame for watch in watches for frame in watch.answered} <= platform.frames()
    lines = [json.loads(line) for line in output.splitlines()]
    assert [line["message"] for line in lines if "message" in line] == [
        "draining",
        "drained, 0 bytes not taken by the stream",
    ]
    assert sum(line.get("Frames/location", 0) for line in lines) >= 5 * WATCHES
    assert not [device for device in platform.devices if device in output]
