"""Simulated watches take commands as watches in the field do."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from local.simulation.morning import CHILDREN, Measurement, measurements
from local.simulation.temper import Manner, Temper
from local.simulation.watch import SimulatedWatch
from wire.arguments import Contact
from wire.commands import COMMANDS, daily, device, phone
from wire.decode import decode
from wire.encode import Address, Command, encode, frame_of
from wire.framing import Frame, Framer
from wire.messages import CapabilityReport, CommandReply

DEVICE = "8800000015"
AT = datetime(2026, 11, 22, 7, 40, tzinfo=UTC)
HERE: Measurement = next(iter(measurements(CHILDREN[0], seed=1)))
ADDRESS = Address("3G", DEVICE)
SOON_S = 5.0


@dataclass
class Server:
    """Answers heartbeats and keeps what a watch says."""

    frames: list[Frame] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    writer: asyncio.StreamWriter | None = None
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer, framer = writer, Framer()
        while received := await reader.read(4096):
            for frame in framer.receive(received):
                assert isinstance(frame, Frame)
                self.frames.append(frame)
                self.news.set()
                if frame.type == "LK":
                    writer.write(frame_of("LK", [], ADDRESS))
        self.left.set()
        writer.close()

    def tell(self, command: Command) -> None:
        assert self.writer is not None
        self.writer.write(encode(command, ADDRESS))

    def words(self) -> list[str]:
        return [frame.type for frame in self.frames]

    async def hears(self, count: int, word: str) -> list[Frame]:
        """Return the frames of this word once there are so many."""
        async with asyncio.timeout(SOON_S):
            while len(found := [frame for frame in self.frames if frame.type == word]) < count:
                self.news.clear()
                await self.news.wait()
        return found


@asynccontextmanager
async def connected(temper: Temper) -> AsyncIterator[tuple[SimulatedWatch, Server]]:
    """Yield a watch that has told its place once, and the server that it speaks to."""
    server = Server()
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with listener, SimulatedWatch(DEVICE, "127.0.0.1", port, temper) as watch:
        await watch.measure(HERE, AT)
        yield watch, server
        await watch.hang_up()


async def test_a_watch_that_connects_tells_what_it_can_and_asks_for_its_settings() -> None:
    async with connected(Temper()) as (_, server):
        asked = server.words()
        assert {"LGZONE", "PHLQ", "SOSQ", "REMINDQ", "TKQ"} <= set(asked)
        assert isinstance(decode(server.frames[0]), CapabilityReport)


async def test_an_obedient_watch_keeps_what_it_is_set_to_and_says_so_by_the_word() -> None:
    contacts = (Contact("0612345678", "Oma"),)
    async with connected(Temper()) as (watch, server):
        for command in (phone.SetPhoneBook(contacts), device.SetUploadInterval(600)):
            server.tell(command)
            (answer,) = await server.hears(1, command.word)
            assert decode(answer) == CommandReply(command.word, text="") or decode(answer) == CommandReply(command.word)
            assert watch.memory.settings[command.word] == command


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        (daily.SendMessage("kom je?"), {"texts": ["kom je?"]}),
        (daily.SendVoice(b"#!AMR\n[,]*}"), {"voices": [b"#!AMR\n[,]*}"]}),
        (daily.SendHearts(3), {"hearts": 3}),
        (device.Ring(), {"rings": 1}),
        (phone.Call("0612345678"), {"calls": ["0612345678"]}),
    ],
)
async def test_what_is_shown_played_rung_or_dialled_is_remembered(command: Command, kept: Mapping[str, Any]) -> None:
    async with connected(Temper()) as (watch, server):
        server.tell(command)
        await server.hears(1, command.word)
        assert {name: getattr(watch.memory, name) for name in kept} == kept


async def test_a_located_watch_tells_where_it_is_a_few_times_by_its_own_clock() -> None:
    async with connected(Temper(burst=(3, 0.0))) as (watch, server):
        server.tell(device.Locate())
        reports = await server.hears(4, "UD")
        places = {each.content.split(b",", 3)[3].rpartition(b",")[0] for each in reports}
        assert len(places) == 1, "but for its time each report is the first one"
        times = [at for at, _ in watch.told.measured]
        assert len(times) == len(set(times)) == 4
        assert times == sorted(times)
        assert watch.told.frames_sent == 5  # with the heartbeat


@pytest.mark.parametrize(("command", "comes_back"), [(device.Restart(), True), (device.PowerOff(), False)])
async def test_a_watch_that_is_restarted_comes_back_and_one_that_is_off_does_not(
    command: Command, comes_back: bool
) -> None:
    async with connected(Temper()) as (watch, server):
        server.tell(command)
        await server.hears(1, command.word)
        async with asyncio.timeout(SOON_S):
            await server.left.wait()
        assert not watch.is_connected
        await watch.measure(HERE, AT)
        assert watch.is_connected is comes_back
        watch.switch_on()
        await watch.measure(HERE, AT)
        assert watch.is_connected


async def test_a_factory_reset_forgets_the_settings() -> None:
    async with connected(Temper()) as (watch, server):
        server.tell(device.SetUploadInterval(600))
        server.tell(device.FactoryReset())
        await server.hears(1, "FACTORY")
        assert watch.memory.settings == {}


async def test_a_silent_watch_does_nothing_and_goes_on_reporting() -> None:
    async with connected(Temper(words={"FIND": Manner.SILENT})) as (watch, server):
        server.tell(device.Ring())
        server.tell(daily.SendHearts(1))
        await server.hears(1, "FLOWER")
        assert "FIND" not in server.words()
        assert (watch.memory.rings, watch.memory.heard) == (0, ["FIND", "FLOWER"])


async def test_a_late_watch_does_it_at_once_and_answers_after_others() -> None:
    async with connected(Temper(words={"FIND": Manner.LATE}, late_s=0.2)) as (watch, server):
        server.tell(device.Ring())
        server.tell(daily.SendHearts(1))
        await server.hears(1, "FIND")
        answers = [word for word in server.words() if word in {"FIND", "FLOWER"}]
        assert answers == ["FLOWER", "FIND"]
        assert watch.memory.rings == 1


async def test_a_refusing_watch_says_no_and_keeps_nothing() -> None:
    async with connected(Temper(usual=Manner.REFUSING)) as (watch, server):
        server.tell(device.SetUploadInterval(600))
        (answer,) = await server.hears(1, "UPLOAD")
        assert decode(answer) == CommandReply("UPLOAD", accepted=False)
        assert watch.memory.settings == {}


@pytest.mark.parametrize(
    ("command", "answers"),
    [
        (device.PowerOff(), ["CR"]),
        (phone.SetSosNumbers(("112",)), ["SOS3"]),
        (device.SetUploadInterval(600), ["UPLOAD", "UPLOAD"]),
    ],
)
async def test_an_odd_watch_does_it_and_answers_in_another_firmwares_way(command: Command, answers: list[str]) -> None:
    async with connected(Temper(usual=Manner.ODD)) as (watch, server):
        before = len(server.frames)
        server.tell(command)
        await server.hears(len(answers), answers[0])
        assert server.words()[before:] == answers
        assert watch.memory.heard == [command.word]


def test_a_temper_is_the_same_at_each_run_of_its_seed() -> None:
    words = sorted(COMMANDS)
    assert Temper.of_seed(1, words) == Temper.of_seed(1, words) != Temper.of_seed(2, words)
    assert Manner.OBEDIENT not in Temper.of_seed(1, words).words.values()
