"""A token bucket that can be in debt."""


class TokenBucket:
    """Holds at most `size` tokens and gains `per_s` each second; starts full. The caller tells the time."""

    __slots__ = ("_at", "_per_s", "_size", "_tokens")

    def __init__(self, size: float, per_s: float, now: float) -> None:
        self._size = size
        self._per_s = per_s
        self._tokens = size
        self._at = now

    def has_tokens(self, now: float) -> bool:
        """Tell whether any is left."""
        self._tokens = min(self._size, self._tokens + (now - self._at) * self._per_s)
        self._at = now
        return self._tokens > 0

    def take(self) -> None:
        """Take one, if need be on credit."""
        self._tokens -= 1
