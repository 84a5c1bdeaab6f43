"""Mails to guardians, through SES."""

import logging
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from adapters.outages import is_outage
from core.accounts.ports import Accounts
from core.alerts.messages import mail_of
from core.alerts.model import Alert
from core.alerts.ports import ChannelFailed
from core.kernel.ids import AccountId
from core.vault.model import Unreadable

_LOG = logging.getLogger(__name__)


class SesMailNotifier:
    """Notifier of Channel.MAIL. client: a botocore SESv2 client. sender: its address; empty: the stage sends none."""

    def __init__(self, client: Any, accounts: Accounts, sender: str) -> None:
        self._client = client
        self._accounts = accounts
        self._sender = sender

    def send(self, account_id: AccountId, alert: Alert, now: datetime) -> bool:  # noqa: ARG002 - the port's signature
        """Return False where there is no sender or no such account any more; raise ChannelFailed."""
        address = self._address_of(account_id) if self._sender else None
        if address is None:
            return False
        mail = mail_of(alert)
        try:
            self._client.send_email(
                FromEmailAddress=self._sender,
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
