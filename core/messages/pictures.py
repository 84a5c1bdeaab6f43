"""The photos of a watch: the one by which it is shown, and those of its contacts."""

from dataclasses import dataclass, replace
from datetime import timedelta

from core.accounts.attempts import exceeds
from core.accounts.model import TooManyAttempts
from core.accounts.ports import Attempts
from core.kernel.clock import Clock
from core.kernel.errors import ChangedMeanwhile, NotFound
from core.kernel.ids import MediaId, WatchId, new_id
from core.messages.ports import Converter, MediaStore
from core.watches.ports import WatchProfiles

MOST_A_DAY = 100
"""Of one watch: a picture of each of its fifty contacts, and of itself, twice."""
_TRIES = 5
"""Each loses to another change of the same profile; so many at one instant are no guardians."""
_A_DAY = timedelta(days=1)


class PhotoNotFound(NotFound):
    """The watch has no such photo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Keeps photos, new of what was given; of the watch itself one, and the one before is removed."""

    profiles: WatchProfiles
    media: MediaStore
    converter: Converter
    attempts: Attempts
    clock: Clock

    def add(self, watch_id: WatchId, given: bytes) -> MediaId:
        """Store a photo, as contacts are shown by; raise InvalidMedia or TooManyAttempts."""
        self._count(watch_id)
        media_id = MediaId(new_id())
        self.media.put("photo", watch_id, media_id, self.converter.photo(given), self.clock.now())
        return media_id

    def get(self, watch_id: WatchId, media_id: MediaId) -> bytes:
        """Return a photo of this watch, a JPEG; raise PhotoNotFound."""
        now = self.clock.now()
        found = self.media.get("photo", watch_id, media_id, now, now)
        if found is None:
            raise PhotoNotFound("the watch has no such photo")
        return found

    def remove(self, watch_id: WatchId, media_id: MediaId) -> None:
        """Remove a photo of this watch; raise PhotoNotFound."""
        self.get(watch_id, media_id)
        self.media.remove("photo", watch_id, media_id)

    def shown(self, watch_id: WatchId) -> bytes:
        """Return the photo by which the watch is shown; raise PhotoNotFound."""
        media_id = self.profiles.get(watch_id).picture
        if media_id is None:
            raise PhotoNotFound("the watch is shown by none")
        return self.get(watch_id, media_id)

    def show(self, watch_id: WatchId, given: bytes) -> None:
        """Show the watch by this from now on; raise InvalidMedia, TooManyAttempts or ChangedMeanwhile."""
        media_id = self.add(watch_id, given)
        try:
            self._replace(watch_id, media_id)
        except ChangedMeanwhile:
            self._forget(watch_id, media_id)
            raise

    def show_none(self, watch_id: WatchId) -> None:
        """Show the watch by no photo; raise PhotoNotFound or ChangedMeanwhile."""
        if self.profiles.get(watch_id).picture is None:
            raise PhotoNotFound("the watch is shown by none")
        self._replace(watch_id, None)

    def _replace(self, watch_id: WatchId, media_id: MediaId | None) -> None:
        for _ in range(_TRIES):
            profile = self.profiles.get(watch_id)
            if self.profiles.replace(replace(profile, picture=media_id)) is not None:
                self._forget(watch_id, profile.picture)
                return
        raise ChangedMeanwhile("the profile was changed meanwhile")

    def _forget(self, watch_id: WatchId, media_id: MediaId | None) -> None:
        if media_id is not None:
            self.media.remove("photo", watch_id, media_id)

    def _count(self, watch_id: WatchId) -> None:
        now = self.clock.now()
        started_at = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if exceeds(self.attempts.count(f"photo:{watch_id}:{started_at.date()}", now), MOST_A_DAY):
            raise TooManyAttempts(started_at + _A_DAY - now)
