"""Write the generated documents, or with --check tell which are stale: `python -m docs.generate [--check]`."""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from adapters.dynamo.tables import TABLES
from adapters.media.bucket import MEDIA
from core.retention.policy import POLICY, DataClass, Epoch, Subject
from lambdas.api.app import resolver
from lambdas.api.openapi import document

HERE = Path(__file__).parent
_UNITS = {"day": timedelta(days=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1)}
"""Of periods: the largest that leaves no rest is printed."""


def _period(data_class: DataClass) -> str:
    if data_class.period is None:
        return "as long as what it belongs to"
    unit, count = next(
        (unit, data_class.period // each) for unit, each in _UNITS.items() if not data_class.period % each
    )
    span = f"{count} {unit}{'s' * (count != 1)}"
    return span if data_class.epoch is Epoch.NONE else f"{span} from the start of its {data_class.epoch}"


def _data_rows() -> Iterator[str]:
    for each in POLICY.values():
        places = sorted(table.name for table in TABLES.values() if each.name in table.holds)
        if each.name in MEDIA:
            places.append(f"the bucket, `{MEDIA[each.name].prefix}`")
        sealed = "-" if each.subject is Subject.NONE else f"{each.subject} key"
        yield f"| {each.name} | {each.purpose} | {_period(each)} | {sealed} | {each.fate} | {', '.join(places)} |"


def data_page() -> str:
    """Return the page that lists every class of data: what for, how long, sealed how, and where it lies."""
    return "\n".join(
        [
            "# What we keep, why and how long",
            "",
            "Generated from `core/retention/policy.py`, `adapters/dynamo/tables.py` and `adapters/media/bucket.py`",
            "by `make docs`; do not edit. No table holds anything else, nor does the bucket. What is sealed and has",
            "an epoch needs the epoch's key too. On their way, frames stand in the stream as they came for 24 hours,",
            "late alarms in the alert queue too: encrypted under the stage's own storage key, not sealed. The token",
            "by which Apple or Google reach a phone stands at SNS only, under an opaque id, until its sign-in is",
            "ended or another signs in on the phone. (One whose sign-in lapses stays there, silent: the sweep that",
            "removes it is still to be built.)",
            "",
            "| class | purpose | kept | sealed under | at an erasure | where |",
            "|---|---|---|---|---|---|",
            *_data_rows(),
            "",
        ]
    )


def generated() -> dict[Path, str]:
    """Return each generated document with its text."""
    return {
        HERE / "data.md": data_page(),
        HERE / "openapi.json": json.dumps(document(resolver), indent=2, ensure_ascii=False) + "\n",
    }


def main() -> int:
    """Write, or compare and return 1 when a document is stale."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="only tell which documents are stale")
    check = parser.parse_args().check
    stale = [
        path for path, text in generated().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if check:
            print(f"{path.relative_to(HERE.parent)} is stale: run `make docs` and commit it")
        else:
            path.write_text(generated()[path], encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
