"""What a guardian asks of a watch over the API, and the end that each order comes to by the watch's manners."""

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.commands.model import FINAL
from local.demo import Demo
from local.guardian import Guardian
from local.platform import Platform
from local.simulation.morning import CHILDREN, measurements
from local.simulation.temper import Manner, Temper
from local.simulation.watch import Memory, SimulatedWatch
from wire.commands import device, phone

_PATIENCE_S = 90.0  # a command without an answer is given up after 25 s; a loaded laptop takes its time
_LOOK_EACH_S = 0.5
_ENDS = {
    Manner.OBEDIENT: "acknowledged",
    Manner.LATE: "acknowledged",
    Manner.ODD: "acknowledged",
    Manner.REFUSING: "failed: refused",
    Manner.SILENT: "failed: no_answer",
}
_SETTLED = frozenset({*FINAL, "stored"})


@dataclass(frozen=True, slots=True)
class Wish:
    """A command or setting. word: by which the watch is told of it. content: besides its kind or name."""

    name: str
    word: str
    manner: Manner
    content: Mapping[str, Any]
    is_setting: bool = False


BEFORE = (
    Wish("find", "FIND", Manner.OBEDIENT, {}),
    Wish("reporting_interval", "UPLOAD", Manner.OBEDIENT, {"seconds": 600}, is_setting=True),
)
"""Ordered while the watch is away."""
MEANWHILE = (
    Wish("locate", "CR", Manner.LATE, {}),
    Wish("hearts", "FLOWER", Manner.REFUSING, {"hearts": 3}),
    Wish("call", "CALL", Manner.SILENT, {"number": "+31555550100"}),
    Wish("sos_numbers", "SOS", Manner.ODD, {"numbers": ["+31555550101"]}, is_setting=True),
    Wish("sound", "profile", Manner.REFUSING, {"profile": "silent"}, is_setting=True),
)
AT_LAST = (Wish("restart", "RESET", Manner.ODD, {}),)
ALL = (*BEFORE, *MEANWHILE, *AT_LAST)
TEMPER = Temper(words={wish.word: wish.manner for wish in ALL}, late_s=5.0)


def expected_ends() -> dict[str, str]:
    """Return how each wish has to end."""
    return {wish.name: _ENDS[wish.manner] for wish in ALL}


def check_orders(platform: Platform) -> tuple[Mapping[str, str], Sequence[str]]:
    """Order all of it from a new watch; return how each ended by its name, and what the watch did not do, in words."""
    device_id = f"88{secrets.randbelow(10**8):08}"
    household = Demo(platform.settings).settle(f"orders-{secrets.token_hex(4)}@demo.example", [device_id])
    guardian = Guardian(platform.api_url, household.email, household.password)
    watch = SimulatedWatch(device_id, platform.bridge_host, platform.bridge_port, TEMPER)
    ends = asyncio.run(_Ordering(guardian, household.watch_ids[0], watch).play())
    return ends, undone(watch.memory)


def undone(memory: Memory) -> list[str]:
    """Return what an obedient or odd watch should have done and has not, and what it should not have."""
    right = {
        "rings once": memory.rings == 1,
        "keeps the interval": memory.settings.get("UPLOAD") == device.SetUploadInterval(600),
        "keeps the SOS numbers": memory.settings.get("SOS") == phone.SetSosNumbers(("+31555550101",)),
        "restarts once": memory.restarts == 1,
        "refuses hearts and sound": memory.hearts == 0 and "profile" not in memory.settings,
        "dials nothing in silence": memory.calls == [],
    }
    return [name for name, holds in right.items() if not holds]


class _Ordering:
    def __init__(self, guardian: Guardian, watch_id: str, watch: SimulatedWatch) -> None:
        self._guardian = guardian
        self._watch_id = watch_id
        self._watch = watch
        self._commands: dict[str, str] = {}

    async def play(self) -> dict[str, str]:
        """Return how each wish ended."""
        async with self._watch as watch:
            here = next(iter(measurements(CHILDREN[0], seed=0)))
            await self._order(BEFORE)
            await watch.measure(here, datetime.now(UTC).replace(microsecond=0))
            await self._order(MEANWHILE)
            ends = await self._ends_of((*BEFORE, *MEANWHILE))
            await self._order(AT_LAST)
            return ends | await self._ends_of(AT_LAST)

    async def _order(self, wishes: Sequence[Wish]) -> None:
        for wish in wishes:
            if wish.is_setting:
                await asyncio.to_thread(self._guardian.want, self._watch_id, wish.name, wish.content)
            else:
                ordered = await asyncio.to_thread(self._guardian.order, self._watch_id, wish.name, wish.content)
                self._commands[wish.name] = ordered["id"]

    async def _ends_of(self, wishes: Sequence[Wish]) -> dict[str, str]:
        """Return the states once all are final, or as they are when patience ends."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            found = {wish.name: await asyncio.to_thread(self._look, wish) for wish in wishes}
            if time.monotonic() > deadline or all(each["state"] in _SETTLED for each in found.values()):
                return {name: _told(each) for name, each in found.items()}
            await asyncio.sleep(_LOOK_EACH_S)

    def _look(self, wish: Wish) -> Mapping[str, Any]:
        if wish.is_setting:
            return self._guardian.setting(self._watch_id, wish.name)
        return self._guardian.command(self._watch_id, self._commands[wish.name])


def _told(found: Mapping[str, Any]) -> str:
    return f"{found['state']}: {found['failure']}" if found["failure"] else str(found["state"])
