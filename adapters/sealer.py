"""Personal payloads under AES-256-GCM, by a key that comes of the subject's and the epoch's."""

import json
import secrets
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.key_wrapper import KEY_BYTES
from adapters.keyring import Keyring
from core.kernel.clock import Clock
from core.retention.policy import Epoch, Subject, is_over
from core.vault.model import EpochOver, SealedUnder, Unreadable, subject_key_id

VERSION = b"\x01"
"""First byte of all that is sealed, so that another cipher can follow while old payloads still open."""
NONCE_BYTES = 12  # GCM's own size; random ones are safe below 2**32 payloads a derived key (NIST SP 800-38D)


class VaultSealer:
    """Seals and opens payloads, makes and destroys subjects' keys: Sealer and SubjectKeys.

    A payload is VERSION, nonce, ciphertext with tag. Its key is HKDF-SHA256 over subject key and epoch key, with the
    class as info.
    """

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock

    def make(self, subject: Subject, subject_id: str, until: datetime | None = None) -> None:
        """See SubjectKeys."""
        self._keyring.ensure(subject_key_id(subject, subject_id), until)

    def destroy(self, subject: Subject, subject_id: str) -> None:
        """Destroy the subject's key."""
        self._keyring.destroy(subject_key_id(subject, subject_id))

    def seal(self, plaintext: bytes, under: SealedUnder) -> bytes:
        """Return the sealed payload; raise EpochOver or Unreadable."""
        if self._is_over(under):
            raise EpochOver("nothing is sealed under an epoch that has ended")
        subject_key = self._subject_key(under)
        epoch_key = b""
        if under.epoch_key_id is not None:
            epoch_key = self._keyring.ensure(under.epoch_key_id, under.expires_at)
        nonce = secrets.token_bytes(NONCE_BYTES)
        cipher = _cipher(subject_key, epoch_key, under)
        return VERSION + nonce + cipher.encrypt(nonce, plaintext, associated_text(under))

    def open(self, sealed: bytes, under: SealedUnder) -> bytes:
        """Return the payload; raise Unreadable."""
        if self._is_over(under):
            raise Unreadable("its epoch has ended")
        if not sealed.startswith(VERSION):
            raise Unreadable("an unknown form of sealing")
        epoch_key = b"" if under.epoch_key_id is None else self._keyring.find(under.epoch_key_id)
        if epoch_key is None:
            raise Unreadable("the epoch's key is gone")
        nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return _cipher(self._subject_key(under), epoch_key, under).decrypt(
                nonce, ciphertext, associated_text(under)
            )
        except (InvalidTag, ValueError):
            raise Unreadable("the payload does not belong here") from None

    def _is_over(self, under: SealedUnder) -> bool:
        return is_over(under.expires_at, self._clock.now())

    def _subject_key(self, under: SealedUnder) -> bytes:
        assert under.data_class.subject is not Subject.NONE, "the policy does not seal this class"
        assert under.data_class.epoch is Epoch.NONE or under.at is not None, "an epoch is found by a time"
        key = self._keyring.find(under.subject_key_id)
        if key is None:
            raise Unreadable("the subject's key is gone")
        return key


def associated_text(under: SealedUnder) -> bytes:
    """Return what binds a payload to its place; a JSON list, so that no two places give the same bytes."""
    place = [
        VERSION.hex(),
        under.data_class.name,
        under.subject_id,
        under.epoch_key_id or "",
        under.table,
        *under.key,
    ]
    return json.dumps(place).encode()


def _cipher(subject_key: bytes, epoch_key: bytes, under: SealedUnder) -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=under.data_class.name.encode())
    return AESGCM(derive.derive(subject_key + epoch_key))
