"""Entry point of ingest: records of the stream in, failed records out."""

import base64
import binascii
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from adapters.settings import Settings
from adapters.stream.frames import CorruptRecord, unpack
from core.tracking.model import ReceivedFrame
from lambdas.ingest.bootstrap import NEEDED, Application, application
from lambdas.observability import emit

CORRUPT_RECORDS = "corrupt_records"
FAILED_RECORDS = "failed_records"


@cache
def _application() -> Application:
    return application(Settings.from_environment(needed=NEEDED))


def handler(event: Mapping[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Take the Kinesis event's records; answer with the first one that is to be delivered again, if any."""
    return take(event, _application())


def take(event: Mapping[str, Any], application: Application) -> dict[str, list[dict[str, str]]]:
    """Take all records as one batch.

    A record of which one frame is unfinished fails, and Kinesis delivers it and all behind it once more; what was
    finished in them is known again then. A record that is not what the bridge writes will never be: it is counted.
    """
    counts: Counter[str] = Counter()
    frames: list[ReceivedFrame] = []
    sequence_numbers: list[str] = []
    for record in event["Records"]:
        try:
            unpacked = unpack(base64.b64decode(record["kinesis"]["data"], validate=True))
        except (CorruptRecord, binascii.Error):
            counts[CORRUPT_RECORDS] += 1
            continue
        frames += unpacked
        sequence_numbers += [record["kinesis"]["sequenceNumber"]] * len(unpacked)
    intake = application.ingest.take(frames)
    counts += intake.counts
    failures = []
    if intake.unfinished:
        counts[FAILED_RECORDS] += 1
        failures = [{"itemIdentifier": sequence_numbers[min(intake.unfinished)]}]
    emit("ingest", counts, application.clock.now())
    return {"batchItemFailures": failures}
