"""The bridge against a bare uvloop server that only finds frame ends and answers LK, in turns in the same run.

Each server has a process and a core of its own, the client another. A second is one of the server's processor time, so
neither a slow client nor a busy machine flatters a server. Every device is bound; the stream is a sink in memory that
keeps all it gets. Linux only: processor time and resident memory are read from /proc.
"""

import asyncio
import contextlib
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Final, cast

import uvloop

from adapters.stream.frames import unpack
from adapters.system_clock import SystemClock
from core.kernel.ids import WatchId
from core.watches.model import Identity, Standing
from device_bridge.counters import Counters
from device_bridge.limits import Limits
from device_bridge.proof import Prover
from device_bridge.server import Bridge
from tests.fakes.downlink import in_memory_stores
from tests.fakes.watches import InMemoryMemberships

HOST: Final = "127.0.0.1"
CONNECTIONS: Final = 200
ROUNDS: Final = 75  # short ones, in turns, so that a busy machine slows both servers alike
ROUND_S: Final = 0.1
IDLE_CONNECTIONS: Final = 10_000
NO_LIMIT: Final = 1e12
ANSWER_BYTES: Final = 64  # more than an answer to LK
BACKLOG: Final = 4096
SPARE_FILES: Final = 200
KIB_PER_PAGE: Final = resource.getpagesize() / 1024
NS_PER_S: Final = 1e9

UD: Final = (
    b"UD,220926,085312,A,52.210480,N,5.969610,E,3.20,118.0,14.0,8,80,76,1250,0,00000000,"
    b"2,1,204,8,5301,21805,140,5301,21809,118,2,school,02:00:5e:10:00:01,-61,home,02:00:5e:10:00:02,-78,12.0"
)


def measure() -> dict[str, float]:
    """Return frames a second and resident KiB for each idle connection, of both servers, and the ratios."""
    _allow_many_sockets()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[1:] or cores)
    try:
        speeds = _speeds(cores[0])
        idle = {name: _idle_kib(name, cores[0]) for name in ("bridge", "bare")}
    finally:
        os.sched_setaffinity(0, cores)
    return {
        "bridge_ratio": round(median(bridge / bare for bridge, bare in speeds), 3),
        "bridge_frames_per_s": round(median(bridge for bridge, _ in speeds)),
        "bare_frames_per_s": round(median(bare for _, bare in speeds)),
        "idle_kib_per_connection": round(idle["bridge"], 2),
        "bare_idle_kib_per_connection": round(idle["bare"], 2),
        "idle_ratio": round(idle["bridge"] / idle["bare"], 2),
    }


class Server:
    """A server in a process of its own, pinned to a core."""

    def __init__(self, name: str, core: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "bench.bridge", name, str(core)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(cast("str", self._process.stdout and self._process.stdout.readline()))

    def busy_s(self) -> float:
        """Return its processor time so far."""
        return int(self._proc("schedstat")[0]) / NS_PER_S

    def resident_kib(self) -> float:
        """Return its memory."""
        return int(self._proc("statm")[1]) * KIB_PER_PAGE

    def stop(self) -> int:
        """End it; return how many frames its sink holds."""
        output, _ = self._process.communicate()
        return int(output)

    def kill(self) -> None:
        """End it in any case."""
        self._process.kill()
        self._process.communicate()

    def _proc(self, name: str) -> list[str]:
        return Path(f"/proc/{self._process.pid}/{name}").read_text(encoding="ascii").split()


class Watches:
    """Watches that each send a segment of one UD and one LK as soon as the one before is answered.

    They never wait in the kernel: a server that has to wake its client at each answer would be measured with that.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._watches = []
        self.frames = 0
        for number in range(CONNECTIONS):
            watch = socket.create_connection((HOST, server.port))
            watch.setblocking(False)
            device = b"%010d" % number
            segment = b"[3G*%b*%04X*%b]" % (device, len(UD), UD) + _lk(device)
            self._watches.append((watch, watch.send, watch.recv, segment))

    def round(self) -> float:
        """Send for a while; return frames for each second of the server's processor time."""
        frames, busy_s = 0, self._server.busy_s()
        end = time.perf_counter() + ROUND_S
        for _, send, _, segment in self._watches:
            send(segment)
        while time.perf_counter() < end:
            for _, send, receive, segment in self._watches:
                with contextlib.suppress(BlockingIOError):
                    receive(ANSWER_BYTES)
                    frames += 2
                    send(segment)
        for watch, _, receive, _ in self._watches:
            watch.setblocking(True)
            receive(ANSWER_BYTES)
            watch.setblocking(False)
        frames += 2 * len(self._watches)
        self.frames += frames
        return frames / (self._server.busy_s() - busy_s)

    def close(self) -> None:
        """Hang up."""
        for watch, *_ in self._watches:
            watch.close()


def _speeds(core: int) -> list[tuple[float, float]]:
    """Return frames a second of the bridge and of the bare server, for each round."""
    with _running("bridge", core) as bridge, _running("bare", core) as bare:
        sides = (Watches(bridge), Watches(bare))
        for side in sides:
            side.round()  # to warm up
        speeds = [(sides[0].round(), sides[1].round()) for _ in range(ROUNDS)]
        for side in sides:
            side.close()
        taken = bridge.stop()
    assert taken == sides[0].frames, "the sink lacks frames"
    return speeds


def _idle_kib(name: str, core: int) -> float:
    """Return the memory that each of many connections adds that has sent one LK and is silent since."""
    with _running(name, core) as server:
        before = server.resident_kib()
        watches = [_silent_watch(server.port, number) for number in range(IDLE_CONNECTIONS)]
        added = server.resident_kib() - before
        for watch in watches:
            watch.close()
    return added / IDLE_CONNECTIONS


def _silent_watch(port: int, number: int) -> socket.socket:
    watch = socket.create_connection((HOST, port))
    watch.send(_lk(b"%010d" % number))
    watch.recv(ANSWER_BYTES)
    return watch


def _lk(device: bytes) -> bytes:
    return b"[3G*%b*0002*LK]" % device


@contextlib.contextmanager
def _running(name: str, core: int) -> Iterator[Server]:
    server = Server(name, core)
    try:
        yield server
    finally:
        server.kill()


def _allow_many_sockets() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < IDLE_CONNECTIONS + SPARE_FILES:
        raise SystemExit(f"{IDLE_CONNECTIONS} connections need more than {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class EveryDeviceBound:
    """Standings of a world without strangers."""

    def identity(self, device_id: str) -> Identity:
        return Identity(standing=Standing.BOUND, name=device_id, watch_id=WatchId(device_id))


class Sink:
    """A stream and an alert queue that keep all they get."""

    def __init__(self) -> None:
        self._records: list[bytes | bytearray] = []

    async def put(self, records: Mapping[int, bytes | bytearray]) -> frozenset[int]:
        self._records += records.values()
        return frozenset(records)

    async def send(self, record: bytes) -> bool:
        self._records.append(record)
        return True

    def frames(self) -> int:
        """Return how many frames it holds."""
        return sum(len(unpack(bytes(record))) for record in self._records)


class BareProtocol(asyncio.Protocol):
    """Finds frame ends and answers LK."""

    __slots__ = ("_rest", "_transport")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        answers, start = [], 0
        while (end := data.find(b"]", start)) >= 0:
            if data.endswith(b"*LK", start, end):
                answers.append(data[start : end + 1])
            start = end + 1
        self._rest = data[start:]
        if answers:
            self._transport.write(b"".join(answers))


async def _serve_bare() -> None:
    server = await asyncio.get_running_loop().create_server(BareProtocol, HOST, 0, backlog=BACKLOG)
    print(server.sockets[0].getsockname()[1], flush=True)
    await _told_to_stop()
    print(0)


async def _serve_bridge() -> None:
    sink = Sink()
    bridge = Bridge(
        stores=in_memory_stores(EveryDeviceBound(), InMemoryMemberships(), SystemClock()),
        stream=sink,
        alerts=sink,
        prover=Prover(trusts_unproven=True),
        limits=Limits(frames_per_s=NO_LIMIT, frames_at_once=NO_LIMIT),
        counters=Counters("bench"),
        clock=asyncio.get_running_loop().time,
        emit=lambda _line: None,
    )
    print(await bridge.serve(HOST, 0), flush=True)
    await _told_to_stop()
    await bridge.drain()
    print(sink.frames())


async def _told_to_stop() -> None:
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve as `bridge` or `bare` on a core; print the port, and once standard input ends, the frames taken."""
    name, core = sys.argv[1:]
    os.sched_setaffinity(0, {int(core)})
    _allow_many_sockets()
    uvloop.run(_serve_bridge() if name == "bridge" else _serve_bare())


if __name__ == "__main__":
    main()
