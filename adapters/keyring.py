"""The stored keys, opened for a short while."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Protocol

from core.kernel.clock import Clock
from core.retention.policy import is_over
from core.vault.model import EpochOver

CACHED_FOR = timedelta(minutes=5)
"""The longest that a destroyed key still opens anything in a running process (D5)."""
CACHED_KEYS = 10_000
"""About 3 MB; more subjects than one process meets in CACHED_FOR."""


class KeyUnusable(Exception):  # noqa: N818 - an error is named after the fact
    """A row of this name is there, yet no key can be read from it: it must be mended, never replaced."""


class KeyRows(Protocol):
    """Where wrapped keys stand."""

    def find(self, key_id: str) -> bytes | None:
        """Return the wrapped key, read consistently."""
        ...

    def add(self, key_id: str, wrapped: bytes, expires_at: datetime | None) -> bool:
        """Store a wrapped key; return False, changing nothing, when one of that name is there."""
        ...

    def remove(self, key_id: str) -> None:
        """Remove it; it is no error when it is not there."""
        ...


class KeyWrapper(Protocol):
    """Makes keys and unwraps them."""

    def make(self, key_id: str) -> tuple[bytes, bytes]:
        """Return a new key of 32 bytes: open, and wrapped for storage."""
        ...

    def unwrap(self, wrapped: bytes, key_id: str) -> bytes:
        """Return the open key."""
        ...


class Keyring:
    """Finds, makes and destroys keys by name; open ones are kept in memory for at most CACHED_FOR."""

    def __init__(self, rows: KeyRows, wrapper: KeyWrapper, clock: Clock) -> None:
        self._rows = rows
        self._wrapper = wrapper
        self._clock = clock
        self._open: OrderedDict[str, tuple[bytes, datetime]] = OrderedDict()

    def find(self, key_id: str) -> bytes | None:
        """Return the open key, None when there is none."""
        cached = self._open.get(key_id)
        if cached is not None:
            key, until = cached
            if self._clock.now() < until:
                return key
            self._open.pop(key_id, None)  # another thread may have been first
        wrapped = self._rows.find(key_id)
        return None if wrapped is None else self._keep(key_id, self._wrapper.unwrap(wrapped, key_id))

    def ensure(self, key_id: str, expires_at: datetime | None = None) -> bytes:
        """Return the open key, made now when there is none; every process gets the same one.

        Raise EpochOver when its time has ended: a key is never made, nor used, again after its end. Raise KeyUnusable
        when its name is taken by what is no key.
        """
        if is_over(expires_at, self._clock.now()):
            raise EpochOver("the key's time has ended")
        key = self.find(key_id)
        if key is None:
            made, wrapped = self._wrapper.make(key_id)
            if self._rows.add(key_id, wrapped, expires_at):
                return self._keep(key_id, made)
            key = self.find(key_id)  # another process was first
        if key is None:
            raise KeyUnusable("a row without a key has its name")
        return key

    def destroy(self, key_id: str) -> None:
        """Remove the key for good."""
        self._rows.remove(key_id)
        self._open.pop(key_id, None)

    def _keep(self, key_id: str, key: bytes) -> bytes:
        self._open[key_id] = (key, self._clock.now() + CACHED_FOR)
        if len(self._open) > CACHED_KEYS:
            self._open.popitem(last=False)
        return key
