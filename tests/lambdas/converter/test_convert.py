"""What is made of recordings and pictures, and of all that only looks like one."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from core.messages.amr import checked_voice
from core.messages.model import (
    LARGEST_PICTURE_BYTES,
    LARGEST_VOICE_BYTES,
    LONGEST_VOICE,
    InvalidMedia,
    MediaFlaw,
)
from lambdas.converter.convert import LONGEST_SIDE_PX, kind_of_voice, photo, to_amr, to_m4a
from tests.recordings import amr, m4a, opus, picture, short, sound

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
RED, BLUE = (254, 0, 0), (0, 0, 254)


def flaw_of(convert: Callable[[bytes], bytes], content: bytes) -> MediaFlaw:
    with pytest.raises(InvalidMedia) as caught:
        convert(content)
    return caught.value.flaw


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg), formats=["JPEG"])


class TestVoices:
    @pytest.mark.parametrize("recorded", [m4a(2.0), opus(2.0)], ids=["m4a", "opus"])
    def test_what_a_phone_records_becomes_what_a_watch_plays(self, recorded: bytes) -> None:
        voice = to_amr(recorded)
        assert voice.startswith(b"#!AMR\n\x3c"), "12.2 kbit/s"
        kept, duration = checked_voice(voice, LONGEST_VOICE)
        assert kept == voice
        assert abs(duration - timedelta(seconds=2)) < timedelta(milliseconds=100)

    def test_what_a_watch_records_becomes_what_a_phone_plays(self) -> None:
        made = to_m4a(to_amr(m4a(2.0)))
        assert made[4:11] == b"ftypM4A"
        _, duration = checked_voice(to_amr(made), LONGEST_VOICE)
        assert abs(duration - timedelta(seconds=2)) < timedelta(milliseconds=200)

    def test_a_recorder_that_stops_a_little_late_is_cut_and_one_that_does_not_stop_is_refused(self) -> None:
        _, duration = checked_voice(to_amr(m4a(15.6)), LONGEST_VOICE)
        assert duration == LONGEST_VOICE
        assert flaw_of(to_amr, m4a(17.0)) is MediaFlaw.TOO_LONG
        assert flaw_of(to_m4a, amr(70.0)) is MediaFlaw.TOO_LONG

    @pytest.mark.attack("W-27", guard="lambdas.converter.convert:require_few_bytes", part="caps on what is decoded")
    def test_what_is_too_large_is_not_even_opened(self) -> None:
        padding = b"\0" * LARGEST_VOICE_BYTES
        assert flaw_of(to_amr, m4a() + padding) is MediaFlaw.TOO_LARGE
        assert flaw_of(to_m4a, amr() + padding) is MediaFlaw.TOO_LARGE

    @pytest.mark.attack("W-27", guard="lambdas.converter.convert:kind_of_voice", part="HTML is no audio")
    @pytest.mark.parametrize(
        "content",
        [b"", HTML, b"#!AMR-WB\n" + bytes(100), b"OggS" + bytes(100), sound("wav", "pcm_s16le", 0.1), picture()],
        ids=short,
    )
    def test_what_is_no_recording_by_its_first_bytes_is_refused(self, content: bytes) -> None:
        assert flaw_of(to_amr, content) is MediaFlaw.ANOTHER_KIND
        assert flaw_of(to_m4a, content) is MediaFlaw.ANOTHER_KIND

    @pytest.mark.attack("W-27", guard="lambdas.converter.convert:require_decoder", part="one decoder a kind")
    @pytest.mark.parametrize(
        ("muxer", "encoder"), [("mp4", "libmp3lame"), ("mp4", "alac"), ("mp4", "libopus"), ("mov", "pcm_s16le")]
    )
    def test_no_decoder_runs_but_the_one_of_the_kind(self, muxer: str, encoder: str) -> None:
        assert flaw_of(to_amr, sound(muxer, encoder, 0.5)) is MediaFlaw.ANOTHER_KIND

    def test_html_behind_the_first_bytes_of_a_recording_is_refused(self) -> None:
        for head in (b"\0\0\0\x20ftypM4A ", opus()[:36], b"#!AMR\n\x80"):
            assert flaw_of(to_m4a if head.startswith(b"#!AMR") else to_amr, head + HTML) is MediaFlaw.UNREADABLE

    @pytest.mark.parametrize("recorded", [m4a(), opus()], ids=["m4a", "opus"])
    def test_a_recording_that_is_cut_anywhere_is_a_shorter_one_or_refused(self, recorded: bytes) -> None:
        for end in range(0, len(recorded), 97):
            converted_or_refused(to_amr, recorded[:end])

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.sampled_from([m4a(0.3), opus(0.3)]),
        st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=6)), max_size=8),
    )
    def test_a_damaged_recording_is_converted_or_refused_and_nothing_else(
        self, recorded: bytes, damages: list[tuple[int, bytes]]
    ) -> None:
        damaged = bytearray(recorded)
        for position, replacement in damages:
            damaged[position : position + len(replacement)] = replacement
        converted_or_refused(to_amr, bytes(damaged))

    @settings(max_examples=100, deadline=None)
    @given(st.sampled_from([b"", b"\0\0\0\x1cftypM4A ", opus()[:60], b"#!AMR\n"]), st.binary(max_size=2_000))
    def test_any_bytes_are_converted_or_refused_and_nothing_else(self, head: bytes, content: bytes) -> None:
        converted_or_refused(to_amr, head + content)
        converted_or_refused(to_m4a, head + content)

    def test_a_file_that_names_another_opens_nothing_else(self) -> None:
        with_reference = m4a().replace(b"url \0\0\0\0\0\0\0\x01", b"url \0\0\0\0\0\0\0\0")
        converted_or_refused(to_amr, with_reference)
        assert kind_of_voice(with_reference).demuxer == "mov"


def converted_or_refused(convert: Callable[[bytes], bytes], content: bytes) -> None:
    try:
        convert(content)
    except InvalidMedia:
        return


class TestPictures:
    def test_a_picture_becomes_a_small_jpeg(self) -> None:
        made = opened(photo(picture(1600, 1200)))
        assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (LONGEST_SIDE_PX, 480))
        assert_is(made.getpixel((10, 10)), RED)
        assert_is(made.getpixel((630, 10)), BLUE)

    def test_a_small_one_is_not_blown_up(self) -> None:
        assert opened(photo(picture(80, 60, "PNG"))).size == (80, 60)

    def test_what_is_transparent_is_white(self) -> None:
        drawn = io.BytesIO()
        Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(drawn, "PNG")
        assert_is(opened(photo(drawn.getvalue())).getpixel((20, 20)), (255, 255, 255))

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
    def test_every_mode_of_a_picture_is_taken(self, mode: str) -> None:
        drawn = io.BytesIO()
        Image.new(mode, (40, 40)).save(drawn, "JPEG" if mode == "CMYK" else "PNG")
        assert opened(photo(drawn.getvalue())).mode == "RGB"

    @pytest.mark.promise("P-31", guard="lambdas.converter.convert:photo", part="stored without metadata")
    @pytest.mark.attack("Z-18", guard="lambdas.converter.convert:photo", part="no metadata")
    def test_no_place_no_comment_and_no_thumbnail_is_in_what_is_made(self) -> None:
        exif = Image.Exif()
        exif[ExifTags.Base.Make] = "Canary"
        exif[ExifTags.Base.GPSInfo] = {ExifTags.GPS.GPSLatitude: (52.0, 12.0, 40.0), ExifTags.GPS.GPSLatitudeRef: "N"}
        given_picture = picture(exif=exif, comment=b"Canary", icc_profile=b"Canary" * 10, xmp=b"Canary")
        assert b"Canary" in given_picture
        made = photo(given_picture)
        assert b"Canary" not in made
        assert b"Exif" not in made
        assert set(opened(made).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}

    def test_texts_of_a_png_are_gone_too(self) -> None:
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Comment", "Canary")
        assert b"Canary" not in photo(picture(form="PNG", pnginfo=texts))

    def test_it_is_upright_though_the_camera_was_not(self) -> None:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = 6  # its top is at the right
        made = opened(photo(picture(800, 600, exif=exif)))
        assert made.size == (480, 640)
        assert_is(made.getpixel((240, 10)), RED)
        assert_is(made.getpixel((240, 630)), BLUE)

    @pytest.mark.attack("Z-18", guard="lambdas.converter.convert:require_few_pixels", part="no decompression bomb")
    @pytest.mark.parametrize("form", ["PNG", "JPEG"])
    def test_a_picture_of_a_hundred_million_pixels_is_not_opened(self, form: str) -> None:
        drawn = io.BytesIO()
        Image.new("1", (10_000, 10_000)).save(drawn, form)
        assert len(drawn.getvalue()) < LARGEST_PICTURE_BYTES
        assert flaw_of(photo, drawn.getvalue()) is MediaFlaw.TOO_LARGE

    @pytest.mark.attack("Z-18", guard="lambdas.converter.convert:require_few_bytes", part="capped")
    def test_what_is_too_large_is_not_opened(self) -> None:
        assert flaw_of(photo, picture() + bytes(LARGEST_PICTURE_BYTES)) is MediaFlaw.TOO_LARGE

    @pytest.mark.attack("Z-18", guard="lambdas.converter.convert:photo", part="polyglots come out clean")
    @pytest.mark.parametrize("form", ["JPEG", "PNG"])
    def test_an_archive_behind_a_picture_is_gone(self, form: str) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as written:
            written.writestr("canary.html", HTML)
        polyglot = picture(form=form) + archive.getvalue()
        assert zipfile.is_zipfile(io.BytesIO(polyglot))
        made = photo(polyglot)
        assert not zipfile.is_zipfile(io.BytesIO(made))
        assert HTML not in made

    @pytest.mark.attack("Z-18", guard="lambdas.converter.convert:kind_of_picture", part="sniffed")
    @pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO"])
    def test_no_other_kind_is_taken(self, form: str) -> None:
        assert flaw_of(photo, picture(100, 100, form)) is MediaFlaw.ANOTHER_KIND

    @pytest.mark.parametrize("content", [b"", HTML, b"%!PS-Adobe-3.0", m4a()], ids=short)
    def test_what_is_no_picture_by_its_first_bytes_is_refused(self, content: bytes) -> None:
        assert flaw_of(photo, content) is MediaFlaw.ANOTHER_KIND

    @pytest.mark.parametrize("form", ["JPEG", "PNG"])
    def test_a_picture_that_is_cut_anywhere_is_refused(self, form: str) -> None:
        whole = picture(64, 48, form)
        for end in range(12, len(whole) - 30, 7):
            converted_or_refused(photo, whole[:end])
        assert flaw_of(photo, whole[: len(whole) // 2]) is MediaFlaw.UNREADABLE

    @settings(max_examples=200, deadline=None)
    @given(
        st.sampled_from(["JPEG", "PNG"]), st.lists(st.tuples(st.integers(0, 1_000), st.binary(max_size=6)), max_size=8)
    )
    def test_a_damaged_picture_is_converted_or_refused_and_nothing_else(
        self, form: str, damages: list[tuple[int, bytes]]
    ) -> None:
        damaged = bytearray(picture(64, 48, form))
        for position, replacement in damages:
            damaged[position : position + len(replacement)] = replacement
        converted_or_refused(photo, bytes(damaged))


def assert_is(pixel: object, colour: tuple[int, int, int]) -> None:
    """Assert that a pixel has this colour, as well as JPEG keeps it."""
    assert isinstance(pixel, tuple)
    assert all(abs(is_ - expected) < 12 for is_, expected in zip(pixel, colour, strict=True))
