"""Commands about the watch itself."""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from wire.arguments import SWITCH, Argument, Command, InvalidArgument, argument, one_of, plain_text, whole


@dataclass(frozen=True, slots=True)
class Locate(Command):
    """Report positions now, for about three minutes (conflict: once, in small models)."""

    word = "CR"


@dataclass(frozen=True, slots=True)
class SetUploadInterval(Command):
    """Report each so many seconds while moving. 60 at least by the texts; one vendor offers 10."""

    word = "UPLOAD"
    seconds: int = argument(whole(10, 65_535))


@dataclass(frozen=True, slots=True)
class Ring(Command):
    """Ring for a minute; a button stops it."""

    word = "FIND"


@dataclass(frozen=True, slots=True)
class Restart(Command):
    """Start anew."""

    word = "RESET"


@dataclass(frozen=True, slots=True)
class PowerOff(Command):
    """Switch off; only a hand switches it on again."""

    word = "POWEROFF"


@dataclass(frozen=True, slots=True)
class FactoryReset(Command):
    """Forget all settings."""

    word = "FACTORY"


@dataclass(frozen=True, slots=True)
class Unbind(Command):
    """Forget the owner (D)."""

    word = "DLT"


_SSID_MAX: Final = 32  # IEEE 802.11
_WPA_PASSWORD_MAX: Final = 63
_LANGUAGES_MAX: Final = 36  # 0 en, 3 pt, 4 es, 5 de, 10 fr, 12 it, 16 nl, 17 pl ... (C; one vendor uses 1 for English)
_QUARTERS: Final = 4


def _write_zone(hours: float) -> list[str]:
    if not (-12 <= hours <= 14 and (hours * _QUARTERS).is_integer()):  # noqa: PLR2004 - the zones of the earth
        raise InvalidArgument("a zone is -12 to +14 hours in quarters")
    return [f"{hours:+g}"]


def _read_zone(texts: list[str]) -> float:
    try:
        return float(texts[0])
    except ValueError:
        raise InvalidArgument("a zone is a number of hours") from None


_ZONE: Final[Argument[float]] = Argument(_write_zone, _read_zone)


@dataclass(frozen=True, slots=True)
class SetLanguageAndZone(Command):
    """Language by number, hours ahead of UTC; the watch knows no summer time, so send it again at each change."""

    word = "LZ"
    language: int = argument(whole(0, _LANGUAGES_MAX))
    zone_hours: float = argument(_ZONE)


@dataclass(frozen=True, slots=True)
class SetLanguage(Command):
    """Language by number (B)."""

    word = "LANG"
    language: int = argument(whole(0, _LANGUAGES_MAX))


@dataclass(frozen=True, slots=True)
class SetZone(Command):
    """Hours ahead of UTC (B)."""

    word = "ZONE"
    zone_hours: float = argument(_ZONE)


@dataclass(frozen=True, slots=True)
class AskVersion(Command):
    """Answered by the firmware's version."""

    word = "VERNO"


@dataclass(frozen=True, slots=True)
class AskStatus(Command):
    """Answered by a status text: version, intervals, battery, GPS, network (C)."""

    word = "TS"


class Sound(IntEnum):
    """How a watch makes itself noticed."""

    VIBRATE_AND_RING = 1
    RING = 2
    VIBRATE = 3
    SILENT = 4


@dataclass(frozen=True, slots=True)
class SetSound(Command):
    """Set the sound profile."""

    word = "profile"
    sound: Sound = argument(one_of(Sound))


@dataclass(frozen=True, slots=True)
class SearchWifi(Command):
    """Answered by the networks in reach (B, C; Android watches)."""

    word = "WIFISEARCH"


@dataclass(frozen=True, slots=True)
class AskWifi(Command):
    """Answered by the network in use (B, C)."""

    word = "WIFICUR"


_MAC: Final = re.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}")


def _write_mac(value: str) -> list[str]:
    if not _MAC.fullmatch(value):
        raise InvalidArgument("a MAC is six octets in lower case")
    return [value]


@dataclass(frozen=True, slots=True)
class JoinWifi(Command):
    """Join a network (B, C). It carries a password: never log it, never keep it."""

    word = "WIFISET"
    name: str = argument(plain_text(_SSID_MAX), personal=True)
    password: str = argument(plain_text(_WPA_PASSWORD_MAX), personal=True)
    mac: str = argument(Argument(_write_mac, lambda texts: texts[0]), personal=True)


@dataclass(frozen=True, slots=True)
class ForgetWifi(Command):
    """Leave the network and forget it (B, C)."""

    word = "WIFIDEL"


class Feature(StrEnum):
    """What can be locked. GPS must be on with 4G watches."""

    GPS = "DW"
    YJ = "YJ"  # in the vendor texts without a name
    DIAL_PAD = "PH"
    CHAT = "WX"


def _read_lock(texts: list[str]) -> tuple[Feature, bool]:
    feature, _, on = texts[0].partition("-")
    return one_of(Feature).read([feature]), SWITCH.read([on])


@dataclass(frozen=True, slots=True)
class SwitchFeature(Command):
    """Switch a feature on or off (B, C)."""

    word = "APPLOCK"
    feature: tuple[Feature, bool] = argument(Argument(lambda value: [f"{value[0].value}-{int(value[1])}"], _read_lock))
