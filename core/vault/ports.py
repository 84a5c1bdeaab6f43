"""What the vault needs of the world."""

from datetime import datetime
from typing import Protocol

from core.retention.policy import Subject
from core.vault.model import SealedUnder


class Sealer(Protocol):
    """Seals and opens personal payloads."""

    def seal(self, plaintext: bytes, under: SealedUnder) -> bytes:
        """Return the sealed payload.

        Raise EpochOver when the epoch has ended for good, Unreadable when the subject has no key (it was erased).
        """
        ...

    def open(self, sealed: bytes, under: SealedUnder) -> bytes:
        """Return the payload. Raise Unreadable when a key is gone or the payload stands in another place."""
        ...


class SubjectKeys(Protocol):
    """Makes and destroys the keys of subjects."""

    def make(self, subject: Subject, subject_id: str, until: datetime | None = None) -> None:
        """Make the key of a new subject; an existing one stays. until: in whole seconds, from when on it is gone."""
        ...

    def destroy(self, subject: Subject, subject_id: str) -> None:
        """Destroy the key.

        Everything sealed for the subject is unreadable from then on, wherever a copy lies; a process that had the key
        open forgets it within 5 minutes.
        """
        ...


class Lookup(Protocol):
    """Turns what may not be stored in the open into an equal but meaningless text."""

    def of(self, kind: str, value: str) -> str:
        """Return 32 hex digits, the same for the same kind and value, that nobody can turn back without our pepper."""
        ...
