"""python -m ops import-cells."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.dynamo.cells import DynamoCells
from adapters.settings import Settings
from core.kernel.geo import Point
from core.tracking.model import Cell, CellPlace
from ops.__main__ import main
from ops.bootstrap import cells
from tests.fakes.tracking import InMemoryCells
from tests.storage import storage

ANY_SETTINGS = Settings(stage="test", region="eu-central-1")
HEADER = "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal"
DUTCH = "LTE,204,8,3021,12345,0,5.9699,52.2112,1200,31,1,1459813819,1745664812,0"
BELGIAN = "GSM,206,1,3052,50922,,4.3517,50.8503,670,9,1,1459813819,1745664812,-85"
DUTCH_PLACE = CellPlace(Cell(204, 8, 3021, 12345), Point(52.2112, 5.9699), 1200.0)
BELGIAN_CELL = Cell(206, 1, 3052, 50922)


def _run(tmp_path: Path, content: str | bytes, into: InMemoryCells, *options: str, name: str = "cells.csv") -> int:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return main(["import-cells", str(file), *options], lambda: ANY_SETTINGS, wire_cells=lambda _settings: into)


@pytest.mark.parametrize("lines", [[HEADER, DUTCH, BELGIAN], [DUTCH, BELGIAN], [DUTCH, DUTCH, BELGIAN]])
def test_cells_are_imported_with_and_without_a_header(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: Sequence[str]
) -> None:
    table = InMemoryCells()
    assert _run(tmp_path, "\r\n".join(lines), table) == 0
    assert table.items == {
        DUTCH_PLACE.cell: DUTCH_PLACE,
        BELGIAN_CELL: CellPlace(BELGIAN_CELL, Point(50.8503, 4.3517), 670.0),
    }
    assert f"{len(lines) - (HEADER in lines)} imported, 0 of other countries, 0 refused" in capsys.readouterr().out


def test_a_packed_file_is_read_and_other_countries_are_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = InMemoryCells()
    packed = gzip.compress(f"{HEADER}\n{DUTCH}\n{BELGIAN}\n".encode())
    assert _run(tmp_path, packed, table, "--mcc", "204", name="cells.csv.gz") == 0
    assert table.items.keys() == {DUTCH_PLACE.cell}
    assert capsys.readouterr().out == "1 imported, 1 of other countries, 0 refused\n"


@pytest.mark.parametrize(
    "line",
    [
        "LTE,204,8,3021,12345",
        f"{DUTCH},1",
        DUTCH.replace("12345", "een"),
        DUTCH.replace("52.2112", "nan"),
        DUTCH.replace("52.2112", "90.1"),
        DUTCH.replace("5.9699", "180.1"),
        DUTCH.replace("5.9699,52.2112", "0,0"),
        DUTCH.replace("1200", "-1"),
        DUTCH.replace("1200", "100001"),
        DUTCH.replace("1200", "inf"),
        DUTCH.replace("12345", "-12345"),
    ],
)
def test_a_bad_line_is_told_by_its_number_and_the_others_are_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    table = InMemoryCells()
    assert _run(tmp_path, f"{HEADER}\n{line}\n{BELGIAN}\n", table) == 1
    told = capsys.readouterr()
    assert told.out == "1 imported, 0 of other countries, 1 refused\n"
    assert told.err.startswith("line 2: ")
    assert table.items.keys() == {BELGIAN_CELL}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\xff\xfe\x00", "cells.csv"),
        (f'{DUTCH}\n"open', "cells.csv"),
        (b"no gzip", "cells.csv.gz"),
        (gzip.compress(DUTCH.encode())[:-12], "cells.csv.gz"),
        ("id,model\n" * 1000, "cells.csv"),
    ],
    ids=["no text", "open quote", "not packed", "cut short", "another table"],
)
def test_a_file_that_is_no_table_of_cells_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | bytes, name: str
) -> None:
    assert _run(tmp_path, content, InMemoryCells(), name=name) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_imported_cells_are_known_to_the_platform(tmp_path: Path) -> None:
    file = tmp_path / "cells.csv"
    others = (DUTCH.replace("12345", str(number)) for number in range(30))
    file.write_text("\n".join([HEADER, *others, DUTCH]))
    with storage() as settings:
        assert main(["import-cells", str(file)], lambda: settings, wire_cells=cells) == 0
        assert DynamoCells().places([DUTCH_PLACE.cell, Cell(204, 8, 3021, 29), BELGIAN_CELL]).keys() == {
            DUTCH_PLACE.cell,
            Cell(204, 8, 3021, 29),
        }
