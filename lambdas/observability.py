"""Counters as CloudWatch embedded metrics: one JSON line on standard output, no call, nothing personal."""

import json
import sys
from collections.abc import Mapping
from datetime import datetime

NAMESPACE = "Wachter"


def emit(function: str, counts: Mapping[str, int], now: datetime) -> None:
    """Print the counters of one invocation; CloudWatch makes metrics of them. Names and numbers only, never an id."""
    if not counts:
        return
    metrics = [{"Name": name, "Unit": "Count"} for name in counts]
    line = {
        "_aws": {
            "Timestamp": int(now.timestamp() * 1000),
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [["function"]], "Metrics": metrics}],
        },
        "function": function,
        **counts,
    }
    sys.stdout.write(json.dumps(line) + "\n")
