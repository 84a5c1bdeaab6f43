"""Passwords as Argon2id hashes of peppered input (P-09)."""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from argon2 import PasswordHasher as Argon2
from argon2 import Type
from argon2.exceptions import VerifyMismatchError

_SALT_BYTES = 16  # RFC 9106, section 3.1
_HASH_BYTES = 32
_ARGON2_VERSION = 19  # 0x13, the only one in RFC 9106


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs. The defaults are OWASP's (Password Storage Cheat Sheet); about 30 ms on one core."""

    memory_kib: int = 19_456
    iterations: int = 2
    lanes: int = 1  # a Lambda has about one core


class Argon2PasswordHasher:
    """Hashes passwords. pepper: a MAC whose key KMS holds, so that a stolen table of hashes cannot be guessed at.

    The MAC also makes every input 32 bytes long: no password is cut, a NUL ends none, and a long one costs no more.
    """

    def __init__(self, pepper: Callable[[bytes], bytes], cost: Cost | None = None) -> None:
        self._pepper = pepper
        self._cost = cost or Cost()
        self._argon2 = Argon2(
            time_cost=self._cost.iterations,
            memory_cost=self._cost.memory_kib,
            parallelism=self._cost.lanes,
            hash_len=_HASH_BYTES,
            salt_len=_SALT_BYTES,
            type=Type.ID,
        )

    def hash(self, password: str) -> str:
        """See PasswordHasher."""
        return self._argon2.hash(self._peppered(password))

    def decoy(self) -> str:
        """See PasswordHasher. Random bytes in the place of a hash: nobody, not even we, can know a password for it."""
        cost = self._cost
        salt, digest = (
            base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (_SALT_BYTES, _HASH_BYTES)
        )
        return f"$argon2id$v={_ARGON2_VERSION}$m={cost.memory_kib},t={cost.iterations},p={cost.lanes}${salt}${digest}"

    def matches(self, password_hash: str, password: str) -> bool:
        """See PasswordHasher. The comparison is Argon2's own, in constant time."""
        try:
            return self._argon2.verify(password_hash, self._peppered(password))
        except VerifyMismatchError:
            return False

    def _peppered(self, password: str) -> bytes:
        return self._pepper(password.encode())
