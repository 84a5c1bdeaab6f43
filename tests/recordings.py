"""Voices and pictures as phones and watches make them, each made here: no file of anybody's."""

import io
import math
import struct
from functools import cache

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from PIL import Image

from core.messages.amr import HEADER

_RATE_HZ, _PITCH_HZ, _LOUDNESS = 48_000, 440, 8_000
_OWN_FRAMES = 1_024  # for an encoder that takes frames of any length
AMR_FRAME_BYTES = 32  # at 12.2 kbit/s


@cache
def m4a(seconds: float = 1.0) -> bytes:
    """Return what the recorders of iOS and Android make."""
    return sound("ipod", "aac", seconds)


@cache
def opus(seconds: float = 1.0) -> bytes:
    """Return what a browser's recorder makes."""
    return sound("ogg", "libopus", seconds)


def amr(seconds: float = 1.0, canary: bytes = b"") -> bytes:
    """Return what a watch records: frames of 20 ms at 12.2 kbit/s; canary: bytes within the speech."""
    speech = b"".join(b"\x3c" + bytes([number % 251]) * (AMR_FRAME_BYTES - 1) for number in range(round(seconds * 50)))
    frame = b"\x3c" + canary[: AMR_FRAME_BYTES - 1].ljust(AMR_FRAME_BYTES - 1, b"\0") if canary else b""
    return HEADER + frame + speech


def sound(muxer: str, encoder: str, seconds: float) -> bytes:
    """Return a tone in any form that FFmpeg writes."""
    made = io.BytesIO()
    with av.open(made, "w", format=muxer) as output:
        stream = output.add_stream(encoder, rate=_RATE_HZ)
        assert isinstance(stream, AudioStream)
        stream.layout = "mono"
        stream.codec_context.open()
        size = stream.codec_context.frame_size or _OWN_FRAMES
        resampler = AudioResampler(stream.format.name, "mono", _RATE_HZ, size)
        for frame in (*resampler.resample(_tone(seconds)), *resampler.resample(None)):
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return made.getvalue()


def _tone(seconds: float) -> AudioFrame:
    count = round(_RATE_HZ * seconds)
    turn = 2 * math.pi * _PITCH_HZ / _RATE_HZ
    frame = AudioFrame(format="s16", layout="mono", samples=count)
    frame.sample_rate = _RATE_HZ
    frame.planes[0].update(
        struct.pack(f"<{count}h", *(round(_LOUDNESS * math.sin(turn * each)) for each in range(count)))
    )
    return frame


def picture(width: int = 800, height: int = 600, form: str = "JPEG", **saved: object) -> bytes:
    """Return a picture whose left half is red and whose right half is blue."""
    drawn = Image.new("RGB", (width, height), "blue")
    drawn.paste("red", (0, 0, width // 2, height))
    made = io.BytesIO()
    drawn.save(made, form, **saved)
    return made.getvalue()


def short(value: object) -> str | None:
    """Return the id of bytes as a test's parameter: they would be its whole name."""
    return f"{len(value)} bytes" if isinstance(value, bytes) else None
