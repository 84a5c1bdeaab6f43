"""Opaque ids: 128 random bits as 26 characters of lower-case base32, meaningless to whoever sees one."""

import base64
import re
import secrets
from typing import NewType

from core.kernel.errors import Refused

AccountId = NewType("AccountId", str)
WatchId = NewType("WatchId", str)
"""A device bound to an account: new at each binding, so that a resold device starts empty (D9)."""
FamilyId = NewType("FamilyId", str)
"""A token family: one sign-in on one phone and every token that comes of it."""

_OPAQUE_ID = re.compile(r"[a-z2-7]{26}")
_RANDOM_BYTES = 16  # 128 bits: not to be guessed


class InvalidId(Refused):
    """The text is no opaque id."""


def new_id() -> str:
    """Return a new opaque id."""
    return base64.b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode().rstrip("=").lower()


def checked_id(text: str) -> str:
    """Return the text when it has the form of an opaque id; raise InvalidId otherwise."""
    if not _OPAQUE_ID.fullmatch(text):
        raise InvalidId("not an opaque id")
    return text
