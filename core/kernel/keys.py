"""One builder for every composite key, so that two different lists of parts never give one text."""

import re

from core.kernel.errors import Refused

SEPARATOR = "#"
_PART = re.compile(r"[A-Za-z0-9._-]{1,128}")
"""What we make ourselves: opaque ids, digests, dates, names of classes. Nothing that a person typed stands in a key."""


class InvalidKeyPart(Refused):
    """A part of a key holds the separator or anything else that our own parts never hold."""


def checked_part(part: str) -> str:
    """Return the part when it can stand in a key; raise InvalidKeyPart otherwise."""
    if not _PART.fullmatch(part):
        raise InvalidKeyPart("not a part of a key")
    return part


def composite_key(*parts: str) -> str:
    """Return the parts as one key text."""
    return SEPARATOR.join(map(checked_part, parts))
