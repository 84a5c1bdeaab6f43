"""KMS makes and opens the keys that we store; its own key never leaves it."""

from typing import Any

KEY_BYTES = 32  # AES-256


class KmsKeyWrapper:
    """Makes 256-bit keys and unwraps them under one KMS key.

    client: a botocore KMS client. wrapping_key: id or ARN of the KMS key. The key's name stands in the encryption
    context: KMS refuses a wrapped key that was moved to another name, and its log tells whose key was opened.
    """

    def __init__(self, client: Any, wrapping_key: str) -> None:
        self._client = client
        self._wrapping_key = wrapping_key

    def make(self, key_id: str) -> tuple[bytes, bytes]:
        """Return a new key: open, and wrapped for storage."""
        made = self._client.generate_data_key(
            KeyId=self._wrapping_key, NumberOfBytes=KEY_BYTES, EncryptionContext=_context(key_id)
        )
        return made["Plaintext"], made["CiphertextBlob"]

    def unwrap(self, wrapped: bytes, key_id: str) -> bytes:
        """Return the key that `make` wrapped under this name."""
        opened = self._client.decrypt(
            KeyId=self._wrapping_key, CiphertextBlob=wrapped, EncryptionContext=_context(key_id)
        )
        return bytes(opened["Plaintext"])


def _context(key_id: str) -> dict[str, str]:
    return {"wachter:key": key_id}
