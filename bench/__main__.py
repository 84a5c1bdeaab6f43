"""`python -m bench [--only PART]`: run the measurements; the last line is one JSON object.

Ratios compare two things measured in turns in this same run, so they hold on a shared machine; absolute figures are
reported, not judged.
"""

import argparse
import importlib
import json

PARTS = ("decode", "bridge", "ingest", "zones", "sos", "api", "imports")


def main() -> None:
    """Run all parts or one, printing each part's figures as they come."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=main.__doc__)
    parser.add_argument("--only", choices=PARTS, help="run this part alone")
    only = parser.parse_args().only
    figures: dict[str, object] = {}
    for part in [only] if only else PARTS:
        print(f"measuring {part} ...", flush=True)
        found = importlib.import_module(f"bench.{part}").measure()
        for name, figure in found.items():
            print(f"  {name}: {figure}", flush=True)
        figures |= found
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
