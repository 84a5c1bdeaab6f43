"""Mails to guardians, through SES."""

import logging
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from adapters.outages import is_outage
from core.accounts.ports import Accounts
from core.alerts.messages import Mail, mail_of
from core.alerts.model import Alert
from core.alerts.ports import ChannelFailed
from core.kernel.ids import AccountId
from core.vault.model import Unreadable

_LOG = logging.getLogger(__name__)


class SesMails:
    """Mails through SES. client: a botocore SESv2 client. sender: its address; empty: the stage sends none."""

    def __init__(self, client: Any, sender: str) -> None:
        self._client = client
        self.sender = sender

    def send(self, address: str, mail: Mail) -> bool:
        """Return False where there is no sender; raise ChannelFailed."""
        if not self.sender:
            return False
        try:
            self._client.send_email(
                FromEmailAddress=self.sender,
                Destination={"ToAddresses": [address]},
                Content={
                    "Simple": {
                        "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                        "Body": {"Text": {"Data": mail.body, "Charset": "UTF-8"}},
                    }
                },
            )
        except ClientError as error:
            _LOG.warning("SES refused a mail: %s", error.response["Error"]["Code"])
            raise ChannelFailed("a mail was refused") from None
        except BotoCoreError as error:
            _LOG.warning("SES was not reached: %s", type(error).__name__)
            raise ChannelFailed("SES was not reached") from None
        return True


class SesMailNotifier:
    """Notifier of Channel.MAIL."""

    def __init__(self, client: Any, accounts: Accounts, sender: str) -> None:
        self._mails = SesMails(client, sender)
        self._accounts = accounts

    def send(self, account_id: AccountId, alert: Alert, now: datetime) -> bool:  # noqa: ARG002 - the port's signature
        """Return False where there is no sender or no such account any more; raise ChannelFailed."""
        address = self._address_of(account_id) if self._mails.sender else None
        return address is not None and self._mails.send(address, mail_of(alert))

    def _address_of(self, account_id: AccountId) -> str | None:
        try:
            account = self._accounts.get(account_id)
        except Unreadable:  # the account was erased
            return None
        except Exception as error:
            if not is_outage(error):
                raise
            raise ChannelFailed("the address could not be read") from None
        return None if account is None else account.email
