"""The bridge's stream and alert queue in memory, with outages at will."""

import asyncio
from collections.abc import Iterator, Mapping

from adapters.stream.frames import unpack
from core.tracking.model import ReceivedFrame

PATIENCE_S = 10  # for what must come; a failing test ends with a TimeoutError


class RecordingFrameStream:
    """Keeps what it takes. refuses: takes nothing. refused_lanes: takes all but theirs. hold(): takes its time."""

    def __init__(self) -> None:
        self.records: list[tuple[int, bytes]] = []
        self.calls = 0
        self.refuses = False
        self.refused_lanes: set[int] = set()
        self._open = asyncio.Event()
        self._open.set()
        self._changed = asyncio.Event()

    def hold(self) -> None:
        """Answer no put until `release`."""
        self._open.clear()

    def release(self) -> None:
        """Answer again, also the puts that wait."""
        self._open.set()

    async def put(self, records: Mapping[int, bytes | bytearray]) -> frozenset[int]:
        self.calls += 1
        self._changed.set()
        await self._open.wait()
        taken = frozenset() if self.refuses else frozenset(records) - self.refused_lanes
        self.records += [(lane, bytes(record)) for lane, record in records.items() if lane in taken]
        self._changed.set()
        return taken

    def frames(self) -> list[ReceivedFrame]:
        """Return every frame it has taken, in order."""
        return [frame for _, record in self.records for frame in unpack(record)]

    async def has(self, *raw: bytes) -> None:
        """Return once it has taken these frames."""
        while not set(raw) <= {frame.raw for frame in self.frames()}:
            await self._change()

    async def _change(self) -> None:
        self._changed.clear()
        async with asyncio.timeout(PATIENCE_S):
            await self._changed.wait()


class RecordingAlertQueue:
    """Keeps what it takes; refuses: takes nothing."""

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.refuses = False
        self.calls = 0

    async def send(self, record: bytes) -> bool:
        self.calls += 1
        if self.refuses:
            return False
        self.records.append(record)
        return True

    def frames(self) -> Iterator[ReceivedFrame]:
        """Return every frame it has taken, in order."""
        return (frame for record in self.records for frame in unpack(record))
