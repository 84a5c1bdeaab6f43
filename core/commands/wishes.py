"""What guardians want a watch to be set to, and how a change of its numbers is taken back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from core.accounts.notices import Announcement, Announcer, NoticeKind
from core.commands.capabilities import contacts_taken
from core.commands.model import (
    GUARDED,
    InvalidSetting,
    Setting,
    SettingName,
    SettingNotFound,
    SettingState,
    Undo,
)
from core.commands.ports import KnownCapabilities, Settings
from core.commands.rousing import Rousing
from core.commands.values import Contacts, MonitorNumbers, SosNumbers, Value, content_of
from core.kernel.errors import ChangedMeanwhile
from core.kernel.ids import AccountId, WatchId
from core.watches.model import Role
from core.watches.ports import Memberships

NEVER_SENT = frozenset({SettingName.MONITOR_NUMBERS})
_ANNOUNCED: Mapping[SettingName, NoticeKind] = {
    SettingName.SOS_NUMBERS: NoticeKind.SOS_NUMBERS_CHANGED,
    SettingName.MONITOR_NUMBERS: NoticeKind.MONITOR_NUMBERS_CHANGED,
}
_NO_NUMBERS: Mapping[SettingName, Value] = {
    SettingName.SOS_NUMBERS: SosNumbers(()),
    SettingName.MONITOR_NUMBERS: MonitorNumbers(()),
}
_TOLD = frozenset({Role.OWNER, Role.GUARDIAN})


class Wishes:
    """Changes settings. Who may change them is known before."""

    def __init__(
        self,
        settings: Settings,
        capabilities: KnownCapabilities,
        memberships: Memberships,
        announcer: Announcer,
        rousing: Rousing,
    ) -> None:
        self._settings = settings
        self._capabilities = capabilities
        self._memberships = memberships
        self._announcer = announcer
        self._rousing = rousing

    def want(
        self, watch_id: WatchId, name: SettingName, value: Value, *, replaces: int, by: AccountId, now: datetime
    ) -> Setting:
        """Store what is wanted in the place of version `replaces` (0: of nothing); return the setting.

        Raise ChangedMeanwhile when that is not the present one, InvalidSetting when the watch has no room for it.
        """
        if isinstance(value, Contacts) and len(value.contacts) > contacts_taken(self._capabilities.get(watch_id)):
            raise InvalidSetting("the watch has no room for so many contacts")
        current = self._settings.get(watch_id, name)
        if (current.version if current else 0) != replaces:
            raise ChangedMeanwhile("another version of the setting is wanted now")
        changed = _wanted(watch_id, name, content_of(value), current, by, now)
        return self._store(changed, self._undo_of(changed, current, now), _ANNOUNCED.get(name), by, now)

    def take_back(self, watch_id: WatchId, name: SettingName, *, by: AccountId, now: datetime) -> Setting:
        """Want what a guarded setting was before its changes of the last day; return the setting.

        Changes each within a day of the one before are taken back together: whoever changes twice gains nothing. Raise
        SettingNotFound when there is nothing to take back, ChangedMeanwhile.
        """
        undo = self._settings.undo_of(watch_id, name, now)
        current = self._settings.get(watch_id, name)
        if undo is None or current is None:
            raise SettingNotFound("no change of the last day")
        if current.desired == undo.desired:
            return current
        changed = _wanted(watch_id, name, undo.desired, current, by, now)
        return self._store(changed, None, NoticeKind.NUMBERS_RESTORED, by, now)

    def _undo_of(self, changed: Setting, current: Setting | None, now: datetime) -> Undo | None:
        """Return what the change can be taken back to: the oldest value of an unbroken row of changes."""
        if changed.name not in GUARDED:
            return None
        earlier = self._settings.undo_of(changed.watch_id, changed.name, now)
        if earlier is not None:
            return replace(earlier, since=now)
        before = content_of(_NO_NUMBERS[changed.name]) if current is None else current.desired
        return Undo(watch_id=changed.watch_id, name=changed.name, desired=before, since=now)

    def _store(
        self, changed: Setting, undo: Undo | None, notice: NoticeKind | None, by: AccountId, now: datetime
    ) -> Setting:
        stored = self._settings.replace(changed, undo)
        if stored is None:
            raise ChangedMeanwhile("the setting was changed at the same time")
        if notice is not None:
            self._announce(notice, changed.watch_id, by, now)
        if changed.name not in NEVER_SENT:
            self._rousing.rouse(changed.watch_id)
        return stored

    def _announce(self, kind: NoticeKind, watch_id: WatchId, by: AccountId, now: datetime) -> None:
        told = guardians(self._memberships, watch_id)
        self._announcer.announce(Announcement(kind=kind, to=told, at=now, watch_id=watch_id, by=by))


def guardians(memberships: Memberships, watch_id: WatchId) -> tuple[AccountId, ...]:
    """Return who is told of changes around a watch."""
    return tuple(each.account_id for each in memberships.of_watch(watch_id) if each.role in _TOLD)


def _wanted(
    watch_id: WatchId, name: SettingName, desired: Any, current: Setting | None, by: AccountId, now: datetime
) -> Setting:
    """Return the setting with another desired value: it waits anew, beside what the watch has acknowledged."""
    fresh = {
        "desired": desired,
        "desired_at": now,
        "desired_by": by,
        "state": SettingState.STORED if name in NEVER_SENT else SettingState.PENDING,
    }
    if current is None:
        return Setting(watch_id=watch_id, name=name, version=1, **fresh)
    return replace(current, version=current.version + 1, failure=None, sent_at=None, attempts=0, **fresh)
