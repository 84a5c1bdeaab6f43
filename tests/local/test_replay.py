"""A recorded track through judge and zones."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.__main__ import main
from tests.clocks import NOON
from tests.core.zones.simulation import ORIGIN, Metres
from tests.proofs import ROOT

HOME, AWAY, FAR = Metres(0, 0), Metres(400, 0), Metres(3000, 0)
ZONE = f"school,{ORIGIN.latitude},{ORIGIN.longitude},100"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1" creator="tests" xmlns="http://www.topografix.com/GPX/1/1"'
)

Replay = Callable[..., tuple[list[tuple[str, str, str]], dict[str, int]]]


def point(minutes: float, where: Metres, inner: str = "", time: str | None = None) -> str:
    place = where.point()
    told = time or (NOON + timedelta(minutes=minutes)).isoformat()
    return f'<trkpt lat="{place.latitude}" lon="{place.longitude}"><time>{told}</time>{inner}</trkpt>'


def stay(where: Metres, start: int, count: int = 3, inner: str = "") -> str:
    return "".join(point(start + number, where, inner) for number in range(count))


def gpx(*points: str, namespaces: str = "") -> str:
    return f"{HEAD} {namespaces}><trk><trkseg>{''.join(points)}</trkseg></trk></gpx>"


@pytest.fixture
def replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Replay:
    def run(content: str | bytes, *arguments: str) -> Any:
        track = tmp_path / "track.gpx"
        track.write_bytes(content if isinstance(content, bytes) else content.encode())
        monkeypatch.setattr(sys, "argv", ["local", "replay", str(track), *(arguments or ("--zone", ZONE))])
        main()
        *events, counts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return [(each["time"], each["zone"], each["event"]) for each in events], counts

    return run


def refused(capsys: pytest.CaptureFixture[str], run: Callable[[], object]) -> str:
    with pytest.raises(SystemExit) as ending:
        run()
    assert ending.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.splitlines()[-1]


def test_each_zone_event_is_a_line_and_the_last_one_counts(replayed: Replay) -> None:
    track = gpx(stay(AWAY, 0), stay(HOME, 3), stay(AWAY, 10))
    assert replayed(track) == (
        [("2026-11-22T12:03:00Z", "school", "entered"), ("2026-11-22T12:10:00Z", "school", "left")],
        {"used": 9, "doubtful": 0, "dropped": 0},
    )


def test_each_zone_has_its_own_events_and_a_name_may_hold_commas(replayed: Replay) -> None:
    there = AWAY.point()
    zones = ("--zone", ZONE, "--zone", f"bij oma, thuis,{there.latitude},{there.longitude},100")
    events, _ = replayed(gpx(stay(AWAY, 0), stay(HOME, 3)), *zones)
    assert {(zone, event) for _, zone, event in events} == {("school", "entered"), ("bij oma, thuis", "left")}


def test_without_zones_only_the_counts_are_told(replayed: Replay) -> None:
    assert replayed(gpx(stay(AWAY, 0)), "--interval", "1") == ([], {"used": 3, "doubtful": 0, "dropped": 0})


def test_the_clock_moves_on_between_points_and_after_the_last(replayed: Replay) -> None:
    events, _ = replayed(gpx(stay(AWAY, 0), point(10, HOME), point(20, AWAY)))
    assert [event for _, _, event in events] == ["entered", "left"]


def test_what_cannot_be_a_fix_is_dropped_and_counted(replayed: Replay) -> None:
    wrong = [
        '<trkpt lat="52.2" lon="5.9"></trkpt>',
        '<trkpt lat="52.2" lon="5.9"><time>yesterday</time></trkpt>',
        '<trkpt lat="0" lon="0"><time>2026-11-22T12:03:00Z</time></trkpt>',
        '<trkpt lat="91" lon="5.9"><time>2026-11-22T12:03:00Z</time></trkpt>',
        '<trkpt lat="52.2" lon="-180.5"><time>2026-11-22T12:03:00Z</time></trkpt>',
        '<trkpt lat="nan" lon="5.9"><time>2026-11-22T12:03:00Z</time></trkpt>',
        point(2, HOME),
        point(1, HOME),
    ]
    events, counts = replayed(gpx(stay(AWAY, 0), *wrong, stay(HOME, 3)))
    assert counts == {"used": 6, "doubtful": 0, "dropped": len(wrong)}
    assert [event for _, _, event in events] == ["entered"]


def test_a_place_that_cannot_be_reached_is_doubtful_and_moves_nobody(replayed: Replay) -> None:
    moscow = Metres(2_000_000, 0)
    events, counts = replayed(gpx(stay(HOME, 0), stay(moscow, 3), stay(HOME, 6)))
    assert (events, counts) == ([], {"used": 6, "doubtful": 3, "dropped": 0})


def test_wifi_and_cells_are_what_they_say(replayed: Replay) -> None:
    for source, expected in (("gps", ["left"]), ("wifi", []), ("cell", []), ("Garmin", ["left"])):
        events, _ = replayed(gpx(stay(HOME, 0), stay(AWAY, 3, 6, f"<src>{source}</src>")))
        assert [event for _, _, event in events] == expected


@pytest.mark.parametrize(
    ("inner", "arguments", "is_clear"),
    [
        ("", (), True),
        ("", ("--accuracy", "100"), False),
        ("<hdop>2</hdop>", ("--accuracy", "100"), True),
        ("<hdop>20</hdop>", (), False),
        ("<hdop>20</hdop><extensions><accuracy>10</accuracy></extensions>", (), True),
        ("<hdop>1</hdop><extensions><w:accuracy>100</w:accuracy></extensions>", (), False),
        ("<extensions><accuracy>unknown</accuracy></extensions>", (), True),
        ("<extensions><accuracy>-5</accuracy></extensions>", ("--accuracy", "100"), False),
    ],
)
def test_the_accuracy_is_told_by_extension_dilution_or_argument(
    replayed: Replay, inner: str, arguments: tuple[str, ...], *, is_clear: bool
) -> None:
    near = Metres(170, 0)
    track = gpx(stay(HOME, 0, 3, "<hdop>1</hdop>"), stay(near, 3, 3, inner), namespaces='xmlns:w="urn:wachter"')
    events, _ = replayed(track, "--zone", ZONE, *arguments)
    assert bool(events) == is_clear


def test_one_point_is_kept_for_each_interval(replayed: Replay) -> None:
    track = gpx(*(point(number / 6, HOME) for number in range(60)))
    for interval_s, kept in ((10, 60), (60, 10), (25, 20), (600, 1)):
        assert replayed(track, "--zone", ZONE, "--interval", str(interval_s))[1]["used"] == kept


@pytest.mark.parametrize("time", ["2026-11-22T13:00:00+01:00", "2026-11-22T12:00:00", "2026-11-22T12:00:00.000Z"])
def test_times_are_told_in_utc(replayed: Replay, time: str) -> None:
    events, _ = replayed(gpx(stay(AWAY, -5), point(0, HOME, time=time), stay(HOME, 1)))
    assert [datetime.fromisoformat(at) for at, _, _ in events] == [NOON]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no track",
        b"<html/>",
        b"<gpx>",
        b"\xff\xfe\x00",
        b'<gpx version="1.1"><trk><trkseg><trkpt lat="x"/></trkseg></trk></gpx>',
    ],
    ids=["empty", "text", "another document", "cut off", "binary", "no coordinates"],
)
def test_a_file_that_is_no_track_is_refused_in_a_sentence(
    replayed: Replay, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    assert "track.gpx" in refused(capsys, lambda: replayed(content))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--zone", "school"),
        ("--zone", "school,52,5,wide"),
        ("--zone", "school,52,5,10"),
        ("--zone", "school,95,5,100"),
        ("--zone", ",52,5,100"),
        ("--interval", "0"),
        ("--interval", "soon"),
        ("--accuracy", "-1"),
        ("--accuracy", "inf"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_in_a_sentence(
    replayed: Replay, capsys: pytest.CaptureFixture[str], arguments: Iterable[str]
) -> None:
    assert "argument --" in refused(capsys, lambda: replayed(gpx(stay(HOME, 0)), *arguments))


def test_a_missing_file_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["local", "replay", "nowhere.gpx"])
    assert "nowhere.gpx" in refused(capsys, main)


def test_it_starts_without_the_platform() -> None:
    """AWS, CDK and the emulator take seconds to import."""
    heavy = "{'boto3', 'pynamodb', 'aws_cdk', 'ministack'}"
    program = f"import sys, local.__main__; sys.exit(bool({heavy} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0  # noqa: S603 - ours
