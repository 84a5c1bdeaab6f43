"""Lists of what happened to a watch or an account, page by page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from core.kernel.page import Page
from core.retention.policy import POLICY
from lambdas.api.call import Call
from lambdas.api.ranges import kept_range

T = TypeVar("T")
Owner = TypeVar("Owner", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Generic[Owner]):
    """A list as it was asked for. of: name of its class in the retention policy. owner: the watch or account."""

    of: str
    owner: Owner
    start: datetime | None
    end: datetime | None
    limit: int
    cursor: str | None


def read_page(call: Call, asked: Asked[Owner], between: Callable[..., Page[T]]) -> tuple[Sequence[T], str | None]:
    """Return the items of a page and the cursor of the next. between: the port's reader.

    A cursor keeps its list's range: "the last 24 hours" stay the same while somebody turns the pages.
    """
    scope: list[str] = [asked.of, call.caller.account_id, asked.owner, str(asked.start), str(asked.end)]
    start, end, after = _place(call, asked, scope)
    page = between(asked.owner, start, end, now=call.now, limit=asked.limit, after=after)
    if page.next is None:
        return page.items, None
    return page.items, call.services.cursors.write([start.isoformat(), end.isoformat(), page.next], scope, call.now)


def read_list(
    call: Call, scope: Sequence[str], cursor: str | None, page_after: Callable[[str | None], Page[T]]
) -> tuple[Sequence[T], str | None]:
    """Return the items of a page of a list without times, and the cursor of the next. scope: names the list."""
    scope = [*scope, call.caller.account_id]
    [after] = [None] if cursor is None else call.services.cursors.read(cursor, scope, call.now)
    page = page_after(after)
    return page.items, None if page.next is None else call.services.cursors.write([page.next], scope, call.now)


def page_of(
    call: Call, scope: Sequence[str], found: Sequence[T], place: Callable[[T], str], limit: int, cursor: str | None
) -> tuple[Sequence[T], str | None]:
    """Return a page of a list that is short enough to be read whole, and the cursor of the next.

    scope: names the list. found: in the order of `place`, which tells each item from all others.
    """
    scope = [*scope, call.caller.account_id]
    if cursor is not None:
        [after] = call.services.cursors.read(cursor, scope, call.now)
        found = [each for each in found if place(each) > after]
    shown = found[:limit]
    if len(shown) == len(found):
        return shown, None
    return shown, call.services.cursors.write([place(shown[-1])], scope, call.now)


def _place(call: Call, asked: Asked[Owner], scope: Sequence[str]) -> tuple[datetime, datetime, str | None]:
    if asked.cursor is None:
        return *kept_range(asked.start, asked.end, POLICY[asked.of], call.now), None
    start, end, after = call.services.cursors.read(asked.cursor, scope, call.now)
    return datetime.fromisoformat(start), datetime.fromisoformat(end), after
