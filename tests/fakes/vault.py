"""The vault's ports in memory. The cipher is the real one; only where keys stand and what wraps them is not."""

import secrets
from datetime import datetime

from adapters.keyring import Keyring
from adapters.sealer import VaultSealer
from core.kernel.clock import Clock
from core.retention.policy import is_over


class InMemoryKeyRows:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.rows: dict[str, tuple[bytes, datetime | None]] = {}

    def find(self, key_id: str) -> bytes | None:
        wrapped, expires_at = self.rows.get(key_id, (None, None))
        return None if is_over(expires_at, self._clock.now()) else wrapped

    def add(self, key_id: str, wrapped: bytes, expires_at: datetime | None) -> bool:
        return self.rows.setdefault(key_id, (wrapped, expires_at))[0] is wrapped

    def remove(self, key_id: str) -> None:
        self.rows.pop(key_id, None)


class PlainKeyWrapper:
    """Wraps a key by nothing but its name; counts what it is asked."""

    def __init__(self) -> None:
        self.made = 0
        self.unwrapped = 0

    def make(self, key_id: str) -> tuple[bytes, bytes]:
        self.made += 1
        key = secrets.token_bytes(32)
        return key, key_id.encode() + b"\0" + key

    def unwrap(self, wrapped: bytes, key_id: str) -> bytes:
        self.unwrapped += 1
        name, _, key = wrapped.partition(b"\0")
        assert name == key_id.encode(), "wrapped for another name"
        return key


def keyring_in_memory(clock: Clock) -> Keyring:
    return Keyring(InMemoryKeyRows(clock), PlainKeyWrapper(), clock)


def sealer_in_memory(clock: Clock) -> VaultSealer:
    return VaultSealer(keyring_in_memory(clock), clock)
