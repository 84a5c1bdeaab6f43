"""Commands about numbers, calls and contacts."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from wire.arguments import (
    CONTACT_NAME,
    NOTHING,
    PHONE,
    SWITCH,
    Command,
    Contact,
    argument,
    contacts,
    numbers,
    one_of,
    optional,
    plain_text,
    whole,
)

_ROWS: Final = 5  # of each PHB word and each WHITELIST word (A-C)
_SOS_ROWS: Final = 3
_PHL_ROWS: Final = 50  # A, D
_PHBX_ROWS: Final = 100  # B, C: 30 or 100, by model
_FRIEND_ID_MAX: Final = 15


@dataclass(frozen=True, slots=True)
class SetSosNumbers(Command):
    """Set the numbers that the SOS button dials in turn, two rounds, until one is answered."""

    word = "SOS"
    numbers: tuple[str, ...] = argument(numbers(_SOS_ROWS), personal=True)


@dataclass(frozen=True, slots=True)
class SetFirstSosNumber(Command):
    """Set the first SOS number alone."""

    word = "SOS1"
    number: str = argument(PHONE, personal=True)


@dataclass(frozen=True, slots=True)
class SetSecondSosNumber(Command):
    """Set the second SOS number alone."""

    word = "SOS2"
    number: str = argument(PHONE, personal=True)


@dataclass(frozen=True, slots=True)
class SetThirdSosNumber(Command):
    """Set the third SOS number alone."""

    word = "SOS3"
    number: str = argument(PHONE, personal=True)


@dataclass(frozen=True, slots=True)
class Call(Command):
    """Let the watch dial a number, for its wearer to see and hear (A, C)."""

    word = "CALL"
    number: str = argument(PHONE, personal=True)


@dataclass(frozen=True, slots=True)
class SetPhoneBook(Command):
    """Set contacts 1 to 5; rows that are not given are cleared."""

    word = "PHB"
    contacts: tuple[Contact, ...] = argument(contacts(_ROWS, padded=True), personal=True)


@dataclass(frozen=True, slots=True)
class SetSecondPhoneBook(Command):
    """Set contacts 6 to 10."""

    word = "PHB2"
    contacts: tuple[Contact, ...] = argument(contacts(_ROWS, padded=True), personal=True)


@dataclass(frozen=True, slots=True)
class SetThirdPhoneBook(Command):
    """Set contacts 11 to 15."""

    word = "PHB3"
    contacts: tuple[Contact, ...] = argument(contacts(_ROWS, padded=True), personal=True)


@dataclass(frozen=True, slots=True)
class SetContactList(Command):
    """Set the whole phone book, which is also the whitelist (A, D)."""

    word = "PHL"
    contacts: tuple[Contact, ...] = argument(contacts(_PHL_ROWS, padded=False), personal=True)


@dataclass(frozen=True, slots=True)
class SetContact(Command):
    """Set one row of the long phone book (B, C); answered by PHBX,1 or 0."""

    word = "PHBX"
    row: int = argument(whole(1, _PHBX_ROWS))
    name: str = argument(CONTACT_NAME, personal=True)
    number: str = argument(PHONE, personal=True)
    # The texts do not tell how a photo is encoded.
    photo: None = argument(NOTHING, default=None)


class Relation(IntEnum):
    """Who a contact is to the child."""

    CUSTOM = 0
    DAD = 1
    MOM = 2
    GRANDPA = 3
    GRANDMA = 4
    OTHER = 5


@dataclass(frozen=True, slots=True)
class SetContactWithRelation(Command):
    """Set one row of the newer long phone book (C); answered by PHBX2,1 or 0."""

    word = "PHBX2"
    row: int = argument(whole(1, _PHBX_ROWS))
    name: str = argument(CONTACT_NAME, personal=True)
    number: str = argument(PHONE, personal=True)
    avatar: None = argument(NOTHING, default=None)
    relation: Relation = argument(one_of(Relation), default=Relation.CUSTOM)


@dataclass(frozen=True, slots=True)
class DeleteContact(Command):
    """Clear one row of the long phone book (B, C); answered by PHBX,1 or 0."""

    word = "DPHBX"
    row: int = argument(whole(1, _PHBX_ROWS))


@dataclass(frozen=True, slots=True)
class SetWhitelist(Command):
    """Set numbers 1 to 5 that may call the watch."""

    word = "WHITELIST1"
    numbers: tuple[str, ...] = argument(numbers(_ROWS), personal=True)


@dataclass(frozen=True, slots=True)
class SetSecondWhitelist(Command):
    """Set numbers 6 to 10 that may call the watch."""

    word = "WHITELIST2"
    numbers: tuple[str, ...] = argument(numbers(_ROWS), personal=True)


@dataclass(frozen=True, slots=True)
class RefuseStrangers(Command):
    """Refuse calls of numbers in no list; needs SOS numbers and a phone book (C)."""

    word = "DEVREFUSEPHONESWITCH"
    on: bool = argument(SWITCH)


@dataclass(frozen=True, slots=True)
class SmsOnSos(Command):
    """Send an SMS at an SOS."""

    word = "SOSSMS"
    on: bool = argument(SWITCH)


@dataclass(frozen=True, slots=True)
class SmsOnLowBattery(Command):
    """Send an SMS below 20 percent."""

    word = "LOWBAT"
    on: bool = argument(SWITCH)


@dataclass(frozen=True, slots=True)
class SmsOnTakingOff(Command):
    """Send an SMS when the watch is taken off."""

    word = "REMOVESMS"
    on: bool = argument(SWITCH)


@dataclass(frozen=True, slots=True)
class RemoveFriend(Command):
    """Remove one friend of the watch, or all (B, C); no answer."""

    word = "PPR"
    friend_id: str | None = argument(optional(plain_text(_FRIEND_ID_MAX)), default=None, personal=True)
