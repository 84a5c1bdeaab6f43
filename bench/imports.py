"""Cold import of each function from its own bundle, and the bundle's size: what a cold start pays."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from stacks.bundle import Target, bundle
from stacks.functions import FUNCTIONS, INGEST

ROUNDS = 7  # the best of them: what is above it is other work of the machine
MIB = 1024 * 1024
REFERENCE = "import boto3; boto3.client('dynamodb', region_name='eu-central-1')"
"""What a function that does nothing would pay to reach one table."""
_TIMED = """
import sys, time
sys.path[:] = sys.argv[2:]
started = time.perf_counter()
exec(sys.argv[1])
print((time.perf_counter() - started) * 1000)
"""


def measure() -> dict[str, dict[str, float]]:
    """Return by function: cold_import_ms, its ratio to the reference from ingest's bundle, and bundle_mib for Lambda.

    A new process each time, with the standard library and the bundle only, and no compiled code: as in Lambda, where
    the bundle stands on a disk that cannot be written.
    """
    milliseconds, ratios, sizes = {}, {}, {}
    with_dynamodb = bundle(INGEST, Target.HOST)  # others reach no table
    for spec in FUNCTIONS:
        content = bundle(spec, Target.HOST)
        times, reference_times = [], []
        for _ in range(ROUNDS):
            times.append(_milliseconds(f"import {spec.module}", content))
            reference_times.append(_milliseconds(REFERENCE, with_dynamodb))
        milliseconds[spec.name] = round(min(times), 1)
        ratios[spec.name] = round(min(times) / min(reference_times), 2)
        sizes[spec.name] = round(_bytes(bundle(spec, Target.LAMBDA)) / MIB, 1)
    return {"cold_import_ms": milliseconds, "cold_import_ratio": ratios, "bundle_mib": sizes}


def _milliseconds(statement: str, content: Path) -> float:
    standard_library = sysconfig.get_path("stdlib")
    path = [standard_library, f"{standard_library}/lib-dynload", str(content)]
    # -B: compiled code left behind would make the next import warm, and change the bundle
    command = [sys.executable, "-I", "-S", "-B", "-c", _TIMED, statement, *path]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)  # noqa: S603 - our own


def _bytes(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
