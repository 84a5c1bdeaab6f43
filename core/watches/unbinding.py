"""The end of a binding."""

from collections.abc import Sequence

from core.accounts.notices import Announcement, Announcer, NoticeKind
from core.kernel.clock import Clock
from core.kernel.ids import AccountId, WatchId
from core.watches.ports import Devices, Ending, Parting


class Unbinding:
    """Ends bindings.

    At once: the binding, so that nothing of the device is stored any more and no command reaches it; every membership,
    and with it every route, screen and phone; what runs for the watch, and what its members chose for it. Later: its
    data, which stays sealed under the binding's key that nobody can ask for any more, and dies with its epochs, or with
    the data of its last owner.
    """

    def __init__(
        self,
        *,
        devices: Devices,
        endings: Sequence[Ending],
        partings: Sequence[Parting],
        announcer: Announcer,
        clock: Clock,
    ) -> None:
        self._devices = devices
        self._endings = endings
        self._partings = partings
        self._announcer = announcer
        self._clock = clock

    def unbind(self, owner: AccountId, watch_id: WatchId) -> None:
        """Unbind the watch and tell everybody; raise NotTheOwner."""
        now = self._clock.now()
        members = [each.account_id for each in self._devices.unbind(watch_id, owner, now)]
        for end in self._endings:
            end(watch_id, owner)
        for account_id in members:
            for part in self._partings:
                part(account_id, watch_id)
        self._announcer.announce(
            Announcement(kind=NoticeKind.WATCH_UNBOUND, to=tuple(members), at=now, watch_id=watch_id, by=owner)
        )
