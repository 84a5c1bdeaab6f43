"""How much of the bridge one peer, one address and all of them together may use."""

from dataclasses import dataclass, field

from adapters.settings import STRANGERS_PER_ADDRESS
from wire.framing import Limits as FrameLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Times in seconds, sizes in bytes.

    A *stranger* is a connection that has not yet shown a known device that it proved to be. A known device has one
    connection, so only strangers need a limit by address: behind the NAT of a mobile operator thousands of watches
    share one, and each is a stranger only for the moment of its look-up.
    """

    connections: int = 40_000
    """In all: 160 MB at 4 KiB each, and below the file descriptors that Fargate grants (65,535)."""
    strangers_per_address: int = STRANGERS_PER_ADDRESS
    """Above it the oldest stranger of that address gives way, so that those who speak at once get in beside those who
    never do."""
    stranger_s: float = 10
    """To the first full frame and through the look-up; a watch speaks at once."""
    idle_s: float = 15 * 60
    """The longest heartbeat is 10 minutes (D); one may be late."""
    frames_per_s: float = 20
    """Of one connection, in the long run. Above it the socket is read more slowly: nothing is dropped."""
    frames_at_once: float = 200
    """A backlog of points and a voice message in parts come in one go."""
    high_water_bytes: int = 64 * 1024 * 1024
    """An hour of 60,000 watches (18 KB/s) in records that wait for the stream; above it no socket is read."""
    low_water_bytes: int = 48 * 1024 * 1024
    """Below it they are read again; so far below that an outage does not make them flutter."""
    handshakes_at_once: float = 150
    """Of TLS, begun by all together, before they are limited to `handshakes_per_s`."""
    handshakes_per_s: float = 150
    """Each takes 2 ms of the one core that all share, and up to 60 KB until it ends or `stranger_s` is over: so some
    100 MB. Who is refused comes again; 30,000 watches do so within four minutes."""
    handshake_bytes: int = 8 * 1024
    """Of one that has not ended: a watch sends less than 1 KiB, and OpenSSL itself would hold 128."""
    frame: FrameLimits = field(default_factory=FrameLimits)

    unknown_per_address: float = 60
    """Look-ups of one address that may find nothing, before they are limited to `unknown_per_address_s`."""
    unknown_per_address_s: float = 1
    unknown: float = 1_000
    """The same for all addresses: 20 a second cost some $8 of reads a month, whatever an attacker does."""
    unknown_s: float = 20
