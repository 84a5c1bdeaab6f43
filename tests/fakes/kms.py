"""A KMS that holds one signing key in memory."""

from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@cache
def rsa_key(number: int = 0) -> RSAPrivateKey:
    """Return the same key for the same number: making one takes long."""
    assert number >= 0
    return generate_private_key(public_exponent=65_537, key_size=2_048)


class InMemoryKms:
    """Signs as KMS does; the private half stays inside. fetched: how often the public half was asked for."""

    def __init__(self, number: int = 0) -> None:
        self._key = rsa_key(number)
        self.fetched = 0

    def get_public_key(self, **_named: Any) -> dict[str, bytes]:
        self.fetched += 1
        return {"PublicKey": self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)}

    def sign(self, *, Message: bytes, MessageType: str, SigningAlgorithm: str, **_named: Any) -> dict[str, bytes]:  # noqa: N803 - KMS's names
        assert (MessageType, SigningAlgorithm) == ("RAW", "RSASSA_PKCS1_V1_5_SHA_256")
        return {"Signature": self._key.sign(Message, PKCS1v15(), SHA256())}
