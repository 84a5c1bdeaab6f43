"""Whether a connection is the device that it says it is (docs/adr/0018-what-proves-a-watch.md)."""

import hmac
from collections.abc import Iterable
from enum import Enum, auto
from hashlib import md5
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from core.watches.model import Identity
from wire.framing import Frame

_SIGNATURE_DIGITS: Final = 32
_SIGNED_FROM: Final = len("[") + _SIGNATURE_DIGITS


class Proof(Enum):
    """What a connection is believed for."""

    TRUST = auto()
    """The stage believes everyone."""
    ADDRESS = auto()
    """It comes from the address that the operator's network gives this device's SIM."""
    SIGNATURE = auto()
    """Its frames are signed under this device's key; each one has to be."""


class Prover:
    """Judges the connections of a stage.

    trusts_unproven: the stage declares that it believes everyone. networks: CIDRs of the operator's private networks.
    """

    def __init__(self, *, trusts_unproven: bool = False, networks: Iterable[str] = ()) -> None:
        self._trusts_unproven = trusts_unproven
        self._networks = [ip_network(each) for each in networks]

    def proof_of(self, address: str, identity: Identity, frames: Iterable[Frame]) -> Proof | None:
        """Tell by what a connection from this address, with these frames so far, is proven to be this device."""
        if self._trusts_unproven:
            return Proof.TRUST
        if comes_from_its_sim(address, identity, self._networks):
            return Proof.ADDRESS
        if any(is_signed(frame, identity.signing_key) for frame in frames):
            return Proof.SIGNATURE
        return None


def comes_from_its_sim(address: str, identity: Identity, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Tell whether the address is the device's own, in a network where nobody can take another's."""
    if identity.address is None or ip_address(address) != ip_address(identity.address):
        return False
    return any(ip_address(address) in network for network in networks)


def is_signed(frame: Frame, key: str | None) -> bool:
    """Tell whether a frame is signed under a device's key: MD5 over all between signature and `]`, then the key (D)."""
    if key is None or frame.signature is None:
        return False
    expected = md5(frame.raw[_SIGNED_FROM:-1] + key.encode()).hexdigest()  # noqa: S324 - the watch's own algorithm
    return hmac.compare_digest(expected, frame.signature)
