"""Watches."""

from datetime import datetime

from pydantic import Field

from core.commands import capabilities as abilities
from core.commands.model import Capabilities as KnownAs
from core.commands.model import CommandKind, SettingName
from core.kernel.time_zones import DEFAULT_TIME_ZONE
from core.tracking.model import Source
from core.watches import model as watches
from core.watches.profile import LONGEST_NAME, Profile
from lambdas.api.schemas.shape import CURSOR, Schema
from lambdas.api.schemas.zones import LONGEST_TIME_ZONE


class LastPlace(Schema):
    """How old the newest position is, and how it was found; where it is tells /position."""

    at: datetime
    age_s: int = Field(description="Seconds between the fix and this answer")
    source: Source


class Status(Schema):
    """How a watch fares, as far as is known; what is not known is null. Show what is old as old."""

    online: bool = Field(description="Connected at this moment")
    last_heard_at: datetime | None = Field(description="null: not in the last 89 days")
    age_s: int | None = Field(description="Seconds between last_heard_at and this answer")
    battery_percent: int | None = Field(description="As of reading_age_s")
    signal_percent: int | None = Field(description="As of reading_age_s")
    reading_age_s: int | None = Field(description="Seconds between the newest reading of battery and signal and now")
    position: LastPlace | None


class WatchProfile(Schema):
    """How a watch is shown."""

    name: str | None = Field(repr=False, description="That its guardians gave it; null as long as they have not")
    time_zone: str = Field(description="IANA name")
    picture: str | None = Field(description="Opaque id of a photo")
    version: int = Field(description="A count of changes; whoever makes one sends it as `replaces`")

    @classmethod
    def of(cls, profile: Profile) -> "WatchProfile":
        """Return the profile as the API shows it."""
        return cls(name=profile.name, time_zone=profile.time_zone, picture=profile.picture, version=profile.revision)


class Watch(Schema):
    """A watch that the account may see."""

    id: str = Field(description="Opaque, new at each binding: never the number printed on the device")
    role: watches.Role
    since: datetime = Field(description="When the account came to the watch")
    profile: WatchProfile
    status: Status


class WatchPage(Schema):
    """Watches, the longest known first."""

    items: list[Watch]
    next: str | None = Field(description=CURSOR)


class Capabilities(Schema):
    """What a watch can do, as far as it has shown. What stands in neither list was never tried."""

    model: str | None
    supported: list[CommandKind | SettingName]
    unsupported: list[CommandKind | SettingName]
    contacts: int = Field(description="Contacts that the watch has room for, for certain")

    @classmethod
    def of(cls, known: KnownAs | None) -> "Capabilities":
        """Return the capabilities as the API shows them."""
        names: list[CommandKind | SettingName] = [*CommandKind, *(each for each in SettingName if each not in _HIDDEN)]
        shown = {name: abilities.is_supported(known, name) for name in names}
        return cls(
            model=None if known is None else known.model,
            supported=[name for name, is_supported in shown.items() if is_supported is True],
            unsupported=[name for name, is_supported in shown.items() if is_supported is False],
            contacts=abilities.contacts_taken(known),
        )


_HIDDEN = frozenset({SettingName.SMS_PASSWORD})
"""What no guardian sets."""


class WatchDetails(Watch):
    """All of a watch that has no route of its own."""

    capabilities: Capabilities


class ProfileChange(Schema):
    """What is left out stays as it is."""

    replaces: int = Field(
        strict=True, ge=0, description="`version` of what was read: nobody's change is overwritten unseen"
    )
    name: str | None = Field(
        default=None, min_length=1, max_length=LONGEST_NAME, repr=False, description="null: none any more"
    )
    time_zone: str | None = Field(
        default=None,
        min_length=1,
        max_length=LONGEST_TIME_ZONE,
        description=f"IANA name, such as {DEFAULT_TIME_ZONE}; null: as it is",
    )
