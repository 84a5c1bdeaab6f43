import pytest

from wire.media import Reassembly, Refusal, Upload
from wire.messages import MediaPart


def part(number: int, total: int = 3, *, name: str = "a.amr", payload: bytes | None = None) -> MediaPart:
    return MediaPart(channel="0", name=name, number=number, total=total, payload=payload or bytes([number]))


def test_parts_in_order_make_an_upload() -> None:
    upload = Reassembly()
    assert [upload.add(part(number)) for number in (1, 2)] == [None, None]
    assert upload.is_open
    assert upload.add(part(3)) == Upload("0", "a.amr", b"\x01\x02\x03")
    assert not upload.is_open


def test_a_part_that_is_sent_again_changes_nothing() -> None:
    upload = Reassembly()
    assert [upload.add(part(number)) for number in (1, 1, 2, 2)] == [None] * 4
    assert upload.add(part(3)) == Upload("0", "a.amr", b"\x01\x02\x03")


def test_a_first_part_begins_anew() -> None:
    upload = Reassembly()
    assert [upload.add(part(1)), upload.add(part(2)), upload.add(part(1, 1, name="b"))][-1] == Upload("0", "b", b"\x01")


@pytest.mark.parametrize(
    ("second", "refusal"),
    [
        (part(3), Refusal.OUT_OF_ORDER),
        (part(2, name="b.amr"), Refusal.OUT_OF_ORDER),
        (part(2, 4), Refusal.OTHER_TOTAL),
        (part(0), Refusal.OUT_OF_ORDER),
        (part(2, payload=b"x" * 99), Refusal.TOO_LARGE),
    ],
)
def test_a_part_that_does_not_fit_drops_the_upload(second: MediaPart, refusal: Refusal) -> None:
    upload = Reassembly(max_bytes=64)
    upload.add(part(1))
    assert upload.add(second) is refusal
    assert not upload.is_open
    assert upload.add(part(3)) is Refusal.OUT_OF_ORDER


def test_more_parts_than_allowed_are_refused_at_the_first() -> None:
    assert Reassembly(max_parts=2).add(part(1, 3)) is Refusal.TOO_MANY_PARTS


@pytest.mark.parametrize("total", [0, 1])
def test_a_part_beyond_its_total_is_refused(total: int) -> None:
    assert Reassembly().add(part(2, total)) is Refusal.OUT_OF_ORDER
    assert isinstance(Reassembly().add(part(1, total)), Upload if total else Refusal)


def test_no_repr_shows_an_upload() -> None:
    assert repr(Upload("0", "a.amr", b"abc")) == "Upload(3 bytes)"
