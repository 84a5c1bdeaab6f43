"""What each route asks of DynamoDB, counted on moto: a route that asks more than is written here fails."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.aws import client
from adapters.dynamo.claim_codes import DynamoClaimCodes
from core.kernel.ids import WatchId
from core.watches.claim import secret_hash
from lambdas.api import bootstrap
from lambdas.api.app import Api
from local.sim_provider import Books
from stacks.functions import API
from tests.builders import any_device
from tests.calls import Calls, granted
from tests.fakes.messages import PretendingConverter
from tests.fakes.sims import BooksExchange
from tests.lambdas.api import family_journey
from tests.lambdas.api.day_journey import Day
from tests.lambdas.api.routes import parameters, routes
from tests.lambdas.api.test_deployed import Deployed
from tests.storage import storage

CEILINGS: Mapping[str, int] = {
    "GET /.well-known/jwks.json": 0,
    "GET /v1/account": 2,
    "PATCH /v1/account": 4,
    "GET /v1/account/changes": 2,
    "POST /v1/account/email": 8,
    "POST /v1/account/email/confirm": 12,
    "GET /v1/automations": 2,
    "POST /v1/automations": 5,
    "DELETE /v1/automations/<automation_id>": 5,
    "POST /v1/claims": 14,
    "POST /v1/claims/code": 8,
    "GET /v1/docs": 0,
    "POST /v1/invitations/accept": 9,
    "GET /v1/notices": 2,
    "GET /v1/openapi.json": 0,
    "POST /v1/password/change": 11,
    "POST /v1/password/check": 7,
    "POST /v1/password/reset": 6,
    "POST /v1/password/reset/confirm": 10,
    "DELETE /v1/phone": 4,
    "PUT /v1/phone": 3,
    "POST /v1/registrations": 6,
    "POST /v1/registrations/confirm": 4,
    "POST /v1/sign-in": 11,
    "GET /v1/sign-ins": 2,
    "DELETE /v1/sign-ins/<family_id>": 7,
    "POST /v1/sign-out": 6,
    "POST /v1/sign-out/everywhere": 11,
    "POST /v1/sim/callbacks": 2,
    "POST /v1/tokens": 5,
    "GET /v1/watches": 7,
    "DELETE /v1/watches/<watch_id>": 17,
    "GET /v1/watches/<watch_id>": 8,
    "PATCH /v1/watches/<watch_id>": 6,
    "GET /v1/watches/<watch_id>/activity": 4,
    "GET /v1/watches/<watch_id>/alerts": 4,
    "GET /v1/watches/<watch_id>/alerts/<alert_id>": 4,
    "POST /v1/watches/<watch_id>/alerts/<alert_id>/acknowledgement": 7,
    "GET /v1/watches/<watch_id>/alerts/<alert_id>/deliveries": 4,
    "GET /v1/watches/<watch_id>/changes": 3,
    "GET /v1/watches/<watch_id>/commands": 3,
    "POST /v1/watches/<watch_id>/commands": 8,
    "GET /v1/watches/<watch_id>/commands/<command_id>": 3,
    "GET /v1/watches/<watch_id>/invitations": 3,
    "POST /v1/watches/<watch_id>/invitations": 6,
    "DELETE /v1/watches/<watch_id>/invitations/<invitation_id>": 4,
    "DELETE /v1/watches/<watch_id>/learned-places": 4,
    "GET /v1/watches/<watch_id>/learned-places": 3,
    "DELETE /v1/watches/<watch_id>/learned-places/<place_id>": 5,
    "GET /v1/watches/<watch_id>/members": 3,
    "DELETE /v1/watches/<watch_id>/members/<account_id>": 7,
    "PATCH /v1/watches/<watch_id>/members/<account_id>": 5,
    "GET /v1/watches/<watch_id>/messages": 4,
    "POST /v1/watches/<watch_id>/messages": 10,
    "DELETE /v1/watches/<watch_id>/messages/<message_id>": 5,
    "GET /v1/watches/<watch_id>/messages/<message_id>": 4,
    "GET /v1/watches/<watch_id>/messages/<message_id>/audio": 3,
    "POST /v1/watches/<watch_id>/messages/voice": 10,
    "DELETE /v1/watches/<watch_id>/ownership": 4,
    "GET /v1/watches/<watch_id>/ownership": 3,
    "POST /v1/watches/<watch_id>/ownership": 5,
    "POST /v1/watches/<watch_id>/ownership/accept": 10,
    "POST /v1/watches/<watch_id>/photos": 4,
    "DELETE /v1/watches/<watch_id>/photos/<photo_id>": 3,
    "GET /v1/watches/<watch_id>/photos/<photo_id>": 2,
    "DELETE /v1/watches/<watch_id>/picture": 6,
    "GET /v1/watches/<watch_id>/picture": 3,
    "PUT /v1/watches/<watch_id>/picture": 6,
    "GET /v1/watches/<watch_id>/position": 3,
    "GET /v1/watches/<watch_id>/positions": 3,
    "DELETE /v1/watches/<watch_id>/positions": 5,
    "POST /v1/watches/<watch_id>/positions/wrong": 5,
    "GET /v1/watches/<watch_id>/preferences": 3,
    "PUT /v1/watches/<watch_id>/preferences": 4,
    "GET /v1/watches/<watch_id>/settings": 4,
    "GET /v1/watches/<watch_id>/settings/<setting_name>": 4,
    "PUT /v1/watches/<watch_id>/settings/<setting_name>": 9,
    "POST /v1/watches/<watch_id>/settings/<setting_name>/undo": 9,
    "GET /v1/watches/<watch_id>/sim": 4,
    "DELETE /v1/watches/<watch_id>/sim/registration": 6,
    "GET /v1/watches/<watch_id>/sim/registration": 3,
    "PUT /v1/watches/<watch_id>/sim/registration": 7,
    "GET /v1/watches/<watch_id>/sim/top-ups": 3,
    "POST /v1/watches/<watch_id>/sim/top-ups": 8,
    "GET /v1/watches/<watch_id>/sim/top-ups/<top_up_id>": 3,
    "GET /v1/watches/<watch_id>/telemetry": 3,
    "GET /v1/watches/<watch_id>/zones": 3,
    "POST /v1/watches/<watch_id>/zones": 5,
    "DELETE /v1/watches/<watch_id>/zones/<zone_id>": 5,
    "GET /v1/watches/<watch_id>/zones/<zone_id>": 3,
    "PUT /v1/watches/<watch_id>/zones/<zone_id>": 5,
}
"""Calls at most, those of the gate included; of keys, which a process opens once in five minutes, none."""


class Household(Deployed):
    """Two accounts and a watch on moto. counted: by route, the most calls that it made."""

    def __init__(self, settings: Any, calls: Calls) -> None:
        super().__init__(settings)
        self._calls = calls
        sqs = client("sqs", settings)
        queues = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("alerts", "nudges")}
        self.settings = replace(
            self.settings,
            alert_queue_url=queues["alerts"],
            nudge_queue_urls=(queues["nudges"],) * 4,
            media_bucket=settings.media_bucket,
        )
        self.services = bootstrap.services(
            self.settings, self.clock, BooksExchange(Books(self.clock)), PretendingConverter()
        )
        self.api = CountingApi(self.services, calls)
        self.counted = self.api.counted

    def lives(self) -> None:
        """Use every route."""
        self.live_with_an_account()
        with self._unseen():
            known = secret_hash(family_journey.SECRET)
            self.devices.stock(any_device(family_journey.DEVICE, claim_secret_hash=known, sim="8" * 19))
        mother, grandfather = (self._guardian(email) for email in ("mother@example.nl", "jan@example.nl"))

        def meet(watch_id: WatchId) -> None:
            day = Day(self.api, self.services, mother.token, watch_id)
            with self._unseen():
                day.dawn()
                self.connected(watch_id)
            day.pass_by()

        family_journey.play(mother, grandfather, meet)
        self.clock.advance(timedelta(seconds=1))
        mother.do("POST", "/v1/claims/code", {"device_id": family_journey.DEVICE})
        with self._unseen():
            shown = DynamoClaimCodes(self.keys).get(self.devices._name(family_journey.DEVICE), self.clock.now())
        assert shown is not None
        mother.do("POST", "/v1/claims", {"device_id": family_journey.DEVICE, "code": shown.digits})

    @contextmanager
    def _unseen(self) -> Iterator[None]:
        """Leave out what is not asked by the API."""
        tables = set(self._calls.tables)
        yield
        self._calls.tables.clear()
        self._calls.tables |= tables

    def _guardian(self, email: str) -> family_journey.Guardian:
        account_id = self.account(email)
        return family_journey.Guardian(self.api, account_id, self.sign_in(email=email).json["access_token"])


class CountingApi(Api):
    """Counts what each route asks."""

    def __init__(self, services: Any, calls: Calls) -> None:
        super().__init__(services)
        self.counted: Counter[str] = Counter()
        self._calls = calls
        self._templates = [(method, re.compile(_pattern(path)), path) for method, path in routes()]

    def answer(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        before = self._asked()
        answer = super().answer(event, context)
        route = self._route_of(event["requestContext"]["http"]["method"], event["rawPath"])
        self.counted[route] = max(self.counted[route], self._asked() - before)
        return answer

    def _asked(self) -> int:
        return sum(service == "dynamodb" for service, _ in self._calls.in_order) - self._calls.on_keys

    def _route_of(self, method: str, path: str) -> str:
        fitting = [
            template for verb, pattern, template in self._templates if verb == method and pattern.fullmatch(path)
        ]
        return f"{method} {min(fitting, key=lambda template: len(parameters(template)))}"


def _pattern(template: str) -> str:
    return "[^/]+".join(map(re.escape, re.split(r"<\w+>", template)))


@pytest.fixture
def household(calls: Calls) -> Iterator[Household]:
    with storage() as settings:
        household = Household(settings, calls)
        calls.clear()
        yield household


def test_each_route_asks_no_more_than_it_may_and_the_function_no_other_than_it_is_granted(
    household: Household, calls: Calls
) -> None:
    household.lives()
    assert set(household.counted) == {f"{method} {path}" for method, path in routes()}
    assert household.counted == CEILINGS
    assert calls.tables | {("keys", action) for action in API.access.tables["keys"]} == granted(API.access)
    assert {f"{service}:{action}" for service, action in calls.others if service == "sns"} == set(API.access.phones)
    assert {service for service, _ in calls.others} <= set(API.services)
