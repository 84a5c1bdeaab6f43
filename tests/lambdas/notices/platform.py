"""A stage on moto: tables, the notice queue, phones and mailboxes."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from adapters.aws import client
from adapters.dynamo.accounts import DynamoAccounts, DynamoTokenFamilies
from adapters.settings import Settings
from adapters.stream.notices import SqsAnnouncer, SqsPost
from core.accounts.links import Links
from core.accounts.model import Account, Language, Phone, TokenFamily
from core.kernel.ids import AccountId, FamilyId, new_id
from core.notices.model import Notice
from core.retention.policy import Subject
from lambdas.notices.bootstrap import Application, application
from lambdas.notices.handler import take
from tests.builders import any_phone
from tests.clocks import FrozenClock
from tests.storage import storage
from tests.worlds import FAR_AHEAD, LONG_AGO, World, in_tables

SENDER = "wachter@wachter.example"
CALLBACK = "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/live"
APP_URL = "https://app.wachter.example/"


@dataclass(frozen=True)
class ArrivedMail:
    """A mail as SES took it."""

    to: str
    subject: str
    body: str


@dataclass
class Platform:
    """What is announced and posted, and what reached phones and mailboxes."""

    settings: Settings
    world: World
    clock: FrozenClock
    wired: Application
    emails: dict[AccountId, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sqs, self._sns = client("sqs", self.settings), client("sns", self.settings)
        self.announcer = SqsAnnouncer(self._sqs, self.settings.notice_queue_url)
        self.post = SqsPost(self._sqs, self.settings.notice_queue_url)

    @property
    def links(self) -> Links:
        """Return the links as the API makes them: it has the same key."""
        return replace(self.wired.letters.links, post=self.post)

    def account(self, language: Language = Language.NL) -> AccountId:
        """Return a new account with a mailbox."""
        account_id = AccountId(new_id())
        self.emails[account_id] = email = f"{account_id}@example.org"
        account = Account(account_id=account_id, email=email, created_at=self.clock.now(), language=language)
        self.world.sealer.make(Subject.ACCOUNT, account_id)
        DynamoAccounts(self.world.sealer, self.world.lookup).add(account, "hash")
        return account_id

    def phone(self, account_id: AccountId) -> Phone:
        """Give the account a phone."""
        made = self._sns.create_platform_application(Name="wachter", Platform="APNS", Attributes={})
        endpoint = self._sns.create_platform_endpoint(
            PlatformApplicationArn=made["PlatformApplicationArn"], Token=new_id()
        )["EndpointArn"]
        now, family_id = self.clock.now(), FamilyId(new_id())
        DynamoTokenFamilies().start(TokenFamily(family_id=family_id, account_id=account_id, started_at=now))
        phone = any_phone(account_id, now, family_id=family_id, endpoint=endpoint)
        self.world.phones.put(phone)
        return phone

    def pushes(self) -> list[dict[str, Any]]:
        """Return what Apple got."""
        regions = [sns_backends[account][self.settings.region] for account in sns_backends]
        endpoints = [endpoint for region in regions for endpoint in region.platform_endpoints.values()]
        messages = [json.loads(text) for endpoint in endpoints for text in endpoint.messages.values()]
        return [json.loads(message["APNS"]) for message in messages]

    def mails(self) -> list[ArrivedMail]:
        """Return all mails."""
        regions = [ses_backends[account][self.settings.region] for account in ses_backends]
        sent = [mail for region in regions for mail in region.sent_messages]
        return [ArrivedMail(mail.destinations["ToAddresses"][0], mail.subject, mail.body) for mail in sent]

    def notices(self, account_id: AccountId) -> Sequence[Notice]:
        """Return all notices of an account that can be read."""
        now = self.clock.now()
        return self.world.notices.between(account_id, LONG_AGO, FAR_AHEAD, now=now, limit=100, after=None).items

    def queued(self) -> list[str]:
        """Take all messages off the queue."""
        url, bodies = self.settings.notice_queue_url, []
        while messages := self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(message["Body"])
                self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def deliver(self, *bodies: str) -> list[int]:
        """Let the function take these messages; return the numbers of those that failed."""
        event = {"Records": [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}
        return [int(each["itemIdentifier"]) for each in take(event, self.wired)["batchItemFailures"]]

    def work_off(self) -> None:
        """Let the function take everything on the queue."""
        assert self.deliver(*self.queued()) == []


@contextmanager
def platform() -> Iterator[Platform]:
    """Yield a stage."""
    with storage() as stored:
        queue_url = client("sqs", stored).create_queue(QueueName="notices")["QueueUrl"]
        client("sesv2", stored).create_email_identity(EmailIdentity=SENDER)
        settings = replace(
            stored, notice_queue_url=queue_url, mail_from=SENDER, live_callback=CALLBACK, app_url=APP_URL
        )
        clock = FrozenClock()
        yield Platform(settings, in_tables(settings, clock), clock, application(settings, clock))
