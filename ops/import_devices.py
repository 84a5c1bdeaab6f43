"""Stock devices from a CSV file: id, model, claim_secret_hash, sim, and what proves them, where something does."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from core.watches.model import InvalidDevice, StockedDevice
from core.watches.ports import Devices

COLUMNS = ("id", "model", "claim_secret_hash", "sim")
PROOFS = ("address", "signing_key")
"""Columns that a file may have as well."""


class NotADeviceFile(Exception):  # noqa: N818 - an error is named after the fact
    """The file cannot be read, or not beyond a line; the text tells."""


@dataclass(slots=True)
class Report:
    """What became of a file. refused: line number and reason, never the line's content: ids are personal."""

    imported: int = 0
    already_there: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)

    def __str__(self) -> str:
        """Return the summary."""
        return f"{self.imported} imported, {self.already_there} already there, {len(self.refused)} refused"


def import_devices(lines: Iterable[str], devices: Devices) -> Report:
    """Stock each good line and tell of each bad one; a second import of the same file changes nothing.

    Raise NotADeviceFile when the header lacks a column. A line whose device is there already leaves it as it is.
    """
    report = Report()
    for number, row in _rows(lines):
        try:
            device = _device(row)
        except InvalidDevice as reason:
            report.refused.append((number, str(reason)))
            continue
        if devices.stock(device):
            report.imported += 1
        else:
            report.already_there += 1
    return report


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str | None, str | None]]]:
    reader = csv.DictReader(lines, strict=True)
    try:
        names = list(reader.fieldnames or ())
        if sorted(set(names) - set(PROOFS)) != sorted(COLUMNS) or len(set(names)) != len(names):
            raise NotADeviceFile(
                f"the first line must name the columns {', '.join(COLUMNS)}, and may name {', '.join(PROOFS)}"
            )
        for row in reader:
            yield reader.line_num, row
    except csv.Error:
        raise NotADeviceFile(f"line {reader.line_num} is not CSV; the lines before it were imported") from None


def _device(row: dict[str | None, str | None]) -> StockedDevice:
    if None in row or None in row.values():
        raise InvalidDevice("the line has more or fewer fields than the header")
    values = {column: str(row.get(column) or "").strip() for column in (*COLUMNS, *PROOFS)}
    return StockedDevice(
        device_id=values["id"],
        model=values["model"],
        claim_secret_hash=values["claim_secret_hash"].lower(),
        sim=values["sim"] or None,
        address=values["address"] or None,
        signing_key=values["signing_key"] or None,
    )
