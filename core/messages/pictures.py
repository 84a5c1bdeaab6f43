"""The picture by which a watch is shown."""

from dataclasses import dataclass, replace

from core.kernel.clock import Clock
from core.kernel.errors import ChangedMeanwhile, NotFound
from core.kernel.ids import MediaId, WatchId, new_id
from core.messages.ports import Converter, MediaStore
from core.watches.ports import WatchProfiles

_TRIES = 5
"""Each loses to another change of the same profile; so many at one instant are no guardians."""


class PictureNotFound(NotFound):
    """The watch has no picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Keeps one picture of each watch, new of what was given; the one before is removed."""

    profiles: WatchProfiles
    media: MediaStore
    converter: Converter
    clock: Clock

    def of_watch(self, watch_id: WatchId) -> bytes:
        """Return the watch's picture, a JPEG; raise PictureNotFound."""
        media_id = self.profiles.get(watch_id).picture
        now = self.clock.now()
        found = None if media_id is None else self.media.get("photo", watch_id, media_id, now, now)
        if found is None:
            raise PictureNotFound("the watch has no picture")
        return found

    def put(self, watch_id: WatchId, given: bytes) -> None:
        """Show the watch by this picture from now on; raise InvalidMedia or ChangedMeanwhile."""
        media_id = MediaId(new_id())
        self.media.put("photo", watch_id, media_id, self.converter.photo(given), self.clock.now())
        try:
            self._show(watch_id, media_id)
        except ChangedMeanwhile:
            self._forget(media_id)
            raise

    def remove(self, watch_id: WatchId) -> None:
        """Show the watch by no picture; raise PictureNotFound or ChangedMeanwhile."""
        if self.profiles.get(watch_id).picture is None:
            raise PictureNotFound("the watch has no picture")
        self._show(watch_id, None)

    def _show(self, watch_id: WatchId, media_id: MediaId | None) -> None:
        for _ in range(_TRIES):
            profile = self.profiles.get(watch_id)
            if self.profiles.replace(replace(profile, picture=media_id)) is not None:
                self._forget(profile.picture)
                return
        raise ChangedMeanwhile("the profile was changed meanwhile")

    def _forget(self, media_id: MediaId | None) -> None:
        if media_id is not None:
            self.media.remove("photo", media_id)
