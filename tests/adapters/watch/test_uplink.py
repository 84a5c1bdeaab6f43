"""From frames of the wire to reports of the core."""

from typing import cast

import pytest

from adapters.watch.uplink import WireDecoder
from core.kernel.geo import Point
from core.tracking.model import Addressed, Cell, NothingKept, Recording, Report, Undecodable
from tests.clocks import NOON
from tests.frames import DEVICE, location, minutes, raw

DECODER = WireDecoder()


def _decode(content: str) -> Report | Recording | NothingKept | Undecodable:
    addressed = DECODER.address(raw(content))
    assert isinstance(addressed, Addressed)
    return DECODER.decode(addressed, NOON)


def _report(content: str) -> Report:
    return cast("Report", _decode(content))


def test_a_location_report_is_told_whole() -> None:
    report = _report(location(NOON, -33.5, 5.25, letters=("S", "W"), word="UD2", status="00210000", tail="0,0,58.0"))
    assert report == Report(
        identity=location(NOON, -33.5, 5.25, letters=("S", "W"), status="00210000", tail="0,0,58.0").partition(",")[2],
        told_at=NOON,
        point=Point(-33.5, -5.25),
        fix_is_valid=True,
        satellites=7,
        accuracy_m=58.0,
        altitude_m=12.0,
        speed_kmh=1.1,
        course_deg=0.0,
        battery_percent=90,
        signal_percent=80,
        steps=50,
        rolls=0,
        alarms=("sos", "fall"),
        tells_alarms=True,
        backlog=True,
    )


def test_what_is_around_a_watch_is_told_the_strongest_access_point_and_the_serving_cell_first() -> None:
    cells = "2,1,204,8,3021,12345,140,3021,12346,131"
    wifi = "4,Thuis,00:00:5e:00:53:01,-80,Buren,0:0:5E:0:53:2,-50,,00:00:5e:00:53:03,61,Weg,00:00:5e:00:53:04,"
    report = _report(location(NOON, tail=f"{cells},{wifi}"))
    assert report.access_points == tuple(f"00:00:5e:00:53:0{number}" for number in (2, 3, 1, 4))
    assert report.cells == (Cell(204, 8, 3021, 12345), Cell(204, 8, 3021, 12346))


@pytest.mark.parametrize(
    "mac", ["02:00:00:00:00:01", "da:a1:19:00:00:01", "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"]
)
def test_an_address_that_no_maker_gave_is_left_out(mac: str) -> None:
    report = _report(location(NOON, tail=f"0,2,Telefoon,{mac},-40,Thuis,00:00:5e:00:53:01,-80"))
    assert report.access_points == ("00:00:5e:00:53:01",)


def test_a_cell_without_a_network_is_left_out() -> None:
    assert _report(location(NOON, tail="1,1,,,3021,12345,140,0")).cells == ()


@pytest.mark.promise("P-20", guard="wire.location:count", part="decoding")
@pytest.mark.parametrize("told", ["", "-1", "geen", "99999999999"])
def test_steps_that_a_watch_does_not_tell_are_none_and_not_zero(told: str) -> None:
    report = _report(location(NOON).replace(",50,0,", f",{told},0,"))
    assert (report.steps, report.rolls) == (None, 0)
    assert report.battery_percent == 90


def test_a_location_that_is_sent_again_under_another_word_is_the_same_unless_the_word_alone_is_an_alarm() -> None:
    report = _report(location(NOON))
    assert _report(location(NOON, word="UD2")).identity == report.identity
    alarm, repeated = _report(location(NOON, word="AL")), _report(location(NOON, word="AL_LTE"))
    assert alarm.alarms == ("general",)
    assert alarm.identity != report.identity
    assert repeated.identity == alarm.identity


def test_a_frame_of_a_kind_that_is_dropped_is_not_even_decoded() -> None:
    assert DECODER.address(raw("heart,99")) == NothingKept("health")
    assert DECODER.address(raw("WIFIINFOUP,a,b,c")) == NothingKept("wifi_setup")
    assert DECODER.address(raw("NEVERSEEN")) == NothingKept("unknown")


def test_a_weather_request_without_a_place_is_nothing_to_keep() -> None:
    assert _decode("WT") == NothingKept("weather_request")


@pytest.mark.parametrize("content", ["UD", "UD,1", "UD_LTE,221126,120000"])
def test_a_location_that_cannot_be_read_is_told_as_such(content: str) -> None:
    assert _decode(content) == Undecodable()


def test_a_heartbeat_is_of_its_receipt_and_never_repeats_another() -> None:
    addressed = DECODER.address(raw("LK,1,2,3"))
    assert isinstance(addressed, Addressed)
    now, later = (DECODER.decode(addressed, at) for at in (NOON, NOON + minutes(1)))
    assert isinstance(now, Report)
    assert isinstance(later, Report)
    assert (now.told_at, later.told_at) == (NOON, NOON + minutes(1))
    assert now.identity != later.identity


def test_coordinates_that_no_place_has_are_told_apart_from_none_at_all() -> None:
    assert _report(location(NOON, 91)).coordinates_refused
    empty = _report(location(NOON, "", ""))
    assert not empty.coordinates_refused
    assert empty.point is None


def test_no_repr_shows_whose_frame_it_is_or_where() -> None:
    addressed = DECODER.address(raw(location(NOON)))
    assert isinstance(addressed, Addressed)
    shown = repr(addressed) + repr(DECODER.decode(addressed, NOON))
    assert DEVICE not in shown
    assert "52.2112" not in shown
