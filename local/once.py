"""`python -m local once`: a compressed school morning over real sockets, checked through the API.

Both watches are new, so that the API shows this morning alone: every fix that was sent, and nothing else.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.dynamo.quarantine import QuarantineRecord
from core.kernel.ids import WatchId
from local.demo import Demo, Household
from local.guardian import Guardian
from local.platform import Platform, Ports, running_platform
from local.simulation.morning import CHILDREN, Child, measurements
from local.simulation.watch import SimulatedWatch, Told

PORTS = Ports(emulator=4567, bridge=8002, health=8082)
"""Others than those of `run`, so that both may be there at once."""
_MORNING = timedelta(hours=1)  # before now: no watch's clock is ahead
_PAUSE_S = 0.02  # between two measurements; the morning's 20 s would be an hour
_PATIENCE_S = 60.0  # without anything new
_LOOK_EACH_S = 0.5

Fix = tuple[datetime, float, float]
"""Time, latitude and longitude: what makes one position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What the watches told and what became of it, over both.

    expected: fixes told. stored: positions that the API shows. missing: fixes that it does not show; extra: positions
    that nobody told, and doubts where nothing was doubtful. wrong: what else is not as it was told, in words.
    """

    frames_sent: int
    acknowledged: int
    expected: int
    stored: int
    missing: int
    extra: int
    quarantined: int
    quarantine_expected: int
    wrong: Sequence[str]

    @property
    def is_right(self) -> bool:
        """Whether nothing is missing and nothing is there that should not be."""
        return not (self.missing or self.extra or self.wrong) and self.quarantined == self.quarantine_expected


def main(directory: Path) -> int:
    """Start the platform, play, compare; print the summary as one JSON object; return 0 only if all is right."""
    with running_platform(directory, PORTS, tell=lambda _: None) as platform:
        summary = check_morning(platform)
    print(json.dumps(asdict(summary)))
    return 0 if summary.is_right else 1


def check_morning(platform: Platform) -> Summary:
    """Let two new watches tell a morning to the platform and compare what their guardian is shown."""
    begin = datetime.now(UTC).replace(microsecond=0) - _MORNING
    device_ids = [f"88{secrets.randbelow(10**8):08}" for _ in CHILDREN]
    email = f"once-{secrets.token_hex(4)}@demo.example"
    household = Demo(platform.settings).settle(email, device_ids, bound_at=begin)
    told = asyncio.run(_play(platform, device_ids, begin))
    shown = _shown(platform, household, told, begin)
    return compare(told, shown, _quarantined(household))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the API shows of one watch."""

    latest: Mapping[str, Any] | None
    positions: Sequence[Mapping[str, Any]]
    telemetry: Sequence[Mapping[str, Any]]


async def _play(platform: Platform, device_ids: Sequence[str], begin: datetime) -> list[Told]:
    watches = [SimulatedWatch(each, platform.bridge_host, platform.bridge_port) for each in device_ids]
    await asyncio.gather(*(_live(child, watch, begin) for child, watch in zip(CHILDREN, watches, strict=True)))
    return [watch.told for watch in watches]


async def _live(child: Child, watch: SimulatedWatch, begin: datetime) -> None:
    async with watch:
        for measurement in measurements(child, seed=1):
            await watch.measure(measurement, begin + timedelta(seconds=measurement.offset_s))
            await asyncio.sleep(_PAUSE_S)
        await watch.send_garbled()


def _shown(platform: Platform, household: Household, told: Sequence[Told], begin: datetime) -> list[Shown]:
    """Read until all that was told is there, or nothing new has come for a while."""
    guardian = Guardian(platform.api_url, household.email, household.password)
    expected = sum(len(each.fixes) + each.frames_sent - each.frames_garbled for each in told)
    most, last_news = 0, time.monotonic()
    while True:
        shown = [_read(guardian, watch_id, begin) for watch_id in household.watch_ids]
        found = sum(len(each.positions) + len(each.telemetry) for each in shown)
        if found > most:
            most, last_news = found, time.monotonic()
        quarantined = _quarantined(household) >= sum(each.frames_garbled for each in told)
        if (found >= expected and quarantined) or time.monotonic() - last_news > _PATIENCE_S:
            return shown
        time.sleep(_LOOK_EACH_S)


def _read(guardian: Guardian, watch_id: WatchId, begin: datetime) -> Shown:
    until = datetime.now(UTC)
    return Shown(
        latest=guardian.latest(watch_id),
        positions=guardian.positions(watch_id, begin, until),
        telemetry=guardian.telemetry(watch_id, begin, until),
    )


def compare(told: Sequence[Told], shown: Sequence[Shown], quarantined: int) -> Summary:
    """Return what became of what each watch told; `shown` is in the same order."""
    missing = extra = 0
    wrong: list[str] = []
    for each_told, each_shown in zip(told, shown, strict=True):
        fixes = {(at, point.latitude, point.longitude) for at, point in each_told.fixes}
        positions = [_fix(position) for position in each_shown.positions]
        missing += len(fixes - set(positions))
        extra += len(positions) - len(fixes & set(positions))
        extra += sum(position["doubtful"] for position in each_shown.positions)
        wrong += _wrong(each_told, each_shown, positions)
    return Summary(
        frames_sent=sum(each.frames_sent for each in told),
        acknowledged=sum(each.frames_acknowledged for each in told),
        expected=sum(len(each.fixes) for each in told),
        stored=sum(len(each.positions) for each in shown),
        missing=missing,
        extra=extra,
        quarantined=quarantined,
        quarantine_expected=sum(each.frames_garbled for each in told),
        wrong=wrong,
    )


def _wrong(told: Told, shown: Shown, positions: Sequence[Fix]) -> list[str]:
    """Return what is not as it was told, besides the positions themselves."""
    right = {
        "order of positions": list(positions) == sorted(positions),
        "latest position": shown.latest is not None and [_fix(shown.latest)] == positions[-1:],
        "number of readings": len(shown.telemetry) == told.frames_sent - told.frames_garbled,
        "number of SOS alarms": sum("sos" in each["alarms"] for each in shown.telemetry) == told.sos_sent,
        "number of late positions": sum(each["backlog"] for each in shown.positions) == told.fixes_late,
    }
    return [name for name, holds in right.items() if not holds]


def _fix(position: Mapping[str, Any]) -> Fix:
    return datetime.fromisoformat(position["at"]), position["latitude"], position["longitude"]


def _quarantined(household: Household) -> int:
    return sum(QuarantineRecord.count(watch_id) for watch_id in household.watch_ids)
