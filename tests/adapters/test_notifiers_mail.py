"""Mails go through SES and tell nobody but the guardian that there is something."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws
from moto.ses.models import ses_backends

from adapters.aws import client
from adapters.notifiers.mail import SesMailNotifier
from adapters.settings import Settings
from core.accounts.model import Account
from core.alerts.model import Alert
from core.alerts.ports import ChannelFailed
from core.kernel.ids import AccountId, WatchId, ZoneId, new_id
from core.tracking.alarms import AlarmKind
from core.vault.model import Unreadable
from tests.builders import any_alert
from tests.clocks import NOON
from tests.fakes.accounts import InMemoryAccounts

SENDER, EMAIL = "wachter@wachter.example", "mother@example.org"
ACCOUNT = AccountId(new_id())
WATCH, ZONE = WatchId(new_id()), ZoneId(new_id())


def alert_of(kind: AlarmKind) -> Alert:
    return any_alert(WATCH, NOON, kind=kind, zone_id=ZONE, zone_name="school of Sara")


def accounts() -> InMemoryAccounts:
    known = InMemoryAccounts()
    known.add(Account(account_id=ACCOUNT, email=EMAIL, created_at=NOON), "hash")
    return known


@pytest.fixture
def ses() -> Iterator[Any]:
    with mock_aws():
        ses = client("sesv2", Settings(stage="test", region="eu-central-1"))
        ses.create_email_identity(EmailIdentity=SENDER)
        yield ses


def sent() -> list[Any]:
    """Return what SES took."""
    (account,) = ses_backends
    return list(ses_backends[account]["eu-central-1"].sent_messages)


@pytest.mark.attack("I-14", guard="core.alerts.messages:mail_of", part="mails")
@pytest.mark.parametrize("kind", AlarmKind)
def test_a_mail_reaches_the_guardian_and_holds_nothing_personal(ses: Any, kind: AlarmKind) -> None:
    assert SesMailNotifier(ses, accounts(), SENDER).send(ACCOUNT, alert_of(kind), NOON)
    (mail,) = sent()
    assert (mail.source, mail.destinations["ToAddresses"]) == (SENDER, [EMAIL])
    text = f"{mail.subject} {mail.body}"
    assert "Open de app" in text
    assert ("SOS" in text) == (kind is AlarmKind.SOS)
    secrets = (EMAIL, ACCOUNT, WATCH, ZONE, "Sara", "school", "battery", "zone", "2026")
    assert not any(secret in text for secret in secrets)


def test_a_stage_without_a_sender_and_an_account_that_is_gone_have_no_address(ses: Any) -> None:
    alert = alert_of(AlarmKind.SOS)
    assert not SesMailNotifier(ses, accounts(), "").send(ACCOUNT, alert, NOON)
    assert not SesMailNotifier(ses, InMemoryAccounts(), SENDER).send(ACCOUNT, alert, NOON)
    assert sent() == []


class UnreadableAccounts(InMemoryAccounts):
    """Accounts that cannot be read."""

    why: Exception

    def get(self, account_id: AccountId) -> Account | None:  # noqa: ARG002 - the port's signature
        raise self.why


def test_an_erased_account_gets_no_mail_and_an_outage_is_the_channels_failure(ses: Any) -> None:
    known = UnreadableAccounts()
    notifier = SesMailNotifier(ses, known, SENDER)
    known.why = Unreadable("erased")
    assert not notifier.send(ACCOUNT, alert_of(AlarmKind.SOS), NOON)
    known.why = EndpointConnectionError(endpoint_url="https://dynamodb.example")
    with pytest.raises(ChannelFailed):
        notifier.send(ACCOUNT, alert_of(AlarmKind.SOS), NOON)
    known.why = RuntimeError("a bug")
    with pytest.raises(RuntimeError):
        notifier.send(ACCOUNT, alert_of(AlarmKind.SOS), NOON)


class Refusing:
    """SES that takes nothing."""

    def __init__(self, refusal: Exception) -> None:
        self._refusal = refusal

    def send_email(self, **_named: object) -> None:
        raise self._refusal


@pytest.mark.parametrize(
    "refusal",
    [
        ClientError({"Error": {"Code": "MessageRejected", "Message": f"{EMAIL} is suppressed"}}, "SendEmail"),
        EndpointConnectionError(endpoint_url=f"https://ses.example/{EMAIL}"),
    ],
)
def test_a_refusal_is_a_failure_of_the_channel_and_tells_nothing(
    refusal: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(ChannelFailed) as failed:
        SesMailNotifier(Refusing(refusal), accounts(), SENDER).send(ACCOUNT, alert_of(AlarmKind.SOS), NOON)
    assert caplog.text
    assert not any(secret in caplog.text + str(failed.value) for secret in (EMAIL, ACCOUNT, WATCH))
