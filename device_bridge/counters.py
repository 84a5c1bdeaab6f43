"""What the bridge counts, as lines in CloudWatch's embedded metric format: no ids, no addresses, no content."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Final

NAMESPACE: Final = "Wachter/Bridge"
_METRICS_A_LINE: Final = 100  # the format's own limit


class Counters:
    """Counts since the last report. Names come from our code alone, never from a peer, so their number is bounded."""

    __slots__ = ("_dimensions", "counts", "frames", "peaks")

    def __init__(self, stage: str) -> None:
        self._dimensions = {"stage": stage}
        self.counts: Counter[str] = Counter()
        self.frames: Counter[str] = Counter()
        """By kind."""
        self.peaks: Counter[str] = Counter()
        """The highest value since the last report."""

    def peak(self, name: str, value: int) -> None:
        """Keep the value if it is the highest of this minute."""
        self.peaks[name] = max(self.peaks[name], value)

    def report(self, timestamp_ms: int, gauges: Mapping[str, int]) -> str:
        """Return one line of JSON with all counts, peaks and the given present values, and start to count anew."""
        frames = {f"Frames/{kind}": count for kind, count in self.frames.items()}
        values = {**frames, **self.counts, **self.peaks, **gauges}
        for each in (self.counts, self.frames, self.peaks):
            each.clear()
        directive = {
            "Namespace": NAMESPACE,
            "Dimensions": [list(self._dimensions)],
            "Metrics": [{"Name": name} for name in sorted(values)[:_METRICS_A_LINE]],
        }
        head = {"_aws": {"Timestamp": timestamp_ms, "CloudWatchMetrics": [directive]}}
        return json.dumps({**head, **self._dimensions, **values})
