"""A watch that speaks over a real socket, and patience with what comes of it."""

import socket
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import pytest

from core.kernel.geo import Point
from local.platform import Platform

Found = TypeVar("Found")
PATIENCE_S = 60
SOS = "00010000"
"""The bit of a called-for help in a report's status."""


def soon(look: Callable[[], Found | None]) -> Found:
    """Return what is found once it is there."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if (found := look()) is not None:
            return found
        time.sleep(0.1)
    pytest.fail(f"nothing within {PATIENCE_S} s")


def say(platform: Platform, device_id: str, content: str) -> bytes:
    """Speak as a device and return what the bridge answers to a heartbeat behind it."""
    frames = "".join(f"[3G*{device_id}*{len(it):04X}*{it}]" for it in (content, "LK,0,0,70"))
    with socket.create_connection((platform.bridge_host, platform.bridge_port), timeout=PATIENCE_S) as connection:
        connection.sendall(frames.encode())
        return connection.recv(1024)


def report(at: datetime, place: Point, word: str = "UD", status: str = "00000000") -> str:
    return (
        f"{word},{at:%d%m%y},{at:%H%M%S},A,{place.latitude:.6f},N,{place.longitude:.6f},E,1.20,90.0,10.0,9,80,70,1200,0,"
        f"{status},1,0,204,8,3041,57202,140"
    )
