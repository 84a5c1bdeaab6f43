"""Voices and pictures from one form into another.

What is decoded comes from strangers. So its kind is found by its first bytes and the one demuxer and decoder of that
kind are named beforehand: none of the hundreds of others ever runs, and nothing is opened but the given bytes. Length
and size are checked on the way; what a decoder spends besides ends with the function's own memory and time.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple, NoReturn

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from PIL import Image, ImageOps

from core.messages.amr import HEADER as AMR_HEADER
from core.messages.model import (
    LARGEST_PICTURE_BYTES,
    LARGEST_VOICE_BYTES,
    LONGEST_HEARD,
    LONGEST_VOICE,
    InvalidMedia,
    MediaFlaw,
)

LONGEST_SIDE_PX = 640
"""Of a stored picture: sharp on a phone's screen as the small face that it is."""
MOST_PIXELS = 25_000_000
"""Of a given picture: today's phones take 24 million; opened they are 100 MB."""
JPEG_QUALITY = 85
STOPS_LATE = timedelta(seconds=1)
"""By which a recorder that was to stop at the longest overshoots; so much is cut off, more is refused."""
MOST_PACKETS = 25_000
"""A minute in the shortest packets that there are, Opus of 2.5 ms, less than this."""

Image.MAX_IMAGE_PIXELS = None  # Pillow only warns between its limit and twice that; `require_few_pixels` refuses


class _Kind(NamedTuple):
    """demuxers: all names of the one demuxer, as FFmpeg's whitelist wants them."""

    demuxer: str
    demuxers: str
    decoder: str


_M4A = _Kind("mov", "mov,mp4,m4a,3gp,3g2,mj2", "aac")
_OGG = _Kind("ogg", "ogg", "opus")
_AMR = _Kind("amr", "amr", "amrnb")


class _Form(NamedTuple):
    """What is written. sample_format, frame_samples: the encoder's."""

    muxer: str
    encoder: str
    rate_hz: int
    sample_format: str
    frame_samples: int
    bit_rate: int


_AS_AMR = _Form("amr", "libopencore_amrnb", 8_000, "s16", 160, 12_200)
_AS_M4A = _Form("ipod", "aac", 16_000, "fltp", 1_024, 32_000)  # not each phone plays AAC of 8 kHz


def to_amr(recorded: bytes) -> bytes:
    """Return a voice (AAC in MP4 or Opus in Ogg) as AMR-NB of 12.2 kbit/s with its file header; raise InvalidMedia."""
    return _transcoded(recorded, kind_of_voice(recorded), _AS_AMR, LONGEST_VOICE)


def to_m4a(amr: bytes) -> bytes:
    """Return a watch's voice (AMR-NB with its file header) as AAC in MP4; raise InvalidMedia."""
    if not amr.startswith(AMR_HEADER):
        raise InvalidMedia(MediaFlaw.ANOTHER_KIND)
    return _transcoded(amr, _AMR, _AS_M4A, LONGEST_HEARD)


def photo(picture: bytes) -> bytes:
    """Return a JPEG or PNG as a new upright JPEG of at most LONGEST_SIDE_PX and without metadata; raise InvalidMedia.

    It is made of the pixels alone, so nothing else that the given bytes held, a place or an archive, is in it.
    """
    require_few_bytes(picture, LARGEST_PICTURE_BYTES)
    with _decoding(), Image.open(io.BytesIO(picture), formats=[kind_of_picture(picture)]) as opened:
        require_few_pixels(*opened.size)
        opened.draft("RGB", (LONGEST_SIDE_PX, LONGEST_SIDE_PX))  # a JPEG is decoded at a fraction of its size
        pixels = ImageOps.exif_transpose(opened).convert("RGBA")
        pixels.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
        clean = Image.new("RGB", pixels.size, "white")
        clean.paste(pixels, mask=pixels)
    made = io.BytesIO()
    clean.save(made, "JPEG", quality=JPEG_QUALITY)
    return made.getvalue()


def kind_of_voice(recorded: bytes) -> _Kind:
    """Return what a recording is by its first bytes; raise InvalidMedia."""
    if recorded[4:8] == b"ftyp":
        return _M4A
    if recorded.startswith(b"OggS") and recorded[28:36] == b"OpusHead":  # behind the head of a page of one packet
        return _OGG
    raise InvalidMedia(MediaFlaw.ANOTHER_KIND)


def kind_of_picture(picture: bytes) -> str:
    """Return what a picture is by its first bytes, as Pillow names it; raise InvalidMedia."""
    if picture.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    raise InvalidMedia(MediaFlaw.ANOTHER_KIND)


def require_few_bytes(content: bytes, most: int) -> None:
    """Raise InvalidMedia for what is larger than is decoded."""
    if len(content) > most:
        raise InvalidMedia(MediaFlaw.TOO_LARGE)


def require_few_pixels(width: int, height: int) -> None:
    """Raise InvalidMedia for a picture that would fill the memory, before any of it is decoded."""
    if width * height > MOST_PIXELS:
        raise InvalidMedia(MediaFlaw.TOO_LARGE)


def require_short(duration: timedelta, longest: timedelta) -> None:
    """Raise InvalidMedia for a voice that lasts longer."""
    if duration > longest:
        raise InvalidMedia(MediaFlaw.TOO_LONG)


def require_decoder(stream: AudioStream, kind: _Kind) -> None:
    """Raise InvalidMedia for a stream of a form that its file may not hold; FFmpeg's own list holds while it opens."""
    if stream.codec_context.name != kind.decoder:
        raise InvalidMedia(MediaFlaw.ANOTHER_KIND)


@contextmanager
def _decoding() -> Iterator[None]:
    """Take whatever a decoder raises for a flaw of what it was given."""
    try:
        yield
    except InvalidMedia:
        raise
    except Exception:  # noqa: BLE001 - decoders raise anything at all on made-up input
        raise InvalidMedia(MediaFlaw.UNREADABLE) from None


def _transcoded(content: bytes, kind: _Kind, form: _Form, longest: timedelta) -> bytes:
    require_few_bytes(content, LARGEST_VOICE_BYTES)
    made = io.BytesIO()
    with _decoding(), av.open(made, "w", format=form.muxer) as output:
        stream = output.add_stream(form.encoder, rate=form.rate_hz)
        assert isinstance(stream, AudioStream), "it encodes sound"
        stream.layout = "mono"
        stream.bit_rate = form.bit_rate
        duration = timedelta()
        for frame in _resampled(_decoded(content, kind), form):
            duration += timedelta(seconds=frame.samples / form.rate_hz)
            require_short(duration, longest + STOPS_LATE)
            if duration < longest:  # the encoder adds a frame at the end
                output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    if not duration:
        raise InvalidMedia(MediaFlaw.UNREADABLE)
    return made.getvalue()


def _decoded(content: bytes, kind: _Kind) -> Iterator[AudioFrame]:
    """Yield the sound of the only stream."""
    options = {
        "format_whitelist": kind.demuxers,
        "codec_whitelist": kind.decoder,
        "protocol_whitelist": "none",
        "max_streams": "1",
    }
    with av.open(
        io.BytesIO(content), "r", kind.demuxer, options, io_open=_open_nothing, metadata_errors="ignore"
    ) as container:
        [stream] = container.streams.audio
        require_decoder(stream, kind)
        for number, packet in enumerate(container.demux(stream)):
            if number > MOST_PACKETS:
                raise InvalidMedia(MediaFlaw.TOO_LONG)
            yield from packet.decode()


def _open_nothing(*_asked: object) -> NoReturn:
    """Refuse what a file may name outside of itself."""
    raise PermissionError("a voice lies in its own bytes")


def _resampled(frames: Iterator[AudioFrame], form: _Form) -> Iterator[AudioFrame]:
    resampler = AudioResampler(form.sample_format, "mono", form.rate_hz, form.frame_samples)
    for frame in frames:
        yield from resampler.resample(frame)
    yield from resampler.resample(None)
