"""MACs under stored keys: a password's pepper, a cursor's signature, the secret of a link."""

import hmac

from adapters.keyring import Keyring

PASSWORD_PEPPER = "password-pepper"  # noqa: S105 - a key's name
CURSORS = "cursors"
REFRESH_TOKENS = "refresh-tokens"
DPOP_NONCES = "dpop-nonces"
MAIL_LINKS = "mail-links"


class KeyedMac:
    """HMAC-SHA256 under the stored key of this name, which KMS wraps."""

    def __init__(self, keyring: Keyring, key_name: str) -> None:
        self._keyring = keyring
        self._key_name = key_name

    def of(self, message: bytes) -> bytes:
        """Return the MAC, 32 bytes."""
        return hmac.digest(self._keyring.ensure(self._key_name), message, "sha256")
