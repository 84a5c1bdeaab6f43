"""One watch as the server meets it: sockets, frames, waiting for answers, backlog after a gap, an SOS until heard."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from core.kernel.geo import Point
from core.tracking.model import Cell
from local.simulation.morning import Measurement
from local.simulation.temper import OBEDIENT, Answer, Manner, Temper
from wire.commands import daily, device, phone
from wire.encode import Address, Command, frame_of, parse_command
from wire.framing import Frame, Framer

_MAKER = "3G"
_HEARTBEAT_EACH = 3  # measurements: once a minute, as a watch does in its first half hour
_ANSWER_S = 20.0  # what a watch waits before it repeats an alarm; a loaded laptop needs seconds
_TRIES = 5
_READ_BYTES = 4096
_SOS = 1 << 16
_BATTERY_LOW = 1  # bit 0, a state: under 20 percent
_LOW_PERCENT = 20


_PASSWORD, _ZONE = "PW", "LGZONE"
_QUESTIONS: Sequence[Answer] = (
    ("CONFIG", ["TY:G36,UL:600,SY:1,CM:1,TB:1"]),
    (_ZONE, []),
    ("PHLQ", []),
    ("SOSQ", []),
    ("REMINDQ", []),
    ("TKQ", []),
)
"""What a watch tells and asks when it connects (B-D)."""
_NOT_DONE = frozenset({Manner.SILENT, Manner.REFUSING})


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


@dataclass(slots=True)
class Memory:
    """What a watch was told and has kept.

    heard: words of all commands, in order. settings: the last command of each word that sets something; of words that
    are no commands, the content as it was sent. texts, voices: shown and played, in order. calls: numbers dialled.
    """

    heard: list[str] = field(default_factory=list)
    settings: dict[str, Command | bytes] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    voices: list[bytes] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    hearts: int = 0
    rings: int = 0
    restarts: int = 0
    is_off: bool = False

    def keep(self, word: str, command: Command | bytes) -> None:
        """Remember what a command did."""
        match command:
            case daily.SendMessage(text=text):
                self.texts.append(text)
            case daily.SendVoice(audio=audio):
                self.voices.append(audio)
            case daily.SendHearts(hearts=hearts):
                self.hearts += hearts
            case phone.Call(number=number):
                self.calls.append(number)
            case device.Ring():
                self.rings += 1
            case device.Restart():
                self.restarts += 1
            case device.PowerOff():
                self.is_off = True
            case device.FactoryReset():
                self.settings.clear()
            case device.Locate():
                pass
            case _:
                self.settings[word] = command


class SimulatedWatch:
    """Speaks for a device over real sockets; a context manager that hangs up at the end.

    A heartbeat follows a report. It tells no time, so it counts as of its receipt: where a morning is told in seconds,
    whatever a heartbeat were the first to tell would make the reports after it old. temper: how it takes what it is
    told; `memory` holds what became of that. show: takes a line for whoever looks at it.
    """

    def __init__(
        self,
        device_id: str,
        host: str,
        port: int,
        temper: Temper = OBEDIENT,
        show: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.told = Told()
        self.memory = Memory()
        self._address = Address(_MAKER, device_id)
        self._host, self._port = host, port
        self._temper = temper
        self._show = show
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._awaited: dict[str, asyncio.Future[None]] = {}
        self._busy: set[asyncio.Task[None]] = set()
        self._backlog: list[list[str]] = []
        self._until_heartbeat = 0
        self._measured_at = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.hang_up()

    async def measure(self, measurement: Measurement, at: datetime) -> None:
        """Tell one measurement as taken at this time; raise NotAnswered when the server stays silent.

        A watch that was switched off measures nothing, until a hand switches it on (`memory.is_off`).
        """
        if self.memory.is_off:
            return
        self.told.measured.append((at, measurement))
        self._measured_at = asyncio.get_running_loop().time()
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

    @property
    def is_connected(self) -> bool:
        """Whether it has a connection, as far as it knows."""
        return self._streams is not None

    def switch_on(self) -> None:
        """Press the button; a watch that is on stays so."""
        self.memory.is_off = False

    async def send_garbled(self) -> None:
        """Send a frame of a known kind that nobody can read."""
        await self._send("UD", ["#", "?"])
        self.told.frames_garbled += 1

    async def hang_up(self) -> None:
        """End the connection, if there is one; the next measurement makes a new one."""
        for task in self._busy - {asyncio.current_task()}:
            task.cancel()
        self._busy.clear()
        if self._streams is not None:
            _, writer = self._streams
            self._streams = None
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _connect(self) -> None:
        self._streams = await asyncio.open_connection(self._host, self._port)
        self._begin(self._listen(self._streams[0]))
        self._until_heartbeat = 0
        for word, arguments in _QUESTIONS:
            await self._say(word, arguments)
        for body in self._backlog:
            await self._send("UD2", body)
        self._backlog.clear()

    async def _heartbeat(self, measurement: Measurement) -> None:
        self._until_heartbeat = _HEARTBEAT_EACH
        await self._ask("LK", [str(measurement.steps), "0", str(measurement.battery_percent)])

    async def _ask(self, word: str, arguments: list[str]) -> None:
        """Send a frame, again and again, until it is answered."""
        for _ in range(_TRIES):
            answer = self._awaited[word] = asyncio.get_running_loop().create_future()
            await self._send(word, arguments)
            with suppress(TimeoutError):
                await asyncio.wait_for(answer, _ANSWER_S)
                self.told.frames_acknowledged += 1
                return
        raise NotAnswered(f"no answer to {word}")

    async def _send(self, word: str, arguments: list[str]) -> None:
        """Send what is counted: reports and heartbeats."""
        await self._say(word, arguments)
        self.told.frames_sent += 1

    async def _say(self, word: str, arguments: Sequence[str]) -> None:
        assert self._streams is not None, "a watch sends only over a connection"
        self._streams[1].write(frame_of(word, list(arguments), self._address))
        await self._streams[1].drain()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Take frames until the server hangs up: answers to what is asked, and commands."""
        framer = Framer()
        with suppress(ConnectionError):
            while received := await reader.read(_READ_BYTES):
                for event in framer.receive(received):
                    if isinstance(event, Frame):
                        self._take(event)
        for answer in self._awaited.values():
            if not answer.done():
                answer.set_exception(NotAnswered("the server hung up"))
                answer.exception()  # nobody may be waiting any more

    def _take(self, frame: Frame) -> None:
        answer = self._awaited.pop(frame.type, None)
        if answer is not None and not answer.done():
            answer.set_result(None)
        elif (command := parse_command(frame)) is not None:
            self._begin(self._obey(frame.type, command))
        elif frame.type == _PASSWORD:
            self._begin(self._obey(frame.type, frame.content))
        elif frame.type == _ZONE:  # an answer, which is not answered
            self.memory.settings[_ZONE] = frame.content

    async def _obey(self, word: str, command: Command | bytes) -> None:
        """Do what the server wants, as far as the temper goes, and say so."""
        self.memory.heard.append(word)
        manner = self._temper.manner_with(word)
        if manner not in _NOT_DONE:
            self.memory.keep(word, command)
        self._show(seen(word, command) if manner is Manner.OBEDIENT else f"{seen(word, command)} ({manner})")
        if manner is Manner.LATE:
            await asyncio.sleep(self._temper.late_s)
        with suppress(ConnectionError):
            for answer, arguments in self._temper.answers_to(word):
                await self._say(answer, arguments)
            if manner not in _NOT_DONE:
                await self._act(command)

    async def _act(self, command: Command | bytes) -> None:
        """Do what others notice."""
        match command:
            case device.Locate():
                await self._report_now()
            case device.Restart() | device.PowerOff() | device.FactoryReset():
                await self.hang_up()

    async def _report_now(self) -> None:
        """Tell again where the watch is, a few times, dated by the watch's own clock."""
        measured_at, measurement = self.told.measured[-1]
        count, each_s = self._temper.burst
        for number in range(1, count + 1):
            passed_s = asyncio.get_running_loop().time() - self._measured_at
            at = measured_at + timedelta(seconds=max(number, int(passed_s)))
            if at <= self.told.measured[-1][0]:
                return  # it has told of a later moment since
            again = replace(measurement, sos=False)
            self.told.measured.append((at, again))
            await self._send("UD", _body(again, at))
            await asyncio.sleep(each_s)


def seen(word: str, command: Command | bytes) -> str:
    """Return what somebody who wears the watch sees or hears of a command, in words."""
    match command:
        case daily.SendMessage(text=text):
            return f"shows: {text}"
        case daily.SendVoice(audio=audio):
            return f"plays a voice of {len(audio)} bytes"
        case daily.SendHearts(hearts=hearts):
            return f"shows {hearts} hearts"
        case device.Ring():
            return "rings"
        case phone.Call():
            return "dials a number"
    return f"is told {word}"


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
