"""Counters as embedded metrics."""

import json

import pytest

from lambdas.observability import NAMESPACE, emit
from tests.clocks import NOON


def test_counters_are_one_line_that_cloudwatch_reads(capsys: pytest.CaptureFixture[str]) -> None:
    emit("ingest", {"stored": 98, "quarantined": 2}, NOON)
    (line,) = capsys.readouterr().out.splitlines()
    metrics = json.loads(line)
    assert metrics.pop("_aws") == {
        "Timestamp": int(NOON.timestamp() * 1000),
        "CloudWatchMetrics": [
            {
                "Namespace": NAMESPACE,
                "Dimensions": [["function"]],
                "Metrics": [{"Name": "stored", "Unit": "Count"}, {"Name": "quarantined", "Unit": "Count"}],
            }
        ],
    }
    assert metrics == {"function": "ingest", "stored": 98, "quarantined": 2}


def test_nothing_to_count_is_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    emit("ingest", {}, NOON)
    assert capsys.readouterr().out == ""
