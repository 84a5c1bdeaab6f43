"""What is known of the devices that speak here."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple, TypeVar

from core.watches.model import Identity, Standing
from device_bridge.limits import Limits
from device_bridge.ports import Standings
from device_bridge.token_bucket import TokenBucket

BELIEVED_S: Final = {Standing.BOUND: 3600.0, Standing.STOCKED: 30.0, Standing.UNKNOWN: 60.0}
"""An ended binding does no harm for an hour: ingest and the downlink look at the binding themselves. A guardian who has
just claimed a watch waits for its first frames: half a minute."""

_LOOK_UPS_AT_ONCE: Final = 8
_KNOWN_REMEMBERED: Final = 65_536  # more than there are connections: some 40 MB
_UNKNOWN_REMEMBERED: Final = 4_096  # apart, so that made-up ids push out nothing but each other
_ADDRESSES_REMEMBERED: Final = 4_096

_Entry = TypeVar("_Entry")


class Memory(NamedTuple):
    """What Standings told. believed_until: monotonic seconds."""

    identity: Identity
    believed_until: float


class Registry:
    """Remembers for a while what Standings told. An unknown id leaves a bounded, passing memory and nothing else."""

    def __init__(self, standings: Standings, *, clock: Callable[[], float], limits: Limits) -> None:
        self._standings = standings
        self._clock = clock
        self._limits = limits
        self._known: OrderedDict[str, Memory] = OrderedDict()
        self._unknown: OrderedDict[str, Memory] = OrderedDict()
        self._everywhere = TokenBucket(limits.unknown, limits.unknown_s, clock())
        self._by_address: OrderedDict[str, TokenBucket] = OrderedDict()
        self._threads = ThreadPoolExecutor(_LOOK_UPS_AT_ONCE, thread_name_prefix="standings")

    def recall(self, device: str) -> Memory | None:
        """Return what is remembered of a device and still believed."""
        memory = self._known.get(device) or self._unknown.get(device)
        return memory if memory is not None and self._clock() < memory.believed_until else None

    def forget(self, device: str) -> None:
        """Believe nothing of a device that is not what it was."""
        self._known.pop(device, None)

    def may_look_up(self, address: str) -> bool:
        """Tell whether an address may ask for a device, after all that it asked for in vain: look-ups cost money."""
        now = self._clock()
        bucket = self._by_address.get(address)
        return self._everywhere.has_tokens(now) and (bucket is None or bucket.has_tokens(now))

    async def look_up(self, device: str, address: str) -> Memory:
        """Ask Standings, and remember. Raise what Standings raises."""
        loop = asyncio.get_running_loop()
        identity = await loop.run_in_executor(self._threads, self._standings.identity, device)
        memory = Memory(identity, self._clock() + BELIEVED_S[identity.standing])
        self._known.pop(device, None)
        self._unknown.pop(device, None)
        if identity.standing is Standing.UNKNOWN:
            _remember(self._unknown, device, memory, _UNKNOWN_REMEMBERED)
            self._charge(address)
        else:
            _remember(self._known, device, memory, _KNOWN_REMEMBERED)
        return memory

    def _charge(self, address: str) -> None:
        """Count a look-up in vain. Those of many watches at once cannot be told apart before: they go on credit."""
        bucket = self._by_address.pop(address, None)
        if bucket is None:
            limits = self._limits
            bucket = TokenBucket(limits.unknown_per_address, limits.unknown_per_address_s, self._clock())
        _remember(self._by_address, address, bucket, _ADDRESSES_REMEMBERED)
        bucket.take()
        self._everywhere.take()


def _remember(memory: OrderedDict[str, _Entry], key: str, entry: _Entry, limit: int) -> None:
    """Add an entry as the newest; forget the oldest above the limit."""
    memory[key] = entry
    if len(memory) > limit:
        memory.popitem(last=False)
