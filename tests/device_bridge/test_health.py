"""What the load balancer and the operators see."""

import asyncio
import gc
import json
import logging

import pytest

from device_bridge.counters import Counters
from device_bridge.health import Health
from device_bridge.logs import JsonFormatter, log_failure


@pytest.mark.parametrize(("is_healthy", "status"), [(True, b"200 OK"), (False, b"503 Service Unavailable")])
async def test_the_load_balancer_is_told_whether_to_send_watches(is_healthy: bool, status: bytes) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Health(lambda: is_healthy), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"GET / HTTP/1.1\r\nHost: bridge\r\n")
    await writer.drain()
    writer.write(b"\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.0 " + status + b"\r\n")
    writer.close()
    server.close()


async def test_a_request_without_end_is_closed() -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Health(lambda: True), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(5_000 * b"A")
    assert await reader.read() == b""
    writer.close()
    server.close()


def test_metrics_are_one_line_that_names_each_value_and_start_anew() -> None:
    counters = Counters("test")
    counters.frames["heartbeat"] += 3
    counters.answered += 2
    counters.counts["UnknownDevices"] += 1
    counters.peak("PutMillisecondsMax", 7)
    counters.peak("PutMillisecondsMax", 5)
    line = json.loads(counters.report(1_000, {"Devices": 4}))
    values = {"Answered": 2, "Devices": 4, "Frames/heartbeat": 3, "PutMillisecondsMax": 7, "UnknownDevices": 1}
    directive = line["_aws"]["CloudWatchMetrics"][0]
    assert line["_aws"]["Timestamp"] == 1_000
    assert directive["Dimensions"] == [["stage"]]
    assert [metric["Name"] for metric in directive["Metrics"]] == list(values)
    assert {name: line[name] for name in (*values, "stage")} == {**values, "stage": "test"}
    assert json.loads(counters.report(2_000, {}))["Answered"] == 0


def test_a_log_line_is_one_object_and_tells_nothing_of_what_an_exception_says() -> None:
    try:
        int("1234567890 said something")
    except ValueError as error:
        record = logging.getLogger("any").makeRecord(
            "any",
            logging.ERROR,
            "",
            0,
            "it failed\nbadly",
            (),
            (type(error), error, error.__traceback__),
            extra={"port": 1},
        )
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line)["port"] == 1
    assert "ValueError in test_a_log_line" in json.loads(line)["exception"]
    assert "1234567890" not in line


async def test_a_task_that_fails_unseen_is_logged_without_what_its_exception_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fails() -> None:
        raise RuntimeError("1234567890 said something")

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log_failure)
    task = loop.create_task(fails())
    await asyncio.wait([task])
    del task
    gc.collect()
    (record,) = caplog.records
    line = JsonFormatter().format(record)
    assert "RuntimeError in" in json.loads(line)["exception"]
    assert "1234567890" not in line
