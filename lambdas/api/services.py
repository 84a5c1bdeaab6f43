"""What the routes work with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from adapters.cursors import SignedCursors
from core.accounts.ports import TokenFamilies
from core.accounts.sign_in import Access, SignIn
from core.kernel.clock import Clock
from core.tracking.ports import Positions, TelemetryReadings
from core.watches.ports import Memberships


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The capabilities and ports behind the API. public_keys: gives the keys of the JWKS (RFC 7517)."""

    sign_in: SignIn
    access: Access
    families: TokenFamilies
    memberships: Memberships
    positions: Positions
    telemetry: TelemetryReadings
    cursors: SignedCursors
    public_keys: Callable[[], Sequence[Mapping[str, str]]]
    clock: Clock
