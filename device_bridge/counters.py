"""What the bridge counts, as lines in CloudWatch's embedded metric format: no ids, no addresses, no content."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Final

from wire.words import UNKNOWN, WORDS

NAMESPACE: Final = "Wachter/Bridge"
_KINDS: Final = {word.kind for word in WORDS.values()} | {UNKNOWN.kind}
_METRICS_A_LINE: Final = 100  # the format's own limit


class Counters:
    """Counts since the last report. Names come from our code alone, never from a peer, so their number is bounded.

    answered: frames. frames: by kind, a plain dict with every kind in it, the quickest there is. peaks: highest values.
    """

    __slots__ = ("_dimensions", "answered", "counts", "frames", "peaks")

    def __init__(self, stage: str) -> None:
        self._dimensions = {"stage": stage}
        self._begin()

    def _begin(self) -> None:
        self.answered = 0
        self.frames = dict.fromkeys(_KINDS, 0)
        self.counts: Counter[str] = Counter()
        self.peaks: Counter[str] = Counter()

    def peak(self, name: str, value: int) -> None:
        """Keep the value if it is the highest of this minute."""
        self.peaks[name] = max(self.peaks[name], value)

    def report(self, timestamp_ms: int, gauges: Mapping[str, int]) -> str:
        """Return one line of JSON with all counts, peaks and the given present values, and start to count anew."""
        frames = {f"Frames/{kind}": count for kind, count in self.frames.items() if count}
        values = {"Answered": self.answered, **frames, **self.counts, **self.peaks, **gauges}
        self._begin()
        directive = {
            "Namespace": NAMESPACE,
            "Dimensions": [list(self._dimensions)],
            "Metrics": [{"Name": name} for name in sorted(values)[:_METRICS_A_LINE]],
        }
        head = {"_aws": {"Timestamp": timestamp_ms, "CloudWatchMetrics": [directive]}}
        return json.dumps({**head, **self._dimensions, **values})
