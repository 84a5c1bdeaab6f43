"""Words that decide who commands the watch: its server, its access point, its SMS password.

For the provisioning bench alone. They are no `Command`s, so nothing that customers or staff reach can send them.
UPGRADE is not here: no text tells its argument.
"""

from dataclasses import dataclass
from typing import Final

from wire.arguments import NOTHING, Arguments, argument, plain_text, whole
from wire.encode import Address, frame_of

_HOST_MAX: Final = 253  # RFC 1035
_APN_MAX: Final = 100  # 3GPP TS 23.003
_MCC_AND_MNC: Final = (20_001, 799_999)  # ITU E.212
_PASSWORD_DIGITS: Final = (100_000, 999_999)


class Provisioning(Arguments):
    """A setting made before a watch leaves the bench."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SetServer(Provisioning):
    """Connect elsewhere; no answer, the watch comes back after minutes or a restart (C)."""

    word = "IP"
    host: str = argument(plain_text(_HOST_MAX))
    port: int = argument(whole(1, 65_535))


@dataclass(frozen=True, slots=True)
class SetAccessPointName(Provisioning):
    """Use this access point of the operator (A, C)."""

    word = "APN"
    name: str = argument(plain_text(_APN_MAX))
    user: None = argument(NOTHING)
    password: None = argument(NOTHING)
    operator: int = argument(whole(*_MCC_AND_MNC))


@dataclass(frozen=True, slots=True)
class SetSmsPassword(Provisioning):
    """Change the password of the SMS channel; the factory ones are public."""

    word = "PW"
    password: int = argument(whole(*_PASSWORD_DIGITS), personal=True)


def provision(setting: Provisioning, address: Address) -> bytes:
    """Return the frame that makes this setting."""
    if type(setting) not in (SetServer, SetAccessPointName, SetSmsPassword):
        raise TypeError("this is no setting of the bench")
    return frame_of(setting.word, setting.arguments(), address)
