"""Where the next page of a list starts, signed: nobody makes a cursor of their own or uses one elsewhere."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.kernel.errors import Refused

LIFETIME = timedelta(hours=1)  # long enough to read a list, short enough not to be kept
_MAC_BYTES = 32


class InvalidCursor(Refused):
    """Not a cursor of ours, not for this asker and list, or too old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a list of what happened from `start` to before `end`. after: the page's `next`."""

    start: datetime
    end: datetime
    after: str


class SignedCursors:
    """Makes and reads cursors. mac: a MAC of 32 bytes whose key all instances share."""

    def __init__(self, mac: Callable[[bytes], bytes]) -> None:
        self._mac = mac

    def write(self, place: Place, scope: tuple[str, ...], now: datetime) -> str:
        """Return a cursor that holds for this scope (whoever asks for whatever list) and an hour."""
        fields = [
            int((now + LIFETIME).timestamp()),
            place.start.astimezone(UTC).isoformat(),
            place.end.astimezone(UTC).isoformat(),
            place.after,
        ]
        content = json.dumps(fields, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._signature(content, scope) + content).rstrip(b"=").decode()

    def read(self, cursor: str, scope: tuple[str, ...], now: datetime) -> Place:
        """Return the place; raise InvalidCursor."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise InvalidCursor("not a cursor") from None
        signature, content = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not self._is_ours(signature, content, scope):
            raise InvalidCursor("not a cursor of this list")
        expires, start, end, after = json.loads(content)
        if now.timestamp() >= expires:
            raise InvalidCursor("the cursor is too old")
        return Place(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end), after=after)

    def _is_ours(self, signature: bytes, content: bytes, scope: tuple[str, ...]) -> bool:
        return hmac.compare_digest(signature, self._signature(content, scope))

    def _signature(self, content: bytes, scope: tuple[str, ...]) -> bytes:
        return self._mac(json.dumps([*scope, content.decode("latin-1")]).encode())
