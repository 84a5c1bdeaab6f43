"""Clients of AWS services, or of the emulator that the settings name."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.session import Session

from adapters.settings import Settings

CONNECT_SECONDS = 2
"""The services are in the same region: what does not connect by then is down, and a retry goes elsewhere."""
READ_SECONDS = 5
"""Well above their slowest normal answer, well below a function's time limit."""
ATTEMPTS = 4
"""The first and three more, with growing pauses: rides out a throttle, not an outage."""


@cache
def session() -> Session:
    """Return the process's one session: each new one would read credentials and the endpoints of all AWS again."""
    return botocore.session.get_session()


def client(service: str, settings: Settings, *, attempts: int = ATTEMPTS, read_seconds: float = READ_SECONDS) -> Any:
    """Return a low-level client; bare botocore, because importing boto3 would cost a cold start more."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"total_max_attempts": attempts, "mode": "standard"},
    )
    return session().create_client(
        service, region_name=settings.region, endpoint_url=settings.endpoint_url, config=config
    )
