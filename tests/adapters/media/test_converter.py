"""The converter as the API asks it: its messages are those that the function takes and gives."""

import json
import logging

import pytest

from adapters.media.converter import LambdaConverter
from core.messages.model import InvalidMedia, MediaFlaw
from tests.fakes.messages import FunctionHere
from tests.recordings import amr, m4a, opus, picture, short

CONVERTER = LambdaConverter(FunctionHere(), "converter")


def test_a_voice_and_a_picture_pass_through_it() -> None:
    assert CONVERTER.to_amr(m4a()).startswith(b"#!AMR\n")
    assert CONVERTER.to_m4a(amr())[4:11] == b"ftypM4A"
    assert CONVERTER.photo(picture()).startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(
    ("content", "flaw"),
    [(b"<html>", MediaFlaw.ANOTHER_KIND), (opus(17.0), MediaFlaw.TOO_LONG), (m4a()[:99], MediaFlaw.UNREADABLE)],
    ids=short,
)
def test_what_it_refuses_is_refused_with_its_flaw(content: bytes, flaw: MediaFlaw) -> None:
    with pytest.raises(InvalidMedia) as caught:
        CONVERTER.to_amr(content)
    assert caught.value.flaw is flaw


def test_what_ends_the_function_is_taken_for_damaged() -> None:
    with pytest.raises(InvalidMedia) as caught:
        LambdaConverter(FunctionHere(fails=True), "converter").photo(picture())
    assert caught.value.flaw is MediaFlaw.UNREADABLE


def test_the_function_tells_counts_only(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    CONVERTER.photo(picture(comment=b"Canary"))
    with pytest.raises(InvalidMedia):
        CONVERTER.to_amr(m4a()[:200] + b"Canary" * 100)
    printed, failed = capfd.readouterr()
    lines = [json.loads(line) for line in printed.splitlines()]
    assert [line.keys() - {"_aws", "function"} for line in lines] == [{"photo"}, {"refused_unreadable"}]
    assert failed == caplog.text == ""
