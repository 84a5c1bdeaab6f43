"""One request, as a route sees it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from aws_lambda_powertools.event_handler.api_gateway import Router

from core.accounts.model import Bearer, NotSignedIn, PasswordNeeded, is_fresh
from core.kernel.errors import NotFound
from core.kernel.ids import WatchId, checked_id
from core.watches.model import Membership, Role
from lambdas.api.problems import NotAllowed
from lambdas.api.services import Services

_MAY_CHANGE = frozenset({Role.OWNER, Role.GUARDIAN})


class WatchNotFound(NotFound):
    """No such watch, or none of the caller's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. address: the IP address it came from. bearer: who calls, None on a public route."""

    services: Services
    now: datetime
    address: str = field(repr=False)
    bearer: Bearer | None
    _changed: list[str] = field(default_factory=list)

    @property
    def changed_subject(self) -> str | None:
        """Whose change the route told of, None where it left that to its path."""
        return self._changed[-1] if self._changed else None

    def changed(self, subject_id: str) -> None:
        """Let the change log hold this request at a watch or account that neither the path nor the token names."""
        self._changed.append(subject_id)

    @property
    def caller(self) -> Bearer:
        """Who calls; raise NotSignedIn on a public route."""
        if self.bearer is None:
            raise NotSignedIn("a public route has no caller")
        return self.bearer

    def device_key(self, proof: str, path: str) -> str:
        """Return the thumbprint of the key that the device has proved for a POST here; raise as DpopProofs.key_of."""
        return self.services.proofs.key_of(proof, "POST", path, self.now)

    def require_fresh_password(self) -> None:
        """Raise PasswordNeeded unless the caller's password was shown within the last minutes."""
        if not is_fresh(self.caller.password_at, self.now):
            raise PasswordNeeded("the password was shown too long ago")

    def membership(self, watch_id: str) -> Membership:
        """Return the caller's part in this watch, for what not every member is shown; raise as own_watch."""
        return self._membership(watch_id)

    def own_watch(self, watch_id: str) -> WatchId:
        """Return the id when the caller is a member of this watch, asked anew at every call.

        Raise WatchNotFound or InvalidId: both look the same from outside.
        """
        return self._membership(watch_id).watch_id

    def guarded_watch(self, watch_id: str) -> WatchId:
        """Return the id when the caller may change something of this watch; raise as own_watch, or NotAllowed."""
        membership = self._membership(watch_id)
        if not may_change(membership.role):
            raise NotAllowed("a viewer changes nothing")
        return membership.watch_id

    def owned_watch(self, watch_id: str) -> WatchId:
        """Return the id when the caller owns this watch; raise as own_watch, or NotAllowed."""
        membership = self._membership(watch_id)
        if not owns(membership.role):
            raise NotAllowed("only the owner does this")
        return membership.watch_id

    def _membership(self, watch_id: str) -> Membership:
        checked = WatchId(checked_id(watch_id))
        membership = self.services.memberships.get(self.caller.account_id, checked)
        if membership is None:
            raise WatchNotFound("no such watch")
        return membership


def may_change(role: Role) -> bool:
    """Tell whether this member may change zones, learned places and what else belongs to a watch."""
    return role in _MAY_CHANGE


def owns(role: Role) -> bool:
    """Tell whether this member may decide on members, numbers, the SIM and the end of the watch's binding."""
    return role is Role.OWNER


def this_call(router: Router) -> Call:
    """Return the request that is being answered."""
    return cast("Call", router.context["call"])
