"""Who is looking at a watch and still may: all that is shown passes here."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.accounts.ports import TokenFamilies
from core.alerts.courier import Failures
from core.alerts.model import Due
from core.kernel.ids import AccountId, WatchId
from core.live.model import CHECKED_EACH, VIEWS_PER_ACCOUNT, LiveView
from core.live.ports import LiveViews, Screens
from core.watches.ports import Memberships


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Shows messages to open views. Rights are asked anew for each message, so that a removed one ends at once."""

    views: LiveViews
    screens: Screens
    families: TokenFamilies
    memberships: Memberships

    def show(
        self, watch_id: WatchId, message: Mapping[str, Any], now: datetime, *, only_to: AccountId | None = None
    ) -> bool:
        """Send a message of a watch to those who look at it; tell whether anybody got it.

        Raise as Screens.show, when all were served: a screen that takes nothing keeps it from no other.
        """
        failures, is_shown = Failures(), False
        for view in newest_of_each_account(self.views.of_watch(watch_id, now)):
            if only_to in (None, view.account_id):
                with failures.kept():
                    is_shown |= self.may_see(view, watch_id, now) and self._send(view, message)
        failures.tell()
        return is_shown

    def may_see(self, view: LiveView, watch_id: WatchId, now: datetime) -> bool:
        """Tell whether the view's sign-in lasts and its account is a member of the watch, this instant."""
        return self._is_signed_in(view, now) and self._is_member(view, watch_id)

    def recheck(self, due: Due, now: datetime) -> Due | None:
        """Take from the connection that is due what its account may see no more; return when to look again.

        A connection without a token that holds, or with nothing left to see, is closed: None.
        """
        view = self.views.get(due.subject, now)
        watch_ids = () if view is None else self._still_seen(view, now)
        if view is None or not watch_ids:
            self.views.remove(due.subject)
            self.screens.close(due.subject)
            return None
        if watch_ids != view.watch_ids:
            self.views.put(replace(view, watch_ids=watch_ids), now)
        return replace(due, at=now + CHECKED_EACH)

    def _still_seen(self, view: LiveView, now: datetime) -> tuple[WatchId, ...]:
        return tuple(watch_id for watch_id in view.watch_ids if self.may_see(view, watch_id, now))

    def _is_signed_in(self, view: LiveView, now: datetime) -> bool:
        family = self.families.get(view.family_id, now)
        return family is not None and family.account_id == view.account_id

    def _is_member(self, view: LiveView, watch_id: WatchId) -> bool:
        return self.memberships.get(view.account_id, watch_id) is not None

    def _send(self, view: LiveView, message: Mapping[str, Any]) -> bool:
        is_shown = self.screens.show(view.connection_id, message)
        if not is_shown:
            self.views.remove(view.connection_id)
        return is_shown


def newest_of_each_account(views: Iterable[LiveView]) -> Iterator[LiveView]:
    """Yield of each account the VIEWS_PER_ACCOUNT whose tokens end last."""
    counts: Counter[AccountId] = Counter()
    for view in sorted(views, key=lambda view: view.until, reverse=True):
        counts[view.account_id] += 1
        if counts[view.account_id] <= VIEWS_PER_ACCOUNT:
            yield view
