"""Ranges of time in a query (Z-13): aware, in order, and never before what is kept."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AwareDatetime, BeforeValidator

from core.retention.policy import DataClass
from lambdas.api.problems import InvalidRange

DEFAULT_SPAN = timedelta(hours=24)
AHEAD = timedelta(minutes=5)  # a fix may carry a time so far ahead of ours (D3)

_DATE_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T")


def _date_and_time(text: object) -> object:
    """Refuse the plain numbers that pydantic would take for seconds since 1970."""
    if not (isinstance(text, str) and _DATE_AND_TIME.match(text)):
        raise ValueError("not a date and time")
    return text


Instant = Annotated[AwareDatetime, BeforeValidator(_date_and_time)]
From = Annotated[
    Instant | None,
    Query(alias="from", description="First instant, ISO 8601 with zone; by default 24 hours before the last"),
]
To = Annotated[
    Instant | None, Query(alias="to", description="Instant after the last, ISO 8601 with zone; by default now")
]


def kept_range(
    start: datetime | None, end: datetime | None, data_class: DataClass, now: datetime
) -> tuple[datetime, datetime]:
    """Return first instant and end of a range in UTC, within what is kept of a class; raise InvalidRange."""
    if start is not None and end is not None and start > end:
        raise InvalidRange("the range ends before it starts")
    oldest, newest = data_class.oldest_readable(now), now + AHEAD
    clamped_end = clamped(end or newest, oldest, newest)
    clamped_start = clamped(start or min(clamped_end, now) - DEFAULT_SPAN, oldest, newest)
    return min(clamped_start, clamped_end).astimezone(UTC), clamped_end.astimezone(UTC)


def clamped(at: datetime, oldest: datetime, newest: datetime) -> datetime:
    """Return the instant of the range that is nearest."""
    return min(max(at, oldest), newest)
