"""Operators' commands: python -m ops COMMAND."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from adapters.settings import SettingMissing, Settings
from core.watches.ports import Devices
from ops.bootstrap import devices
from ops.import_devices import COLUMNS, NotADeviceFile, import_devices


def main(
    arguments: Sequence[str] | None = None,
    settings: Callable[[], Settings] = Settings.from_environment,
    wire_devices: Callable[[Settings], Devices] = devices,
) -> int:
    """Run one command; return 0 when all of it was done, 1 when some of it was refused, 2 when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m ops")
    commands = parser.add_subparsers(required=True)
    importing = commands.add_parser(
        "import-devices", help="stock devices", description=f"CSV with the columns {', '.join(COLUMNS)}"
    )
    importing.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    try:
        with options.file.open(encoding="utf-8-sig", newline="") as lines:
            report = import_devices(lines, wire_devices(settings()))
    except (OSError, UnicodeError):
        print(f"{options.file} cannot be read as a UTF-8 text file", file=sys.stderr)
        return 2
    except (NotADeviceFile, SettingMissing) as refusal:
        print(refusal, file=sys.stderr)
        return 2
    for number, reason in report.refused:
        print(f"line {number}: {reason}", file=sys.stderr)
    print(f"{report.imported} imported, {report.already_there} already there, {len(report.refused)} refused")
    return 1 if report.refused else 0


if __name__ == "__main__":
    sys.exit(main())
