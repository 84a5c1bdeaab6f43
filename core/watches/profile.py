"""How a watch is shown: the name, the picture and the time zone that its guardians gave it."""

from dataclasses import dataclass, field

from core.kernel.errors import Refused
from core.kernel.ids import MediaId, WatchId
from core.kernel.time_zones import DEFAULT_TIME_ZONE, is_time_zone

LONGEST_NAME = 40  # characters: a first name, or a nickname of two or three words


class InvalidProfile(Refused):
    """No watch can be shown so; the text names the rule, never the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a watch is shown. Raise InvalidProfile for what no profile can be.

    name: whatever its guardians call it; None as long as they have not. time_zone: IANA name. picture: a photo of the
    watch. revision: a count of writes, by which concurrent ones are told apart; 0 where nothing was ever stored.
    """

    watch_id: WatchId
    name: str | None = field(default=None, repr=False)
    time_zone: str = DEFAULT_TIME_ZONE
    picture: MediaId | None = None
    revision: int = 0

    def __post_init__(self) -> None:
        if self.name is not None:
            object.__setattr__(self, "name", checked_name(self.name))  # the one way to set a field of a frozen class
        if not is_time_zone(self.time_zone):
            raise InvalidProfile("a time zone has its IANA name")


def checked_name(text: str) -> str:
    """Return the trimmed name; raise InvalidProfile for what nobody can read."""
    name = text.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidProfile(f"a name has 1 to {LONGEST_NAME} printable characters")
    return name
