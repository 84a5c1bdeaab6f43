"""A token bucket."""


class TokenBucket:
    """Holds at most `size` tokens and gains `per_s` each second; starts full. The caller tells the time."""

    __slots__ = ("_at", "_per_s", "_size", "_tokens")

    def __init__(self, size: float, per_s: float, now: float) -> None:
        self._size = size
        self._per_s = per_s
        self._tokens = size
        self._at = now

    def take(self, now: float) -> bool:
        """Take a token, if there is a whole one."""
        self._tokens = min(self._size, self._tokens + (now - self._at) * self._per_s)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def give_back(self) -> None:
        """Return a token that was taken in good faith."""
        self._tokens = min(self._size, self._tokens + 1)
