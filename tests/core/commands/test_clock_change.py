"""When the clocks of a zone change."""

from datetime import UTC, datetime, timedelta

import pytest

from core.commands.clock_change import next_clock_change, utc_offset_minutes

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("time_zone", "now", "change"),
    [
        ("Europe/Amsterdam", datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)),
        ("Europe/Amsterdam", datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)),
        ("Europe/Amsterdam", datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)),
        ("Europe/Amsterdam", datetime(2027, 10, 31, 1, 30, tzinfo=UTC), datetime(2028, 3, 26, 1, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 11, 22, tzinfo=UTC), datetime(2027, 4, 3, 15, tzinfo=UTC)),
        ("America/Aruba", datetime(2026, 11, 22, tzinfo=UTC), None),
        ("UTC", datetime(2026, 11, 22, tzinfo=UTC), None),
    ],
)
def test_the_next_change_is_found_to_the_minute(time_zone: str, now: datetime, change: datetime | None) -> None:
    assert next_clock_change(time_zone, now) == change
    if change is not None:
        before, behind = (utc_offset_minutes(time_zone, at) for at in (change - MINUTE, change))
        assert before == utc_offset_minutes(time_zone, now) != behind


def test_offsets_are_minutes_ahead_of_utc() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert utc_offset_minutes("Europe/Amsterdam", now) == 60
    assert utc_offset_minutes("America/Caracas", now) == -240
    assert utc_offset_minutes("Asia/Kathmandu", now) == 345
