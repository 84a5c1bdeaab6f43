"""Decoding of full UD frames, against a reference that only splits on commas and converts numbers, in the same run."""

import random
from collections.abc import Callable
from statistics import median
from time import perf_counter

from wire.decode import decode
from wire.framing import Frame, Framer

FRAMES = 200
ROUNDS = 41  # short and alternating, so that a busy machine slows both sides alike
PASSES = 5
SEED = 20260923
CELLS = 4
ACCESS_POINTS = 3
FIXED_FLOATS = (4, 6, 8, 9, 10)
FIXED_INTEGERS = (11, 12, 13, 14, 15)
TAIL_INTEGERS = (*range(17, 34), 36, 39, 42)  # counts, cells, signal strengths; hex, names and MACs stay text
ACCURACY = 43


def measure() -> dict[str, float]:
    """Return decode_ratio (decoded frames a second over those of the reference, median) and decode_per_s.

    Framing is in neither: both begin with a frame that was cut from the stream.
    """
    frames = _frames()
    ratios, speeds = [], []
    for _ in range(ROUNDS):
        reference, own = _seconds(_split_and_convert, frames), _seconds(decode, frames)
        ratios.append(reference / own)
        speeds.append(FRAMES * PASSES / own)
    return {"decode_ratio": round(median(ratios), 3), "decode_per_s": round(median(speeds))}


def _split_and_convert(frame: Frame) -> list[bytes]:
    fields = frame.content.split(b",")
    for position in FIXED_FLOATS:
        float(fields[position])
    for position in FIXED_INTEGERS:
        int(fields[position])
    for position in TAIL_INTEGERS:
        int(fields[position])
    float(fields[ACCURACY])
    return fields


def _seconds(read: Callable[[Frame], object], frames: list[Frame]) -> float:
    started = perf_counter()
    for _ in range(PASSES):
        for frame in frames:
            read(frame)
    return perf_counter() - started


def _frames() -> list[Frame]:
    rng = random.Random(SEED)  # noqa: S311 - made-up places
    framer = Framer()
    frames = [event for _ in range(FRAMES) for event in framer.receive(_full_report(rng)) if isinstance(event, Frame)]
    assert len(frames) == FRAMES
    return frames


def _full_report(rng: random.Random) -> bytes:
    fields: list[object] = [
        "UD",
        f"{rng.randint(1, 28):02}{rng.randint(1, 12):02}26",
        f"{rng.randint(0, 23):02}{rng.randint(0, 59):02}{rng.randint(0, 59):02}",
        rng.choice("AAAV"),
        f"{rng.uniform(50.7, 53.5):.6f}",
        "N",
        f"{rng.uniform(3.4, 7.2):.7f}",
        rng.choice(("E", "E", "")),
        f"{rng.uniform(0, 30):.2f}",
        f"{rng.uniform(0, 360):.1f}",
        f"{rng.uniform(-5, 300):.1f}",
        rng.randint(0, 18),
        rng.randint(1, 100),
        rng.randint(1, 100),
        rng.randint(0, 20_000),
        rng.randint(0, 50),
        rng.choice(("00000000", "00000008", "00000010", "00020001")),
        CELLS,
        rng.choice((0, 1, 255)),
        204,
        rng.choice(("4", "08", "16")),
    ]
    for _ in range(CELLS):
        fields += [rng.randint(1, 65_533), rng.randint(1, 2**28), rng.randint(100, 170)]
    fields.append(ACCESS_POINTS)
    for _ in range(ACCESS_POINTS):
        name = rng.choice(("Ziggo", "KPN", "H369A", "Gasten", "café", "")) + f"{rng.randint(0, 99_999)}"
        fields += [name, ":".join(f"{rng.randint(0, 255):02x}" for _ in range(6)), -rng.randint(30, 95)]
    fields.append(f"{rng.uniform(1, 60):.1f}")
    content = ",".join(map(str, fields)).encode()
    return b"[3G*8800000015*%04X*%b]" % (len(content), content)
