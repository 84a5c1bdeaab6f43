import tracemalloc

import pytest

from tests.wire.builders import BODY, DEVICE, PLACE, framed
from wire.framing import Garbage, LimitExceeded, Limits
from wire.session import Event, FrameReceived, IdentityChanged, Session

LK = framed("LK")


def received(content: str) -> FrameReceived:
    [event] = Session().receive(framed(content))
    assert isinstance(event, FrameReceived)
    return event


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events if isinstance(event, FrameReceived)]


def test_a_heartbeat_is_acknowledged_at_once() -> None:
    event = received("LK,1,2,99")
    assert event.acknowledgement == b"[3G*8800000015*0002*LK]"
    assert (event.durable_first, event.needs_flush, event.kind) == (False, False, "heartbeat")


@pytest.mark.parametrize("word", ["AL", "AL_LTE", "AL_WCDMA", "AL_TDSCDMA", "AL_CDMA", "ALCUSTOMER1"])
def test_an_alarm_is_durable_first_flushed_and_answered_by_its_own_word(word: str) -> None:
    event = received(f"{word},{BODY},0,0")
    assert event.acknowledgement == f"[3G*{DEVICE}*{len(word):04x}*{word}]".encode()
    assert (event.durable_first, event.needs_flush, event.kind) == (True, True, "location")


@pytest.mark.parametrize(
    ("content", "answer"),
    [("TK,#!AMR", b"0004*TK,1"), ("JXTK,0,a,1,2,x", b"0007*JXTKR,1"), ("TK2,x", None), ("img,5,,x", b"0003*img")],
)
def test_media_is_durable_first(content: str, answer: bytes | None) -> None:
    event = received(content)
    assert event.durable_first
    assert event.acknowledgement == (None if answer is None else f"[3G*{DEVICE}*".encode() + answer + b"]")


@pytest.mark.parametrize("content", ["TK,0", "TK,1"])
def test_what_a_watch_says_of_our_voice_message_is_not_answered(content: str) -> None:
    event = received(content)
    assert (event.acknowledgement, event.durable_first, event.kind) == (None, False, "command_reply")


@pytest.mark.parametrize("content", [PLACE, "UD2", "CR", "XYZ,1", "WT", "PHLQ", "Time", "LGZONE"])
def test_what_has_no_stateless_answer_gets_none(content: str) -> None:
    assert received(content).acknowledgement is None


@pytest.mark.attack("W-07", guard="wire.session:Session._is_bound", part="nothing is given to another watch")
def test_a_socket_belongs_to_the_id_of_its_first_frame() -> None:
    session = Session()
    other = framed("LK", device="8800000016")
    assert kinds(session.receive(LK)) == ["heartbeat"]
    assert session.receive(other) == [IdentityChanged("heartbeat")]
    assert kinds(session.receive(LK)) == ["heartbeat"]
    assert session.device == DEVICE


def test_the_index_of_each_frame_is_echoed() -> None:
    session = Session()
    acknowledgements = [
        event.acknowledgement
        for index in ("0003", "0004")
        for event in session.receive(framed("LK", index=index))
        if isinstance(event, FrameReceived)
    ]
    assert acknowledgements == [f"[3G*{DEVICE}*{index}*0002*LK]".encode() for index in ("0003", "0004")]


def test_a_pause_releases_a_frame_with_a_wrong_length() -> None:
    session = Session()
    assert session.receive(framed(f"AL,{BODY},0,0", length=200)) == []
    assert session.is_waiting
    assert kinds(session.idle()) == ["location"]
    assert not session.is_waiting


def test_only_what_is_acknowledged_is_sent_and_once() -> None:
    session = Session()
    heartbeat, report = session.receive(LK + framed(PLACE))
    assert isinstance(heartbeat, FrameReceived)
    assert isinstance(report, FrameReceived)
    assert session.data_to_send() == b""
    session.acknowledge(heartbeat)
    session.acknowledge(report)
    session.acknowledge(heartbeat)
    assert session.data_to_send() == LK * 2
    assert session.data_to_send() == b""


def test_an_exceeded_limit_and_the_end_close_the_session() -> None:
    limited, ended = Session(Limits(garbage_bytes=8)), Session()
    assert limited.receive(b"x" * 20) == [Garbage(8), LimitExceeded("garbage")]
    assert limited.closing
    assert limited.receive(LK) == []
    assert ended.receive(b"[3G*880") == []
    assert ended.end() == [Garbage(7)]
    assert ended.closing


def test_a_quiet_connection_costs_less_than_a_kibibyte() -> None:
    count = 200
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        sessions = [Session() for _ in range(count)]
        for session in sessions:
            session.receive(LK + framed(PLACE))
        each = (tracemalloc.get_traced_memory()[0] - before) / count
    finally:
        tracemalloc.stop()
    assert each < 1024
