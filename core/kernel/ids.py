"""Opaque ids: 128 random bits as 26 characters of lower-case base32, meaningless to whoever sees one."""

import base64
import re
import secrets
from datetime import datetime
from typing import NewType

from core.kernel.clock import at_ms, ms_of
from core.kernel.errors import Refused

AccountId = NewType("AccountId", str)
WatchId = NewType("WatchId", str)
"""A device bound to an account: new at each binding, so that a resold device starts empty (D9)."""
FamilyId = NewType("FamilyId", str)
"""A token family: one sign-in on one phone and every token that comes of it."""
ZoneId = NewType("ZoneId", str)
AlertId = NewType("AlertId", str)
"""Made of an instant and a digest, so that what is raised twice has the id once: see dated_id."""

CommandId = NewType("CommandId", str)
"""Dated, like all ids below that say so: a list in the order of ids is one in the order of time."""
MessageId = NewType("MessageId", str)
"""Dated."""
MediaId = NewType("MediaId", str)
"""A voice or a photo: random, so that one is never found by another."""
NoticeId = NewType("NoticeId", str)
"""Dated."""
ChangeId = NewType("ChangeId", str)
"""Dated."""
InvitationId = NewType("InvitationId", str)
LinkId = NewType("LinkId", str)
"""A link that goes out by mail."""
AutomationId = NewType("AutomationId", str)
TopUpId = NewType("TopUpId", str)
"""Made of who orders for which watch under which idempotency key, so that what is ordered twice has the id once."""
RegistrationId = NewType("RegistrationId", str)
"""A registration of a SIM."""

_OPAQUE_ID = re.compile(r"[a-z2-7]{26}")
_RANDOM_BYTES = 16  # 128 bits: not to be guessed
_TIME_BYTES = 6  # milliseconds since 1970 for the next 8,900 years
DIGEST_BYTES = _RANDOM_BYTES - _TIME_BYTES
"""Of a dated id: 80 bits that nobody guesses within one watch and one millisecond."""


class InvalidId(Refused):
    """The text is no opaque id."""


def new_id() -> str:
    """Return a new opaque id."""
    return _text(secrets.token_bytes(_RANDOM_BYTES))


def named_id(digest: bytes) -> str:
    """Return the opaque id that a digest of 16 bytes or more gives."""
    assert len(digest) >= _RANDOM_BYTES, "a digest has its size"
    return _text(digest[:_RANDOM_BYTES])


def dated_id(at: datetime, digest: bytes) -> str:
    """Return the opaque id of an instant (whole milliseconds, since 1970) and DIGEST_BYTES that tell it from others."""
    assert len(digest) == DIGEST_BYTES, "a digest has its size"
    return _text(ms_of(at).to_bytes(_TIME_BYTES) + digest)


def parts_of(dated: str) -> tuple[datetime, bytes]:
    """Return instant and digest of a dated id; raise InvalidId for what has not its form."""
    content = base64.b32decode(checked_id(dated).upper() + "======")
    if _text(content) != dated:  # the last character has two bits to spare: one alert would have four ids
        raise InvalidId("not an opaque id")
    try:
        return at_ms(int.from_bytes(content[:_TIME_BYTES])), content[_TIME_BYTES:]
    except OverflowError:
        raise InvalidId("not an opaque id") from None


def checked_id(text: str) -> str:
    """Return the text when it has the form of an opaque id; raise InvalidId otherwise."""
    if not _OPAQUE_ID.fullmatch(text):
        raise InvalidId("not an opaque id")
    return text


def _text(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=").lower()
