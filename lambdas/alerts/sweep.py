"""Entry point of the sweep, called each minute: what fires without a frame."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from adapters.settings import Settings
from lambdas.alerts.bootstrap import NEEDED, Application, application
from lambdas.observability import emit


@cache
def _application() -> Application:
    return application(Settings.from_environment(needed=NEEDED))


def handler(_event: Mapping[str, Any], _context: object) -> None:
    """Look at all that is due, whatever the event says."""
    sweep(_application())


def sweep(application: Application) -> None:
    """Look at all that is due, and count it."""
    emit("alerts-sweep", application.sweep.run(), application.clock.now())
