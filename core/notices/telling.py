"""From announcements to notices."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from core.accounts.notices import Announcement
from core.accounts.ports import Accounts
from core.alerts.courier import Failures
from core.alerts.ports import ChannelFailed
from core.live.notifier import LiveNotifier
from core.notices.messages import notice_message, push_payload
from core.notices.model import Notice, notice_of
from core.notices.ports import Mails, Notices, Ringer
from core.notices.texts import MAILED, mail_of
from core.vault.model import EpochOver, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Brings an announcement to each account that it is for.

    The list is what counts, then the mail, where there is one: what fails of these is raised. A push and an open app
    only hasten it. What is announced again stands in the list once and rings once; a mail may come twice.
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
                self._tell(notice_of(announcement, account_id), now)
        failures.tell()

    def _tell(self, notice: Notice, now: datetime) -> None:
        try:
            is_new = self.notices.add(notice)
        except (EpochOver, Unreadable):  # it came far too late, or the account was erased
            return
        if is_new:
            with suppress(ChannelFailed):
                self.ringer.ring(notice.account_id, push_payload(notice), now)
            if notice.watch_id is not None:
                with suppress(ChannelFailed):
                    self.live.show(notice.account_id, notice.watch_id, notice_message(notice), now)
        if notice.kind in MAILED:
            self._mail(notice)

    def _mail(self, notice: Notice) -> None:
        account = self.accounts.get(notice.account_id)
        if account is not None:
            self.mails.send(account.email, mail_of(notice.kind, account.language))
