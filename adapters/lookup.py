"""Equality look-ups under the pepper: an HMAC in place of a device id, an e-mail address or a frame's content."""

from adapters.keyed_mac import KeyedMac
from adapters.keyring import Keyring

PEPPER = "pepper"
DIGITS = 32  # 128 bits: two values never meet by chance, and a sort key stays short


class HmacLookup:
    """Lookup by HMAC-SHA256 under a stored key of its own."""

    def __init__(self, keyring: Keyring) -> None:
        self._mac = KeyedMac(keyring, PEPPER)

    def of(self, kind: str, value: str) -> str:
        """Return 32 hex digits; `kind` keeps equal values of different kinds apart and holds no NUL."""
        return self._mac.of(b"\0".join((kind.encode(), value.encode("utf-8", "surrogatepass")))).hex()[:DIGITS]
