"""Access points under HMACs that die with the binding."""

import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.key_wrapper import KEY_BYTES
from adapters.keyring import Keyring
from core.kernel.ids import WatchId
from core.retention.policy import Subject
from core.vault.model import Unreadable, subject_key_id

DIGITS = 32  # 128 bits: two access points never meet by chance
_PURPOSE = b"access-point-name"
"""Keeps the derived key apart from those that seal: their info is the name of a class of data."""


class BindingAccessPointNames:
    """AccessPointNames by HMAC-SHA256 under a key that comes of the binding's own."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def of(self, watch_id: WatchId, access_point: str) -> str:
        """See AccessPointNames."""
        subject_key = self._keyring.find(subject_key_id(Subject.BINDING, watch_id))
        if subject_key is None:
            raise Unreadable("the subject's key is gone")
        key = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_PURPOSE).derive(subject_key)
        return hmac.digest(key, access_point.encode(), "sha256").hex()[:DIGITS]
