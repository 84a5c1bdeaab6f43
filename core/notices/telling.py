"""From announcements to notices."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.accounts.notices import NEVER_STORED, Announcement
from core.accounts.ports import Accounts
from core.alerts.courier import Failures
from core.alerts.ports import ChannelFailed
from core.kernel.ids import AccountId, WatchId
from core.live.notifier import LiveNotifier
from core.notices.messages import hint_message, hint_payload, notice_message, push_payload
from core.notices.model import Notice, notice_of
from core.notices.ports import Mails, Notices, Ringer
from core.notices.texts import MAILED, mail_of
from core.vault.model import EpochOver, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Brings an announcement to each account that it is for.

    The list is what counts, then the mail, where there is one: what fails of these is raised. A push and an open app
    only hasten it. What is announced again stands in the list once and rings once; a mail may come twice. What is
    NEVER_STORED is pushed and shown as often as it is announced.
    """

    notices: Notices
    live: LiveNotifier
    ringer: Ringer
    mails: Mails
    accounts: Accounts

    def tell(self, announcement: Announcement, now: datetime) -> None:
        """Serve each account, whatever fails at another; raise the first failure."""
        failures = Failures()
        for account_id in announcement.to:
            with failures.kept():
                if is_never_stored(announcement):
                    push, shown = hint_payload(announcement), hint_message(announcement)
                    self._hasten(account_id, announcement.watch_id, push, shown, now)
                else:
                    self._tell(notice_of(announcement, account_id), now)
        failures.tell()

    def _tell(self, notice: Notice, now: datetime) -> None:
        try:
            is_new = self.notices.add(notice)
        except (EpochOver, Unreadable):  # it came far too late, or the account was erased
            return
        if is_new:
            self._hasten(notice.account_id, notice.watch_id, push_payload(notice), notice_message(notice), now)
        if notice.kind in MAILED:
            self._mail(notice)

    def _hasten(
        self,
        account_id: AccountId,
        watch_id: WatchId | None,
        push: Mapping[str, str],
        shown: Mapping[str, Any],
        now: datetime,
    ) -> None:
        with suppress(ChannelFailed):
            self.ringer.ring(account_id, push, now)
        if watch_id is not None:
            with suppress(ChannelFailed):
                self.live.show(account_id, watch_id, shown, now)

    def _mail(self, notice: Notice) -> None:
        account = self.accounts.get(notice.account_id)
        if account is not None:
            self.mails.send(account.email, mail_of(notice.kind, account.language))


def is_never_stored(announcement: Announcement) -> bool:
    """Tell whether nothing of an announcement may stand in a list."""
    return announcement.kind in NEVER_STORED
