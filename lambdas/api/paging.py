"""Lists of what happened to a watch, page by page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Query

from core.kernel.ids import WatchId
from core.kernel.page import Page
from core.retention.policy import POLICY
from lambdas.api.call import Call
from lambdas.api.ranges import kept_range

T = TypeVar("T")

LARGEST_PAGE = 500  # about 150 KB of JSON; a Lambda may answer with 6 MB
USUAL_PAGE = 100

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Most items of a page")]
Cursor = Annotated[
    str | None, Query(max_length=1_024, description="`next` of the page before, with all else as it was")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A list as it was asked for. of: name of its class in the retention policy."""

    of: str
    watch_id: WatchId
    start: datetime | None
    end: datetime | None
    limit: int
    cursor: str | None


def read_page(call: Call, asked: Asked, between: "Callable[..., Page[T]]") -> tuple[Sequence[T], str | None]:
    """Return the items of a page and its cursor. between: the port's reader.

    A cursor keeps the range of its list: "the last 24 hours" stay the same while somebody turns the pages.
    """
    scope = [asked.of, call.caller.account_id, asked.watch_id, *map(str, (asked.start, asked.end))]
    if asked.cursor is None:
        start, end = kept_range(asked.start, asked.end, POLICY[asked.of], call.now)
        after = None
    else:
        first, last, after = call.services.cursors.read(asked.cursor, scope, call.now)
        start, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
    page = between(asked.watch_id, start, end, now=call.now, limit=asked.limit, after=after)
    if page.next is None:
        return page.items, None
    return page.items, call.services.cursors.write([start.isoformat(), end.isoformat(), page.next], scope, call.now)
