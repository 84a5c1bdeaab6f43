"""Learn where cells are from a CSV file in the columns of OpenCelliD (opencellid.org)."""

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from core.kernel.geo import Point, is_on_earth
from core.tracking.model import Cell, CellPlace
from core.tracking.places import NULL_ISLAND
from core.tracking.ports import Cells

COLUMNS = (
    "radio", "mcc", "net", "area", "cell", "unit", "lon", "lat", "range", "samples", "changeable", "created", "updated",
    "averageSignal",
)  # fmt: skip
_FARTHEST_M = 100_000.0  # no cell reaches farther: 3GPP TS 36.211, timing advance of LTE
_MOST_REFUSED = 1_000  # a file with so many bad lines is another one, and a table of a country has millions


class NotACellFile(Exception):  # noqa: N818 - an error is named after the fact
    """The file cannot be read, or not beyond a line; the text tells."""


class InvalidCell(Exception):  # noqa: N818 - an error is named after the fact
    """No cell can be so; the text tells why."""


@dataclass(slots=True)
class Report:
    """What became of a file. elsewhere: cells of networks that were not asked for. refused: line number and reason."""

    imported: int = 0
    elsewhere: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)

    def __str__(self) -> str:
        """Return the summary."""
        return f"{self.imported} imported, {self.elsewhere} of other countries, {len(self.refused)} refused"


def import_cells(lines: Iterable[str], cells: Cells, mccs: Collection[int] = ()) -> Report:
    """Store each good line's cell, of these mobile country codes or of all; of two lines for one cell the later counts.

    The header may lack. Memory does not grow with the file. Raise NotACellFile for what is none, or not beyond a line.
    """
    report = Report()
    cells.put(_places(lines, mccs, report))
    return report


def _places(lines: Iterable[str], mccs: Collection[int], report: Report) -> Iterator[CellPlace]:
    rows = csv.reader(lines, strict=True)
    try:
        for row in rows:
            if rows.line_num == 1 and tuple(row) == COLUMNS:
                continue
            try:
                place = _place(row)
            except InvalidCell as reason:
                report.refused.append((rows.line_num, str(reason)))
                if len(report.refused) == _MOST_REFUSED:
                    raise NotACellFile(
                        f"line {rows.line_num}: {reason}; so were {_MOST_REFUSED - 1} lines before it"
                    ) from None
                continue
            if mccs and place.cell.mcc not in mccs:
                report.elsewhere += 1
                continue
            yield place
            report.imported += 1
    except csv.Error:
        raise NotACellFile(f"line {rows.line_num} is not CSV; the lines before it were imported") from None


def _place(row: list[str]) -> CellPlace:
    if len(row) != len(COLUMNS):
        raise InvalidCell(f"the line has not {len(COLUMNS)} fields")
    try:
        mcc, mnc, lac, cid = (int(field) for field in row[1:5])
        longitude, latitude, range_m = (float(field) for field in row[6:9])
    except ValueError:
        raise InvalidCell("a field is no number") from None
    point = Point(latitude, longitude)
    if not is_on_earth(point) or point == NULL_ISLAND:
        raise InvalidCell("the coordinates are no place")
    if not 0 <= range_m <= _FARTHEST_M:
        raise InvalidCell(f"the range is not 0 to {_FARTHEST_M:.0f} metres")
    if min(mcc, mnc, lac, cid) < 0:
        raise InvalidCell("a part of the cell's name is below zero")
    return CellPlace(Cell(mcc, mnc, lac, cid), point, range_m)
