"""`python -m local.simulation HOST PORT ID ID`: both children go to school and back, until the process is ended."""

import argparse
import asyncio
from datetime import UTC, datetime
from itertools import count

from local.simulation.morning import CHILDREN, STEP_S, Child, measurements, way_back
from local.simulation.watch import NotAnswered, SimulatedWatch

SPEED = 4
"""How many times faster than life they go, so that something is to be seen; the watches' clocks run true."""


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
    watches = [SimulatedWatch(device_id, chosen.host, chosen.port) for device_id in chosen.device_ids]
    await asyncio.gather(*map(go_to_and_fro, CHILDREN, watches))


if __name__ == "__main__":
    asyncio.run(main())
