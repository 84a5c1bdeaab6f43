"""Operators' commands: python -m ops COMMAND."""

import argparse
import gzip
import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO, cast

from adapters.settings import SettingMissing, Settings
from core.tracking.ports import Cells
from core.watches.ports import Devices
from ops import import_cells, import_devices
from ops.bootstrap import cells, devices

Report = import_devices.Report | import_cells.Report
_REFUSALS = (import_devices.NotADeviceFile, import_cells.NotACellFile, SettingMissing)


def main(
    arguments: Sequence[str] | None = None,
    settings: Callable[[], Settings] = Settings.from_environment,
    wire_devices: Callable[[Settings], Devices] = devices,
    wire_cells: Callable[[Settings], Cells] = cells,
) -> int:
    """Run one command; return 0 when all of it was done, 1 when some of it was refused, 2 when it could not start."""

    def to_devices(lines: Iterable[str], _options: argparse.Namespace) -> import_devices.Report:
        return import_devices.import_devices(lines, wire_devices(settings()))

    def to_cells(lines: Iterable[str], options: argparse.Namespace) -> import_cells.Report:
        return import_cells.import_cells(lines, wire_cells(settings()), options.mcc)

    parser = argparse.ArgumentParser(prog="python -m ops")
    commands = parser.add_subparsers(required=True)
    stocking = _command(commands, "import-devices", "stock devices", import_devices.COLUMNS)
    stocking.set_defaults(run=partial(_import, to_devices))
    charting = _command(commands, "import-cells", "learn where cells are", import_cells.COLUMNS)
    charting.add_argument("--mcc", type=int, action="append", default=[], help="only cells of this country's networks")
    charting.set_defaults(run=partial(_import, to_cells))
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except (OSError, UnicodeError, EOFError, zlib.error):
        print("the file cannot be read as a UTF-8 text file", file=sys.stderr)
    except _REFUSALS as refusal:
        print(refusal, file=sys.stderr)
    return 2


def _import(take: Callable[[Iterable[str], argparse.Namespace], Report], options: argparse.Namespace) -> int:
    with _opened(options.file) as lines:
        report = take(lines, options)
    for number, reason in report.refused:
        print(f"line {number}: {reason}", file=sys.stderr)
    print(report)
    return 1 if report.refused else 0


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, words: str, columns: Sequence[str]
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=words, description=f"CSV with the columns {', '.join(columns)}")
    command.add_argument("file", type=Path)
    return command


def _opened(file: Path) -> TextIO:
    """Open a text file, packed by gzip where its name says so."""
    if file.suffix == ".gz":
        return cast("TextIO", gzip.open(file, "rt", encoding="utf-8-sig", newline=""))
    return file.open(encoding="utf-8-sig", newline="")


if __name__ == "__main__":
    sys.exit(main())
