"""Phones and mailboxes on moto, and what reached them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from adapters.aws import client
from adapters.dynamo.accounts import DynamoTokenFamilies
from adapters.settings import Settings
from core.accounts.model import Phone, TokenFamily
from core.kernel.ids import AccountId, FamilyId, new_id
from tests.builders import any_phone
from tests.worlds import World


@dataclass(frozen=True)
class ArrivedMail:
    """A mail as SES took it."""

    to: str
    subject: str
    body: str


def add_phone(world: World, settings: Settings, account_id: AccountId) -> Phone:
    """Give an account a sign-in with a phone of Apple's."""
    sns = client("sns", settings)
    made = sns.create_platform_application(Name="wachter", Platform="APNS", Attributes={})
    endpoint = sns.create_platform_endpoint(PlatformApplicationArn=made["PlatformApplicationArn"], Token=new_id())[
        "EndpointArn"
    ]
    now, family_id = world.clock.now(), FamilyId(new_id())
    DynamoTokenFamilies().start(TokenFamily(family_id=family_id, account_id=account_id, started_at=now))
    phone = any_phone(account_id, now, family_id=family_id, endpoint=endpoint)
    world.phones.put(phone)
    return phone


def pushes(settings: Settings) -> Sequence[dict[str, Any]]:
    """Return what Apple got, in order."""
    regions = [sns_backends[account][settings.region] for account in sns_backends]
    endpoints = [endpoint for region in regions for endpoint in region.platform_endpoints.values()]
    messages = [json.loads(text) for endpoint in endpoints for text in endpoint.messages.values()]
    return [json.loads(message["APNS"]) for message in messages]


def mails(settings: Settings) -> Sequence[ArrivedMail]:
    """Return all mails."""
    regions = [ses_backends[account][settings.region] for account in ses_backends]
    sent = [mail for region in regions for mail in region.sent_messages]
    return [ArrivedMail(mail.destinations["ToAddresses"][0], mail.subject, mail.body) for mail in sent]
