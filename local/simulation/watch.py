"""One watch as the server meets it: sockets, frames, waiting for answers, backlog after a gap, an SOS until heard."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from core.kernel.geo import Point
from core.tracking.model import Cell
from local.simulation.morning import Measurement
from wire.encode import Address, frame_of
from wire.framing import Frame, Framer

_MAKER = "3G"
_HEARTBEAT_EACH = 3  # measurements: once a minute, as a watch does in its first half hour
_ANSWER_S = 20.0  # what a watch waits before it repeats an alarm; a loaded laptop needs seconds
_TRIES = 5
_READ_BYTES = 4096
_SOS = 1 << 16
_BATTERY_LOW = 1  # bit 0, a state: under 20 percent
_LOW_PERCENT = 20


class NotAnswered(Exception):  # noqa: N818 - an error is named after the fact
    """The server left a frame without the answer that a watch waits for."""


@dataclass(slots=True)
class Told:
    """What a watch has told the server so far.

    measured: all that it told, by time. low_at: when it first told that its battery is low. sos_at: when it called for
    help.
    """

    frames_sent: int = 0
    frames_garbled: int = 0
    frames_acknowledged: int = 0
    fixes_late: int = 0
    measured: list[tuple[datetime, Measurement]] = field(default_factory=list)
    sos_at: list[datetime] = field(default_factory=list)
    low_at: datetime | None = None

    @property
    def fixes(self) -> list[tuple[datetime, Point]]:
        """Time and place of each frame with a place, as sent."""
        return [(at, measurement.point) for at, measurement in self.measured if measurement.point is not None]

    @property
    def unlocated(self) -> dict[datetime, Measurement]:
        """What was told without a place, by its time."""
        return {at: measurement for at, measurement in self.measured if measurement.point is None}


class SimulatedWatch:
    """Speaks for a device over real sockets; a context manager that hangs up at the end.

    A heartbeat follows a report. It tells no time, so it counts as of its receipt: where a morning is told in seconds,
    whatever a heartbeat were the first to tell would make the reports after it old.
    """

    def __init__(self, device_id: str, host: str, port: int) -> None:
        self.told = Told()
        self._address = Address(_MAKER, device_id)
        self._host, self._port = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._framer = Framer()
        self._backlog: list[list[str]] = []
        self._until_heartbeat = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.hang_up()

    async def measure(self, measurement: Measurement, at: datetime) -> None:
        """Tell one measurement as taken at this time; raise NotAnswered when the server stays silent."""
        self.told.measured.append((at, measurement))
        body = _body(measurement, at)
        if not measurement.has_network:
            await self.hang_up()
            self._backlog.append(body)
            self.told.fixes_late += measurement.point is not None
            return
        if self._streams is None:
            await self._connect()
        if self.told.low_at is None and measurement.battery_percent < _LOW_PERCENT:
            self.told.low_at = at
        if measurement.sos:
            await self._ask("AL", body)
            self.told.sos_at.append(at)
        else:
            await self._send("UD", body)
        if self._until_heartbeat == 0:
            await self._heartbeat(measurement)
        self._until_heartbeat -= 1

    async def send_garbled(self) -> None:
        """Send a frame of a known kind that nobody can read."""
        await self._send("UD", ["#", "?"])
        self.told.frames_garbled += 1

    async def hang_up(self) -> None:
        """End the connection, if there is one; the next measurement makes a new one."""
        if self._streams is not None:
            _, writer = self._streams
            self._streams = None
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _connect(self) -> None:
        self._framer = Framer()
        self._streams = await asyncio.open_connection(self._host, self._port)
        self._until_heartbeat = 0
        for body in self._backlog:
            await self._send("UD2", body)
        self._backlog.clear()

    async def _heartbeat(self, measurement: Measurement) -> None:
        self._until_heartbeat = _HEARTBEAT_EACH
        await self._ask("LK", [str(measurement.steps), "0", str(measurement.battery_percent)])

    async def _ask(self, word: str, arguments: list[str]) -> None:
        """Send a frame, again and again, until it is answered."""
        for _ in range(_TRIES):
            await self._send(word, arguments)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._answer_to(word), _ANSWER_S)
                self.told.frames_acknowledged += 1
                return
        raise NotAnswered(f"no answer to {word}")

    async def _send(self, word: str, arguments: list[str]) -> None:
        assert self._streams is not None, "a watch sends only over a connection"
        self._streams[1].write(frame_of(word, arguments, self._address))
        await self._streams[1].drain()
        self.told.frames_sent += 1

    async def _answer_to(self, word: str) -> None:
        assert self._streams is not None, "a watch listens only over a connection"
        while True:
            received = await self._streams[0].read(_READ_BYTES)
            if not received:
                raise NotAnswered("the server hung up")
            for event in self._framer.receive(received):
                if isinstance(event, Frame) and event.type == word:
                    return


def _body(measurement: Measurement, at: datetime) -> list[str]:
    """Return the arguments of a location report."""
    point = measurement.point or Point(0.0, 0.0)
    status = _SOS if measurement.sos else 0
    if measurement.battery_percent < _LOW_PERCENT:
        status |= _BATTERY_LOW
    return [
        f"{at:%d%m%y}",
        f"{at:%H%M%S}",
        "V" if measurement.point is None else "A",
        f"{abs(point.latitude):.6f}",
        "S" if point.latitude < 0 else "N",
        f"{abs(point.longitude):.6f}",
        "W" if point.longitude < 0 else "E",
        f"{measurement.speed_kmh:.1f}",
        f"{measurement.course_deg:.1f}",
        "14.0",  # metres above the sea: Apeldoorn is flat
        str(measurement.satellites),
        "85",  # percent of signal
        str(measurement.battery_percent),
        str(measurement.steps),
        "0",
        f"{status:08x}",
        *_cells(measurement.cells),
        str(len(measurement.wifi)),
        *(field for mac in measurement.wifi for field in (f"net {mac[-2:]}", mac, "-61")),
    ]


def _cells(cells: Sequence[Cell]) -> list[str]:
    """Return the cells of one network; the strength of each is told in the protocol's own unit."""
    network = [str(len(cells)), "0", *(str(cells[0].mcc), str(cells[0].mnc))]
    return network + [field for cell in cells for field in (str(cell.lac), str(cell.cid), "-71")]
