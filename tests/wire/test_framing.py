import time
import tracemalloc
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.builders import BODY, DEVICE, PLACE, contents_of, corpus, events_of, framed
from wire.framing import Event, Frame, Framer, Garbage, LimitExceeded, Limits

LK = framed("LK")
KIB = 1024
SMALL = Limits(text_frame_bytes=256, media_frame_bytes=1024, garbage_bytes=512)


def pieces(stream: bytes, cuts: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [stream[begin:end] for begin, end in pairwise(edges)]


def cut_events(parts: Iterable[bytes], limits: Limits) -> list[Event]:
    framer = Framer(limits)
    events = [event for part in parts for event in framer.receive(part)]
    return events + framer.end()


NOISE = st.sampled_from(
    [
        b"[",
        b"]",
        b"\r\n",
        b"x",
        b"[3G*",
        b"[SG*12345678[",
        b"]]",
        b"][",
        b"\xffAQSH\x00",
        b"[3G*8800000015*00",
        b"*",
        b"\n",
    ]
)
TEXTS = st.sampled_from(
    [
        "LK",
        "LK,1,2,99",
        "AL",
        "CR",
        "TK,#!AMR\x01}\x02",
        "XYZ,a]b",
        PLACE,
        f"AL,{BODY},0,1,a]b[c,f4:db:e6:d2:a8:00,-53",
        f"UD,{BODY},0,1,x][3G*{DEVICE}*0002*LK],f4:db:e6:d2:a8:00,-53",
    ]
)
LYING_FIELDS = st.sampled_from(["-014", "+002", "0x02", " 002", "00 2", "0_02", "000G", "00002", "002"]).map(
    lambda field: f"[3G*{DEVICE}*{field}*LK]".encode()
)
FRAMES = st.builds(
    lambda text, index, lie: framed(text, index=index, length=max(0, len(text) + lie) if lie else None),
    TEXTS,
    st.sampled_from(["", "", "0003"]),
    st.sampled_from([0, 0, 0, -3, 3, 13, 23, 60_000, -99]),
)
STREAMS = st.lists(st.one_of(NOISE, FRAMES, LYING_FIELDS, st.binary(max_size=12)), max_size=8).map(b"".join)


@given(STREAMS, st.lists(st.integers(0, 4000), max_size=12), st.sampled_from([Limits(), SMALL]))
def test_any_cut_of_a_stream_gives_the_same_events(stream: bytes, cuts: list[int], limits: Limits) -> None:
    assert cut_events(pieces(stream, cuts), limits) == events_of(stream, limits)


@pytest.mark.attack("W-07", guard="wire.framing:Framer._keep", part="split at every byte")
@given(STREAMS)
def test_a_stream_split_at_every_byte_gives_the_same_events(stream: bytes) -> None:
    single = [stream[at : at + 1] for at in range(len(stream))]
    assert cut_events(single, SMALL) == events_of(stream, SMALL)


@pytest.mark.parametrize("entry", corpus("given"), ids=lambda entry: entry["hex"][:24])
def test_every_cut_of_a_real_frame_gives_that_frame(entry: dict[str, str]) -> None:
    stream = bytes.fromhex(entry["hex"]) + LK
    whole = events_of(stream)
    for cut in range(len(stream)):
        assert cut_events([stream[:cut], stream[cut:]], Limits()) == whole


def test_a_frame_names_maker_device_index_type_and_content() -> None:
    signature = "0123456789abcdef" * 2
    [plain] = events_of(b"[SG*689466020014198*000D*LK,50,100,100]")
    [indexed] = events_of(b"[ZJ*689466020014198*0003*0002*LK]")
    [signed] = events_of(b"[" + signature.encode() + b"SG*8800000015*0002*LK]")
    assert plain == Frame(
        "SG", "689466020014198", None, "LK", b"LK,50,100,100", b"[SG*689466020014198*000D*LK,50,100,100]"
    )
    assert isinstance(indexed, Frame)
    assert isinstance(signed, Frame)
    assert (indexed.index, indexed.content) == ("0003", b"LK")
    assert (signed.signature, signed.manufacturer, signed.device) == (signature, "SG", "8800000015")


@pytest.mark.parametrize("lie", [-99, -3, 1, 3, 13, 23, 46, 400, 4000, 60_000])
@pytest.mark.parametrize("content", ["LK", "LK,1,2,99", PLACE, PLACE.replace("UD", "AL")])
def test_a_wrong_length_neither_loses_its_frame_nor_eats_the_next(content: str, lie: int) -> None:
    stream = framed(content, length=max(0, len(content) + lie)) + LK + framed(PLACE) + LK
    assert contents_of(stream) == [content, "LK", PLACE, "LK"]


@pytest.mark.attack("W-07", guard="wire.framing:_before_glued_frame", part="glued frames")
@pytest.mark.parametrize("next_frame", [LK, framed(PLACE), LK + LK, b"\r\n" + LK, framed("LK,1,2,99") + framed(PLACE)])
def test_a_length_that_covers_the_next_frame_to_the_byte_does_not_swallow_it(next_frame: bytes) -> None:
    stream = framed(PLACE, length=len(PLACE) + len(next_frame)) + next_frame
    assert contents_of(stream) == [PLACE, *contents_of(next_frame)]


def test_a_decimal_length_is_understood() -> None:
    name_with_bracket = f"UD,{BODY},0,1,a]b,f4:db:e6:d2:a8:00,-53"
    stream = f"[3G*{DEVICE}*{len(name_with_bracket):04}*{name_with_bracket}]".encode() + b"]" + LK
    assert contents_of(stream) == [name_with_bracket, "LK"]


@pytest.mark.parametrize(
    "name", ["a]b", "a[b", "]", "[", "][", "a][b", f"][3G*{DEVICE}*0002*LK]", f"][3G*{DEVICE}*0024*AL"]
)
def test_brackets_in_a_wifi_name_neither_cut_a_frame_nor_eat_the_next(name: str) -> None:
    content = f"UD,{BODY},0,1,{name},f4:db:e6:d2:a8:00,-53,12.0"
    assert contents_of(framed(content) + LK) == [content, "LK"]


@pytest.mark.parametrize(
    "noise", [b"noise", b"[", b"[3G*", b"[SG*12345678", b"]]]", b"\xffAQSH\x00+\x01", b"[3G*8800000015*zz*"]
)
def test_the_next_good_frame_after_noise_is_found(noise: bytes) -> None:
    assert events_of(LK + noise + LK)[1] == Garbage(len(noise))
    assert contents_of(LK + noise + LK) == ["LK", "LK"]


def test_a_frame_that_breaks_off_does_not_eat_the_one_behind_it() -> None:
    cut_off = framed(PLACE)[:60]
    assert events_of(cut_off + LK + framed(PLACE)) == [Garbage(60), *events_of(LK + framed(PLACE))]
    assert events_of(framed("LK,1,2,99")[:25] + LK) == [Garbage(25), *events_of(LK)]


def test_a_frame_with_a_wrong_length_survives_the_noise_behind_it() -> None:
    assert contents_of(framed(PLACE, length=3) + b"noise" + LK) == [PLACE, "LK"]
    assert contents_of(framed(PLACE, length=3) + b"noise") == [PLACE]


def test_line_ends_between_frames_are_no_garbage() -> None:
    assert events_of(b"\r\n" + LK + b"\r\n" + LK + b"\n") == events_of(LK + LK)


def test_noise_with_line_ends_is_counted_from_its_first_byte() -> None:
    assert events_of(b"\r\nab\r\n" + LK)[0] == Garbage(4)


def test_a_short_frame_with_a_wrong_length_is_answered_at_once() -> None:
    assert len(Framer().receive(framed("LK,1,2,99", length=40))) == 1


@pytest.mark.parametrize("lie", [-3, 5])
def test_a_report_with_a_wrong_length_waits_for_a_pause_or_the_next_byte(lie: int) -> None:
    report = framed(PLACE, length=len(PLACE) + lie)
    pausing, going_on = Framer(), Framer()
    assert pausing.receive(report) == []
    waits = [pausing.is_waiting, len(pausing.idle()) == 1, pausing.is_waiting]
    assert waits == [True, True, False]
    assert pausing.receive(LK) == events_of(LK)
    assert going_on.receive(report) == []
    assert [*going_on.receive(LK), *going_on.receive(LK)][-1] == events_of(LK)[0]


def test_a_pause_within_a_frame_changes_nothing() -> None:
    framer = Framer()
    report = framed(PLACE)
    assert framer.receive(report[:50]) == []
    assert not framer.is_waiting
    assert framer.idle() == []
    assert framer.receive(report[50:]) == events_of(report)


@pytest.mark.attack("W-06", guard="wire.framing:_may_be_waited_for")
def test_absurd_lengths_cost_nothing_and_hold_nothing_up() -> None:
    bombs = ["2147483648", "80000000", "99999999", "-1", "-001", "zzzz", "0x10", "+012", " 012", "1_00"]
    stream = b"".join(f"[3G*{DEVICE}*{bomb}*{PLACE}]".encode() for bomb in bombs)
    framer = Framer()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        events = [*framer.receive(stream), *framer.receive(framed(PLACE, length=0xFFFF)), *framer.receive(LK)]
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most - before < KIB * KIB
    assert [type(event) for event in events] == [Garbage, Frame, Frame]
    assert events[0] == Garbage(len(stream))


def test_a_negative_length_never_moves_the_framer_back() -> None:
    for below in range(1, 0xFFF):
        framer = Framer()
        framer.receive(LK)
        bomb = f"[3G*{DEVICE}*-{below:03X}*LK,1".encode()
        assert [*framer.receive(bomb), *framer.end()] == [Garbage(len(bomb))]


def test_length_bombs_use_up_the_limit_of_garbage() -> None:
    bomb = f"[3G*{DEVICE}*99999999*{PLACE}]".encode()
    events = events_of(bomb * 10 + LK, SMALL)
    assert events == [Garbage(SMALL.garbage_bytes), LimitExceeded("garbage")]


@pytest.mark.attack("W-09", guard="wire.framing:Framer._give_up")
@pytest.mark.parametrize(("kind", "cap"), [("UD", 4 * KIB), ("LK", 4 * KIB), ("TK", 64 * KIB)])
def test_a_frame_without_end_closes_the_connection_at_its_limit(kind: str, cap: int) -> None:
    framer = Framer()
    events = framer.receive(f"[3G*{DEVICE}*0FFF*{kind},".encode())
    received = 0
    while not events and received < 2 * cap:
        received += 1000
        events = framer.receive(b"7" * 1000)
    assert events == [LimitExceeded("frame")]
    assert received <= cap + 1000
    assert framer.closed
    assert framer.receive(LK) == []
    assert framer.end() == []


@given(st.lists(st.one_of(STREAMS, st.binary(max_size=300)), max_size=10))
def test_memory_held_never_exceeds_the_limit_of_a_frame(parts: list[bytes]) -> None:
    framer = Framer(SMALL)
    for part in parts:
        framer.receive(part)
        assert len(framer._pending) <= SMALL.media_frame_bytes


@given(st.binary(max_size=600))
def test_no_bytes_raise_and_every_byte_is_accounted_for(stream: bytes) -> None:
    framer = Framer()
    events = [*framer.receive(stream), *framer.idle(), *framer.end()]
    sizes = [event.length if isinstance(event, Garbage) else len(getattr(event, "raw", b"")) for event in events]
    line_ends = stream.count(b"\r") + stream.count(b"\n")
    assert len(stream) - line_ends <= sum(sizes) <= len(stream)


def test_an_endless_frame_can_be_passed_over_in_a_capture() -> None:
    capture = Limits(text_frame_bytes=256, endless_frame_closes=False)
    stream = f"[3G*{DEVICE}*0FFF*UD,".encode() + b"7" * 5000 + LK
    assert events_of(stream, capture)[-1] == events_of(LK)[0]


@pytest.mark.parametrize(
    "unit",
    [
        b"[",
        b"]",
        b"[[]",
        b"][",
        f"[3G*{DEVICE}*FFFF*".encode(),
        f"[3G*{DEVICE}*0001*".encode(),
        f"[3G*{DEVICE}*FFFF*TK,]x".encode(),
        f"[3G*{DEVICE}*0FFF*UD,]".encode(),
        b"[3G*8800000015*",
        b"]\r\n\r\n\r\n",
    ],
)
def test_the_work_is_linear_in_hostile_bytes(unit: bytes) -> None:
    endless = Limits(garbage_bytes=1 << 40, endless_frame_closes=False)

    def seconds(size: int) -> float:
        stream = unit * (size // len(unit))
        best = float("inf")
        for _ in range(3):
            started = time.process_time()
            events_of(stream, endless)
            best = min(best, time.process_time() - started)
        return best

    assert seconds(256 * KIB) < 12 * max(seconds(64 * KIB), 1e-3)  # 4 if linear, 16 if quadratic


def test_closing_brackets_one_by_one_are_not_searched_again() -> None:
    def seconds(size: int) -> float:
        framer = Framer(Limits(garbage_bytes=1 << 40))
        framer.receive(f"[3G*{DEVICE}*0001*TK,".encode())
        started = time.process_time()
        for _ in range(size // 2):
            framer.receive(b"]")
            framer.receive(b"x")
        return time.process_time() - started

    assert seconds(32 * KIB) < 12 * max(seconds(8 * KIB), 1e-3)


def test_no_repr_shows_what_a_frame_holds() -> None:
    [frame] = events_of(framed(PLACE))
    assert repr(frame) == f"Frame(type='UD', {len(framed(PLACE))} bytes)"
