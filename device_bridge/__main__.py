"""`python -m device_bridge`: serve watches as the environment says (adapters/settings.py)."""

import uvloop

from adapters.settings import Settings
from device_bridge.bootstrap import NEEDED, run

if __name__ == "__main__":
    uvloop.run(run(Settings.from_environment(needed=NEEDED)))
