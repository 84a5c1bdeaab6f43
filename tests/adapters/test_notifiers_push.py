"""Phones ring through SNS; what it, Apple and Google get tells nothing."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws
from moto.sns.models import sns_backends

from adapters.aws import client
from adapters.notifiers.push import PHONES_PER_ACCOUNT, SnsPushNotifier, message_of
from adapters.settings import Settings
from core.accounts.model import Phone, Platform, TokenFamily
from core.alerts.messages import push_payload
from core.alerts.model import Alert
from core.alerts.ports import ChannelFailed
from core.kernel.ids import AccountId, FamilyId, WatchId, ZoneId, new_id
from core.tracking.alarms import AlarmKind
from core.vault.model import Unreadable
from tests.builders import any_alert, any_phone
from tests.clocks import NOON
from tests.fakes.accounts import InMemoryPhones, InMemoryTokenFamilies

ACCOUNT = AccountId(new_id())
WATCH, ZONE = WatchId(new_id()), ZoneId(new_id())
SECRETS = (ACCOUNT, WATCH, ZONE, "school of Sara", "zone", "battery", "2026", "12:00")


def alert_of(kind: AlarmKind) -> Alert:
    return any_alert(WATCH, NOON, kind=kind, zone_id=ZONE, zone_name="school of Sara")


@dataclass
class Push:
    """A notifier on moto, and the phones of one account."""

    sns: Any = None
    phones: InMemoryPhones = field(default_factory=InMemoryPhones)
    families: InMemoryTokenFamilies = field(default_factory=InMemoryTokenFamilies)

    def __post_init__(self) -> None:
        if self.sns is None:
            self.sns = client("sns", Settings(stage="test", region="eu-central-1"))
        self.notifier = SnsPushNotifier(self.sns, self.phones, self.families)

    def phone(self, platform: Platform = Platform.APNS) -> Phone:
        """Return a phone of a new sign-in, registered with SNS."""
        name = {Platform.APNS: "APNS", Platform.FCM: "GCM"}[platform]
        application = self.sns.create_platform_application(Name="any", Platform=name, Attributes={})
        arn = application["PlatformApplicationArn"]
        endpoint = self.sns.create_platform_endpoint(PlatformApplicationArn=arn, Token=new_id())["EndpointArn"]
        return self.holds(any_phone(ACCOUNT, NOON, platform=platform, endpoint=endpoint))

    def holds(self, phone: Phone) -> Phone:
        """Let the account have this phone."""
        self.phones.put(phone)
        self.families.start(TokenFamily(family_id=phone.family_id, account_id=ACCOUNT, started_at=NOON))
        return phone

    def send(self, kind: AlarmKind = AlarmKind.SOS) -> bool:
        return self.notifier.send(ACCOUNT, alert_of(kind), NOON)

    def known(self) -> set[FamilyId]:
        return {phone.family_id for phone in self.phones.of_account(ACCOUNT, NOON)}

    def taken_by(self, phone: Phone) -> int:
        """Return how many messages SNS took for a phone."""
        (account,) = sns_backends
        return len(sns_backends[account]["eu-central-1"].platform_endpoints[phone.endpoint].messages)


@pytest.fixture
def push() -> Iterator[Push]:
    with mock_aws():
        yield Push()


@pytest.mark.parametrize("platform", Platform)
def test_every_phone_of_a_sign_in_that_holds_rings(push: Push, platform: Platform) -> None:
    phones = [push.phone(platform), push.phone()]
    assert push.send()
    assert [push.taken_by(phone) for phone in phones] == [1, 1]


def test_a_guardian_without_a_phone_has_no_address(push: Push) -> None:
    assert not push.send()


def test_the_phone_of_an_ended_sign_in_stays_silent_and_is_forgotten(push: Push) -> None:
    phone = push.phone()
    push.families.end(phone.family_id)
    assert not push.send()
    assert push.taken_by(phone) == 0
    assert push.known() == set()


def test_a_phone_that_the_app_left_is_forgotten_and_counts_as_none(push: Push) -> None:
    disabled, removed, good = push.phone(), push.phone(), push.phone(Platform.FCM)
    push.sns.set_endpoint_attributes(EndpointArn=disabled.endpoint, Attributes={"Enabled": "false"})
    push.sns.delete_endpoint(EndpointArn=removed.endpoint)
    assert push.send()
    assert push.known() == {good.family_id}
    push.sns.set_endpoint_attributes(EndpointArn=good.endpoint, Attributes={"Enabled": "false"})
    assert not push.send()
    assert push.known() == set()


class Refusing:
    """SNS that refuses some endpoints. refusal: what it answers for these."""

    def __init__(self, refusal: Exception, *endpoints: str) -> None:
        self._refusal = refusal
        self._endpoints = endpoints

    def publish(self, *, TargetArn: str, **_named: object) -> None:  # noqa: N803 - SNS's name
        if TargetArn in self._endpoints:
            raise self._refusal


REFUSALS = [
    ClientError({"Error": {"Code": "Throttled", "Message": f"too much for {ACCOUNT}"}}, "Publish"),
    ClientError({"Error": {"Code": "PlatformApplicationDisabled", "Message": "certificate"}}, "Publish"),
    EndpointConnectionError(endpoint_url=f"https://sns.example/{ACCOUNT}"),
]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_is_a_failure_of_the_channel_and_tells_nothing(
    refusal: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    phone = any_phone(ACCOUNT, NOON)
    push = Push(Refusing(refusal, phone.endpoint))
    push.holds(phone)
    with caplog.at_level(logging.DEBUG), pytest.raises(ChannelFailed) as failed:
        push.send()
    assert push.known() == {phone.family_id}
    assert not any(secret in caplog.text + str(failed.value) for secret in (*SECRETS, phone.endpoint))


def test_one_phone_that_rings_is_enough() -> None:
    phones = [any_phone(ACCOUNT, NOON) for _ in range(3)]
    push = Push(Refusing(REFUSALS[0], phones[1].endpoint))
    for phone in phones:
        push.holds(phone)
    assert push.send()


class Unforgetting(InMemoryPhones):
    """Phones that cannot be removed for a while."""

    def remove(self, *_arguments: object, **_named: object) -> None:
        raise REFUSALS[0]


def test_phones_that_cannot_be_forgotten_keep_no_other_from_ringing() -> None:
    gone = ClientError({"Error": {"Code": "EndpointDisabled", "Message": "gone"}}, "Publish")
    phones, families, sns = Unforgetting(), InMemoryTokenFamilies(), Refusing(gone, "endpoint/gone")
    for endpoint, minutes in (("endpoint/ended", 0), ("endpoint/gone", 1), ("endpoint/good", 2)):
        phone = any_phone(ACCOUNT, NOON - timedelta(minutes=minutes), endpoint=endpoint)
        phones.put(phone)
        if endpoint != "endpoint/ended":
            families.start(TokenFamily(family_id=phone.family_id, account_id=ACCOUNT, started_at=phone.since))
    assert SnsPushNotifier(sns, phones, families).send(ACCOUNT, alert_of(AlarmKind.SOS), NOON)


class Counting:
    """SNS that takes everything. rung: the endpoints, in order."""

    def __init__(self) -> None:
        self.rung: list[str] = []

    def publish(self, *, TargetArn: str, **_named: object) -> None:  # noqa: N803 - SNS's name
        self.rung.append(TargetArn)


def test_who_registers_many_phones_keeps_other_guardians_waiting_no_longer() -> None:
    push = Push(Counting())
    for minutes in range(PHONES_PER_ACCOUNT + 1):
        since = NOON - timedelta(minutes=minutes)
        push.holds(any_phone(ACCOUNT, since, endpoint=f"endpoint/{minutes}"))
    assert push.send()
    assert push.sns.rung == [f"endpoint/{number}" for number in range(PHONES_PER_ACCOUNT)], "the newest"


class UnreadablePhones(InMemoryPhones):
    """Phones that cannot be read. why: what reading raises."""

    def __init__(self, why: Exception) -> None:
        super().__init__()
        self._why = why

    def of_account(self, *_arguments: object, **_named: object) -> list[Phone]:
        raise self._why


def test_an_erased_account_has_no_phone_and_an_outage_is_the_channels_failure() -> None:
    families = InMemoryTokenFamilies()
    alert = alert_of(AlarmKind.SOS)
    assert not SnsPushNotifier(None, UnreadablePhones(Unreadable("erased")), families).send(ACCOUNT, alert, NOON)
    with pytest.raises(ChannelFailed):
        SnsPushNotifier(None, UnreadablePhones(REFUSALS[2]), families).send(ACCOUNT, alert, NOON)
    with pytest.raises(RuntimeError):
        SnsPushNotifier(None, UnreadablePhones(RuntimeError("a bug")), families).send(ACCOUNT, alert, NOON)


@pytest.mark.attack("C-11", guard="core.alerts.messages:push_payload")
@pytest.mark.parametrize("kind", AlarmKind)
def test_the_message_has_the_form_of_each_service_and_holds_nothing_else(kind: AlarmKind) -> None:
    alert = alert_of(kind)
    message = message_of(push_payload(alert))
    forms = {service: text for service, text in json.loads(message["Message"]).items() if service != "default"}
    apns, sandbox, fcm = (json.loads(forms[service]) for service in ("APNS", "APNS_SANDBOX", "GCM"))
    assert apns == sandbox
    assert apns.keys() == {"aps", "type", "id"}
    assert apns["aps"].keys() == {"alert", "sound", "interruption-level"}
    assert apns["aps"]["alert"].keys() == {"loc-key"}
    assert fcm.keys() == {"fcmV1Message"}
    inner = fcm["fcmV1Message"]["message"]
    assert inner.keys() == {"data", "android"}
    assert inner["data"] == {"type": apns["type"], "id": alert.alert_id}
    assert inner["android"]["priority"] == "high"
    assert inner["android"].keys() == {"priority", "collapse_key", "ttl", "notification"}
    assert inner["android"]["notification"].keys() == {"body_loc_key", "sound", "channel_id", "tag"}
    everything = json.dumps(message).replace(alert.alert_id, "")
    assert not any(secret in everything for secret in SECRETS)
    assert len(message["Message"]) < 4_096  # octets, the limit of both services


def test_only_an_sos_breaks_through_silence() -> None:
    def aps(kind: AlarmKind) -> Any:
        return json.loads(json.loads(message_of(push_payload(alert_of(kind)))["Message"])["APNS"])["aps"]

    assert aps(AlarmKind.SOS)["interruption-level"] == "critical"
    assert aps(AlarmKind.SOS)["sound"]["critical"] == 1
    assert {aps(kind)["interruption-level"] for kind in AlarmKind if kind is not AlarmKind.SOS} == {"time-sensitive"}


def test_a_push_for_a_phone_without_a_network_is_kept_for_hours() -> None:
    attributes = message_of(push_payload(alert_of(AlarmKind.SOS)))["MessageAttributes"]
    seconds = int(attributes["AWS.SNS.MOBILE.APNS.TTL"]["StringValue"])
    assert timedelta(hours=1) <= timedelta(seconds=seconds) <= timedelta(hours=8)
