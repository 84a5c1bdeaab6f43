"""A stage on moto: tables, the notice queue, phones and mailboxes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.aws import client
from adapters.dynamo.accounts import DynamoAccounts
from adapters.settings import Settings
from adapters.stream.notices import SqsAnnouncer, SqsPost
from core.accounts.links import Links
from core.accounts.model import Account, Language, Phone
from core.kernel.ids import AccountId, new_id
from core.notices.model import Notice
from core.retention.policy import Subject
from lambdas.notices.bootstrap import Application, application
from lambdas.notices.handler import take
from tests.clocks import FrozenClock
from tests.lambdas import arrivals
from tests.lambdas.arrivals import ArrivedMail
from tests.storage import storage
from tests.worlds import FAR_AHEAD, LONG_AGO, World, in_tables

SENDER = "wachter@wachter.example"
CALLBACK = "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/live"
APP_URL = "https://app.wachter.example/"


@dataclass
class Platform:
    """What is announced and posted, and what reached phones and mailboxes."""

    settings: Settings
    world: World
    clock: FrozenClock
    wired: Application
    emails: dict[AccountId, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sqs = client("sqs", self.settings)
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
        return arrivals.add_phone(self.world, self.settings, account_id)

    def pushes(self) -> Sequence[dict[str, Any]]:
        """Return what Apple got, in order."""
        return arrivals.pushes(self.settings)

    def mails(self) -> Sequence[ArrivedMail]:
        """Return all mails."""
        return arrivals.mails(self.settings)

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
