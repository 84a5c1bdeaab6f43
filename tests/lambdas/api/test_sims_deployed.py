"""The SIM's routes as they are wired, on moto: what they ask of AWS, and how often."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.aws import client, session
from adapters.stream.alarms import alarm_of
from core.kernel.ids import WatchId
from core.tracking.alarms import AlarmKind
from lambdas.api import bootstrap
from lambdas.api.app import Api
from local.sim_provider import Books
from stacks.functions import API
from tests.builders import any_reading
from tests.calls import Calls, granted
from tests.clocks import NOON
from tests.core.sims.household import KEY
from tests.fakes.sims import BooksExchange
from tests.lambdas.api.platform import ask
from tests.lambdas.api.test_deployed import Deployed
from tests.lambdas.api.test_strangers import REGISTRANT
from tests.storage import storage

OURS = {"sims", "top-ups", "sim-registrations"}
NUMBER = "8931088000000000017"


class WithSim(Deployed):
    """The API on moto with a watch that has a card."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self.queue_url = client("sqs", settings).create_queue(QueueName="alerts")["QueueUrl"]
        self.settings = replace(self.settings, alert_queue_url=self.queue_url)
        self.operator = BooksExchange(Books(self.clock))
        self.services = bootstrap.services(self.settings, self.clock, self.operator)
        self.api = Api(self.services)
        self.owner = self.account()
        self.watch_id = self.watch(self.owner)
        self.services.sims.watch_claimed(self.watch_id, NUMBER)
        self.token = self.sign_in().json["access_token"]

    def sim(self, method: str, path: str = "", **rest: Any) -> Any:
        path = f"/v1/watches/{self.watch_id}{path}"
        return ask(self.api, method, path, token=self.token, headers={"idempotency-key": KEY}, **rest)


@pytest.fixture
def deployed(calls: Calls) -> Iterator[WithSim]:
    with storage() as settings:
        deployed = WithSim(settings)
        calls.clear()
        yield deployed


def test_the_routes_of_a_sim_ask_what_they_are_granted_and_no_more(deployed: WithSim, calls: Calls) -> None:
    top_up = deployed.sim("POST", "/sim/top-ups", json={"amount_cents": 1000}).json
    for method, path in (
        ("GET", "/sim"),
        ("GET", "/sim/top-ups"),
        ("GET", f"/sim/top-ups/{top_up['id']}"),
        ("GET", "/activity"),
    ):
        assert deployed.sim(method, path).status == 200
    assert deployed.sim("PUT", "/sim/registration", json=REGISTRANT).status == 200
    assert deployed.sim("DELETE", "/sim/registration").status == 204
    deployed.services.sims.watch_claimed(WatchId(deployed.watch_id), NUMBER)
    deployed.services.sims.watch_unbound(WatchId(deployed.watch_id), deployed.owner)
    asked = {call for call in calls.tables if call[0] in OURS}
    assert asked == {call for call in granted(API.access) if call[0] in OURS}
    assert "alerts" in API.access.sends_to


def test_little_credit_is_told_on_the_queue_of_alarms(deployed: WithSim) -> None:
    deployed.operator.books.answer("/v1/sims/standing", {"sim": NUMBER, "reference": deployed.watch_id}, None)
    deployed.operator.books.spend(900)
    for _ in range(2):
        assert deployed.sim("GET", "/sim").json["is_low"]
        deployed.clock.advance(timedelta(minutes=6))
    [message] = client("sqs", deployed.settings).receive_message(QueueUrl=deployed.queue_url, MaxNumberOfMessages=10)[
        "Messages"
    ]
    alarm = alarm_of(message["Body"])
    assert (alarm.kind, alarm.watch_id, alarm.at) == (AlarmKind.LOW_CREDIT, deployed.watch_id, NOON)
    assert NUMBER not in json.dumps(message)


def test_a_week_of_readings_is_read_in_one_call() -> None:
    asked: Counter[str] = Counter()

    def note(**call: Any) -> None:
        asked[call["params"]["TableName"]] += 1

    session().register("before-parameter-build.dynamodb.Query", note, unique_id="counted")
    try:
        with storage() as settings:
            deployed = WithSim(settings)
            for minutes in range(0, 2_000, 5):
                at = NOON - timedelta(minutes=minutes)
                deployed.services.telemetry.add(any_reading(WatchId(deployed.watch_id), at))
            asked.clear()
            days = deployed.sim("GET", "/activity").json["items"]
    finally:
        session().unregister("before-parameter-build.dynamodb.Query", unique_id="counted")
    assert len([day for day in days if day["steps"] is not None]) == 2
    assert asked == {"wachter-test-telemetry": 1}


def test_what_a_sim_has_stands_in_no_table_in_the_open(deployed: WithSim) -> None:
    deployed.operator.books.is_slow = True
    deployed.sim("POST", "/sim/top-ups", json={"amount_cents": 1000})
    deployed.sim("PUT", "/sim/registration", json=REGISTRANT)
    dump = deployed.dump()
    for text in (NUMBER, "Marieke J", "Deventerstraat", "7311", KEY):
        assert text not in dump
