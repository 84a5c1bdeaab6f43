"""A stage on moto: tables, the alert queue, a phone and a mailbox for each guardian."""

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from adapters.aws import client
from adapters.dynamo.accounts import DynamoAccounts
from adapters.settings import Settings
from adapters.stream.frames import pack
from core.accounts.model import Account, Phone
from core.alerts.model import Alert, DeliveryState
from core.kernel.ids import AccountId, AlertId, WatchId
from core.retention.policy import Subject
from core.tracking.alarms import Alarm, AlarmKind, alert_id_of
from core.tracking.model import ReceivedFrame
from lambdas.alerts.bootstrap import Application, application
from lambdas.alerts.handler import take
from lambdas.alerts.sweep import sweep
from lambdas.ingest.bootstrap import application as ingest_application
from lambdas.ingest.handler import take as ingest
from tests.clocks import FrozenClock
from tests.frames import DEVICE, kinesis_event
from tests.lambdas import arrivals
from tests.storage import storage
from tests.worlds import FAR_AHEAD, LONG_AGO, World, in_tables

SENDER = "wachter@wachter.example"
CALLBACK = "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/live"


@dataclass
class Platform:
    """What happens to a watch, and what reached its owner's phone and mailbox."""

    settings: Settings
    world: World
    clock: FrozenClock
    wired: Application

    def __post_init__(self) -> None:
        self.watch_id: WatchId = self.world.watch(DEVICE)
        self.owner: AccountId = self.world.memberships.of_watch(self.watch_id)[0].account_id
        self.email = f"{self.owner}@example.org"
        account = Account(account_id=self.owner, email=self.email, created_at=self.clock.now())
        self.world.sealer.make(Subject.ACCOUNT, self.owner)
        DynamoAccounts(self.world.sealer, self.world.lookup).add(account, "hash")
        self._sqs = client("sqs", self.settings)

    def phone(self) -> Phone:
        """Give the owner a phone."""
        return arrivals.add_phone(self.world, self.settings, self.owner)

    def pushes(self) -> Sequence[dict[str, Any]]:
        """Return what Apple got, in order."""
        return arrivals.pushes(self.settings)

    def mails(self) -> list[str]:
        """Return the subjects of all mails."""
        return [mail.subject for mail in arrivals.mails(self.settings)]

    def alarm(self, kind: AlarmKind = AlarmKind.SOS, at: datetime | None = None, **known: Any) -> Alarm:
        """Return an alarm of this instant."""
        at = at or self.clock.now()
        alert_id = alert_id_of(self.watch_id, kind, at, known.get("zone_id") or "", self.world.lookup)
        return Alarm(alert_id=alert_id, watch_id=self.watch_id, kind=kind, at=at, received_at=at, **known)

    def ingest(self, *frames: ReceivedFrame) -> list[str]:
        """Let frames come by the stream; return the records that failed."""
        wired = ingest_application(self.settings, self.clock)
        return [each["itemIdentifier"] for each in ingest(kinesis_event([frames]), wired)["batchItemFailures"]]

    def queued(self) -> list[str]:
        """Take all messages off the queue."""
        bodies: list[str] = []
        while True:
            answer = self._sqs.receive_message(QueueUrl=self.settings.alert_queue_url, MaxNumberOfMessages=10)
            if not answer.get("Messages"):
                return bodies
            for message in answer["Messages"]:
                bodies.append(message["Body"])
                self._sqs.delete_message(QueueUrl=self.settings.alert_queue_url, ReceiptHandle=message["ReceiptHandle"])

    def deliver(self, *bodies: str) -> list[int]:
        """Let the function take these messages; return the numbers of those that failed."""
        event = {"Records": [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}
        return [int(each["itemIdentifier"]) for each in take(event, self.wired)["batchItemFailures"]]

    def work_off(self) -> None:
        """Let the function take everything on the queue."""
        assert self.deliver(*self.queued()) == []

    def wait(self, duration: timedelta) -> None:
        """Let time pass in one go; the sweep comes once, and what it raises is told."""
        self.clock.advance(duration)
        sweep(self.wired)
        self.work_off()

    def alerts(self) -> Sequence[Alert]:
        """Return all alerts that can be read."""
        now = self.clock.now()
        return self.world.alerts.between(self.watch_id, LONG_AGO, FAR_AHEAD, now=now, limit=100, after=None).items

    def states(self, alert_id: AlertId) -> dict[str, DeliveryState]:
        """Return how far the owner's deliveries of an alert came."""
        known = self.world.deliveries.of_alert(self.watch_id, alert_id, self.clock.now())
        return {each.channel: each.state for each in known}


def rerouted(*frames: ReceivedFrame) -> str:
    """Return frames as the bridge puts them on the alert queue."""
    return base64.b64encode(pack(frames)).decode()


@contextmanager
def platform() -> Iterator[Platform]:
    """Yield a stage."""
    with storage() as stored:
        queue_url = client("sqs", stored).create_queue(QueueName="alerts")["QueueUrl"]
        client("sesv2", stored).create_email_identity(EmailIdentity=SENDER)
        settings = replace(stored, alert_queue_url=queue_url, mail_from=SENDER, live_callback=CALLBACK)
        clock = FrozenClock()
        yield Platform(settings, in_tables(settings, clock), clock, application(settings, clock))
