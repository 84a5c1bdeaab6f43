"""Where the next page of a list starts, signed: nobody makes a cursor of their own or uses one elsewhere."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from core.kernel.errors import Refused

LIFETIME = timedelta(hours=1)  # long enough to read a list, short enough not to be kept
_MAC_BYTES = 32


class InvalidCursor(Refused):
    """Not a cursor of ours, not for this asker and list, or too old."""


class SignedCursors:
    """Makes and reads cursors. mac: a MAC of 32 bytes whose key all instances share."""

    def __init__(self, mac: Callable[[bytes], bytes]) -> None:
        self._mac = mac

    def write(self, place: Sequence[str], scope: Sequence[str], now: datetime) -> str:
        """Return a cursor for a place in a list; it holds for this scope (who asks for what) and for an hour."""
        content = json.dumps([int((now + LIFETIME).timestamp()), *place], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._signature(content, scope) + content).rstrip(b"=").decode()

    def read(self, cursor: str, scope: Sequence[str], now: datetime) -> list[str]:
        """Return the place; raise InvalidCursor."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise InvalidCursor("not a cursor") from None
        signature, content = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not self._is_ours(signature, content, scope):
            raise InvalidCursor("not a cursor of this list")
        expires: int
        place: list[str]
        expires, *place = json.loads(content)
        if now.timestamp() >= expires:
            raise InvalidCursor("the cursor is too old")
        return place

    def _is_ours(self, signature: bytes, content: bytes, scope: Sequence[str]) -> bool:
        return hmac.compare_digest(signature, self._signature(content, scope))

    def _signature(self, content: bytes, scope: Sequence[str]) -> bytes:
        return self._mac(json.dumps([*scope, content.decode("latin-1")]).encode())
