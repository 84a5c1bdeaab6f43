"""`python -m local.simulation HOST PORT ID ID`: both children go to school and back, until the process is ended."""

import argparse
import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count

from local.simulation.morning import CHILDREN, STEP_S, Child, measurements, way_back
from local.simulation.temper import Temper
from local.simulation.watch import NotAnswered, SimulatedWatch

SPEED = 4
"""How many times faster than life they go, so that something is to be seen; the watches' clocks run true."""
_BURST = (6, 5.0)  # reports after a call for its place, each so many seconds
TEMPERS = (
    Temper(burst=_BURST),
    replace(Temper.of_seed(1, ("FIND", "FLOWER", "CALL", "profile", "UPLOAD")), burst=_BURST),
)
"""One watch does all that it is told at once; the other has firmware of its own."""


async def go_to_and_fro(child: Child, watch: SimulatedWatch) -> None:
    """Live a child's mornings and ways back; whatever the server does, the watch goes on trying."""
    for day in count():
        for way in (child, way_back(child)):
            watch.switch_on()
            for measurement in measurements(way, seed=day):
                try:
                    await watch.measure(measurement, datetime.now(UTC))
                except (NotAnswered, OSError) as failure:
                    print(f"{child.name}: {type(failure).__name__}, tries again", flush=True)
                    await watch.hang_up()
                await asyncio.sleep(STEP_S / SPEED)


async def main() -> None:
    """Read the command line and let the watches speak."""
    parser = argparse.ArgumentParser(prog="python -m local.simulation", description=__doc__)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("device_ids", nargs=len(CHILDREN), metavar="ID")
    chosen = parser.parse_args()
    watches = [
        SimulatedWatch(device_id, chosen.host, chosen.port, temper, partial(_show, child))
        for child, temper, device_id in zip(CHILDREN, TEMPERS, chosen.device_ids, strict=True)
    ]
    await asyncio.gather(*map(go_to_and_fro, CHILDREN, watches))


def _show(child: Child, line: str) -> None:
    print(f"{child.name}'s watch {line}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
