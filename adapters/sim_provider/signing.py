"""Signatures of the operator's callbacks: HMAC-SHA256 over the timestamp, a full stop and the body."""

import hmac
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256

WINDOW = timedelta(minutes=5)
"""How far a callback's timestamp may be from our clock; one that is repeated within it changes nothing."""
TIMESTAMP_HEADER, SIGNATURE_HEADER = "Wachter-Timestamp", "Wachter-Signature"

_SECONDS = re.compile(r"[0-9]{1,12}")


def signature_of(body: str, timestamp: str, key: str) -> str:
    """Return the signature as its header holds it: v1= and 64 hex digits."""
    return f"v1={hmac.new(key.encode(), f'{timestamp}.{body}'.encode(), sha256).hexdigest()}"


def is_signed(body: str, timestamp: str, signature: str, key: str, now: datetime) -> bool:
    """Tell whether a callback was signed with this key, and at about this time.

    timestamp: seconds since 1970. The time that it takes tells nothing of the right signature.
    """
    try:
        right, shown = signature_of(body, timestamp, key).encode(), signature.encode()
    except UnicodeEncodeError:
        return False
    return hmac.compare_digest(right, shown) and is_recent(timestamp, now)


def is_recent(timestamp: str, now: datetime) -> bool:
    """Tell whether a timestamp is of about this time."""
    if not _SECONDS.fullmatch(timestamp):
        return False
    try:
        at = datetime.fromtimestamp(int(timestamp), UTC)
    except (OverflowError, ValueError):
        return False
    return abs(now - at) <= WINDOW
