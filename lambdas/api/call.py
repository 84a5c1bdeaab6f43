"""One request, as a route sees it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from aws_lambda_powertools.event_handler.api_gateway import Router

from core.accounts.model import Caller, NotSignedIn
from core.kernel.errors import NotFound
from core.kernel.ids import InvalidId, WatchId, checked_id
from lambdas.api.services import Services


class WatchNotFound(NotFound):
    """No such watch, or none of the caller's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. address: the IP address it came from. bearer: who calls, None on a public route."""

    services: Services
    now: datetime
    address: str = field(repr=False)
    bearer: Caller | None

    @property
    def caller(self) -> Caller:
        """Who calls; raise NotSignedIn on a public route."""
        if self.bearer is None:
            raise NotSignedIn("a public route has no caller")
        return self.bearer

    def own_watch(self, watch_id: str) -> WatchId:
        """Return the id when the caller is a member of this watch, asked anew at every call; raise WatchNotFound."""
        try:
            checked = WatchId(checked_id(watch_id))
        except InvalidId:
            raise WatchNotFound("no such watch") from None
        if self.services.memberships.get(self.caller.account_id, checked) is None:
            raise WatchNotFound("no such watch")
        return checked


def this_call(router: Router) -> Call:
    """Return the request that is being answered."""
    return cast("Call", router.context["call"])
