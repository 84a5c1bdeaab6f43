"""Whether a connection is the device that it says it is (docs/adr/0006-a-watch-cannot-prove-itself.md)."""

from collections.abc import Callable

Prove = Callable[[str, str], bool]
"""Tells from a connection's source address and the device id in its frames whether they belong together."""


def trusts_everyone(_address: str, _device: str) -> bool:
    """For a stage that declares `trust_unproven`."""
    return True


def trusts_no_one(_address: str, _device: str) -> bool:
    """For any other stage: none of the ways to prove exists, so an unproven connection writes and receives nothing."""
    return False
