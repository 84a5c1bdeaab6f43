import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.wire.builders import BODY, DEVICE, PLACE, corpus, framed

ROOT = Path(__file__).parents[2]
LOCATION_FIELDS = [
    *("fix_time", "valid", "latitude", "longitude", "speed_kmh", "course_deg", "altitude_m", "satellites"),
    *(
        "signal_percent",
        "battery_percent",
        "steps",
        "rolls",
        "status",
        "alarms",
        "cells",
        "wifi",
        "accuracy_m",
        "backlog",
    ),
]


def lines_of(stream: bytes, *options: str) -> list[dict[str, Any]]:
    """Run the program with nothing installed: -S leaves site-packages out, -W makes warnings fail it."""
    command = [sys.executable, "-S", "-W", "error", "-m", "wire", "decode", *options]
    done = subprocess.run(command, input=stream, capture_output=True, cwd=ROOT, timeout=60, check=False)  # noqa: S603 - ourselves
    assert done.stderr == b""
    assert done.returncode == 0
    assert b"NaN" not in done.stdout
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_location_is_printed_with_all_its_fields() -> None:
    [line] = lines_of(framed(PLACE.replace("00000000", "00030000")))
    assert list(line) == ["manufacturer", "device", "index", "type", "message", "reply"]
    assert (line["manufacturer"], line["device"], line["index"], line["type"]) == ("3G", DEVICE, None, "UD")
    assert list(line["message"]) == ["kind", *LOCATION_FIELDS]
    assert line["reply"] is None
    assert line["message"]["fix_time"] == "2026-07-22T13:46:52Z"
    assert line["message"]["alarms"] == ["sos", "low_battery"]
    assert line["message"]["cells"] == [{"mcc": 204, "mnc": 8, "lac": 9360, "cid": 4082, "signal": 131}]
    assert line["message"]["wifi"] == [{"ssid": "Ziggo", "mac": "f4:db:e6:d2:a8:00", "signal_dbm": -53}]


def test_missing_values_are_null() -> None:
    [line] = lines_of(framed("AL"))
    values = {name: line["message"][name] for name in LOCATION_FIELDS}
    assert values.pop("alarms") == ["general"]
    assert values.pop("backlog") is False
    assert (values.pop("cells"), values.pop("wifi")) == ([], [])
    assert set(values.values()) == {None}
    assert line["reply"] == f"[3G*{DEVICE}*0002*AL]"


def test_frames_garbage_and_answers_are_told_in_order() -> None:
    stream = (
        framed("LK,1,2,99", index="0003") + b"noise" + framed("heart,71") + framed(b"TK,#!AMR\xff") + framed("Time")
    )
    heartbeat, garbage, heart, voice, clock = lines_of(stream)
    assert heartbeat["message"] == {"kind": "heartbeat", "steps": 1, "rolls": 2, "battery_percent": 99}
    assert heartbeat["reply"] == f"[3G*{DEVICE}*0003*0002*LK]"
    assert garbage == {
        **dict.fromkeys(("manufacturer", "device", "index", "type")),
        "message": {"kind": "garbage", "length": 5},
        "reply": None,
    }
    assert heart["message"] == {
        "kind": "health",
        "heart_rate_bpm": 71,
        "systolic": None,
        "diastolic": None,
        "temperature_c": None,
        "oxygen_percent": None,
    }
    assert voice["message"] == {"kind": "voice", "audio": "IyFBTVL/"}
    assert (clock["message"]["kind"], clock["reply"]) == ("time_request", None)


@pytest.mark.parametrize("received", ["2026-07-22T14:00:00Z", "2026-07-22T14:00"])
def test_a_receive_time_decides_the_date_order(received: str) -> None:
    stream = framed(f"UD,{BODY.replace('220726', '260722')},0,0")
    assert lines_of(stream)[0]["message"]["fix_time"] == "2022-07-26T13:46:52Z"
    assert lines_of(stream, "--received", received)[0]["message"]["fix_time"] == "2026-07-22T13:46:52Z"


def test_all_collected_frames_in_one_capture_are_printed() -> None:
    entries = [*corpus("given"), *corpus("more")]
    lines = lines_of(b"".join(bytes.fromhex(entry["hex"]) for entry in entries))
    assert len(lines) >= len(entries)
    assert not [line for line in lines if line["message"]["kind"] == "malformed"]


def test_any_bytes_give_json_and_an_endless_frame_stops_nothing() -> None:
    every_byte = bytes(range(256)) * 300
    stream = every_byte + f"[3G*{DEVICE}*0FFF*UD,".encode() + b"7" * 100_000 + framed("LK") + framed(b"\xff\x00,\xfe")
    lines = lines_of(stream)
    assert [line["message"]["kind"] for line in lines] == ["garbage", "heartbeat", "unknown"]
    assert lines[0]["message"]["length"] == len(stream) - len(framed("LK")) - len(framed(b"\xff\x00,\xfe"))


def test_a_frame_is_printed_while_the_stream_goes_on() -> None:
    command = [sys.executable, "-S", "-m", "wire", "decode"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as program:  # noqa: S603 - ourselves
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(framed("LK"))
        program.stdin.flush()
        assert json.loads(program.stdout.readline())["message"]["kind"] == "heartbeat"
        program.stdin.close()
        assert program.stdout.read() == b""


def test_a_time_that_is_none_is_named_as_such() -> None:
    command = [sys.executable, "-m", "wire", "decode", "--received", "yesterday"]
    done = subprocess.run(command, input=b"", capture_output=True, cwd=ROOT, timeout=60, check=False)  # noqa: S603 - ourselves
    assert done.returncode == 2
    assert b"this is no ISO 8601 time" in done.stderr


def test_a_reader_that_has_seen_enough_ends_the_program_without_a_word() -> None:
    command = f"{sys.executable} -m wire decode | head -n 1"
    many = framed("LK") * 20_000  # more than a pipe holds
    done = subprocess.run(command, shell=True, input=many, capture_output=True, cwd=ROOT, timeout=60, check=False)  # noqa: S602 - ourselves
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""
