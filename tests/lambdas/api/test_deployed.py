"""The entry point as it is wired, on moto: nothing in it is a fake but AWS."""

import json
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import jwt
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from adapters.aws import client
from adapters.dynamo.devices import DynamoDevices
from adapters.dynamo.due_times import DynamoDueTimes
from adapters.dynamo.keys import DynamoKeyRows
from adapters.dynamo.tables import TABLES
from adapters.dynamo.watch_states import DynamoWatchStates
from adapters.key_wrapper import KmsKeyWrapper
from adapters.keyring import Keyring
from adapters.lookup import HmacLookup
from adapters.sealer import VaultSealer
from adapters.settings import Settings
from adapters.stream.notices import content_of
from core.accounts.notices import Announcement, Letter
from core.accounts.register import Registration
from core.alerts.model import Due, DueKind, WatchState
from core.commands.model import Presence
from core.kernel.ids import AccountId, WatchId, new_id
from core.watches.claim import secret_hash
from core.zones.model import ZONES_PER_WATCH
from lambdas.api import bootstrap
from lambdas.api.app import Api
from lambdas.api.handler import handler
from stacks.functions import API
from tests.builders import any_device, any_zone
from tests.calls import Calls, granted
from tests.clocks import NOON, FrozenClock
from tests.frames import DEVICE
from tests.lambdas.api import family_journey
from tests.lambdas.api.account_journey import PASSWORDS, App, play
from tests.lambdas.api.family_journey import SECRET, Guardian
from tests.lambdas.api.platform import PASSWORD, any_position, ask, event
from tests.lambdas.api.test_strangers import BODIES
from tests.storage import storage

EMAIL = "Marieke@example.nl"
ISSUER = "https://api.example.test"


class Deployed:
    """The API on moto with one account and its watch."""

    def __init__(self, settings: Settings) -> None:
        signing_key = client("kms", settings).create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")
        ringing = client("sns", settings).create_platform_application(Name="any", Platform="APNS", Attributes={})
        self.settings = Settings(
            stage=settings.stage,
            region=settings.region,
            wrapping_key=settings.wrapping_key,
            signing_keys=(signing_key["KeyMetadata"]["KeyId"],),
            issuer=ISSUER,
            push_apns=ringing["PlatformApplicationArn"],
            notice_queue_url=client("sqs", settings).create_queue(QueueName="notices")["QueueUrl"],
        )
        self.clock = FrozenClock()
        self.services = bootstrap.services(self.settings, self.clock)
        self.api = Api(self.services)
        wrapper = KmsKeyWrapper(client("kms", settings), settings.wrapping_key)
        keyring = Keyring(DynamoKeyRows(self.clock), wrapper, self.clock)
        self.keys = VaultSealer(keyring, self.clock)
        self.devices = DynamoDevices(self.keys, self.keys, HmacLookup(keyring))

    def account(self, email: str = EMAIL) -> AccountId:
        sign_in = self.services.sign_in
        registration = Registration(
            accounts=sign_in.accounts, passwords=sign_in.passwords, keys=self.keys, clock=self.clock
        )
        return registration.create_account(email, PASSWORD)

    def watch(self, account_id: AccountId) -> WatchId:
        self.devices.stock(any_device(DEVICE))
        watch_id = WatchId(new_id())
        self.devices.bind(DEVICE, watch_id, account_id, self.clock.now() - timedelta(days=80))
        return watch_id

    def sign_in(self, password: str = PASSWORD, email: str = EMAIL) -> Any:
        return ask(self.api, "POST", "/v1/sign-in", json={"email": email, "password": password})

    def live_with_an_account(self) -> None:
        """Use every route of accounts."""
        letters: list[Letter] = []

        def newest_link() -> str:
            sqs, queue = client("sqs", self.settings), self.settings.notice_queue_url
            letters.extend(each for each in _received(sqs, queue) if isinstance(each, Letter))
            armed = [self.services.password.links.arm(each) for each in letters]
            return [each.link for each in armed if each is not None and each.link is not None][-1]

        play(*(App(self.api, self.clock, newest_link) for _ in range(2)))

    def live_in_a_family(self, calls: Calls) -> WatchId:
        """Use every route of claims, watches and families; record what they ask of AWS. Return the watch, unbound."""
        self.devices.stock(any_device(family_journey.DEVICE, claim_secret_hash=secret_hash(SECRET), sim="8" * 19))
        mother, grandfather = (
            Guardian(self.api, self.account(email), self.sign_in(email=email).json["access_token"])
            for email in ("rian@example.nl", "jan@example.nl")
        )

        def meet(watch_id: WatchId) -> None:
            tables = set(calls.tables)
            self.connected(watch_id)
            calls.tables.clear()
            calls.tables.update(tables)

        calls.clear()
        return family_journey.play(mother, grandfather, meet)

    def connected(self, watch_id: WatchId) -> None:
        """Let the watch connect, and be awaited."""
        later = NOON + timedelta(hours=1)
        self.services.presences.put(Presence(addressee=watch_id, connection="c", queue=0, since=NOON, heard_at=NOON))
        awaited = WatchState(newest_at=NOON, silence_due_at=later)
        assert DynamoWatchStates(self.keys, self.clock).put(watch_id, awaited, 0)
        DynamoDueTimes(self.clock).add(Due(kind=DueKind.SILENCE, at=later, watch_id=watch_id))

    def dump(self) -> str:
        """Return everything that stands in any table."""
        dynamo = client("dynamodb", self.settings)
        tables = [table.physical_name(self.settings.stage) for table in TABLES.values()]
        return repr([dynamo.scan(TableName=name)["Items"] for name in tables])


def _received(sqs: Any, queue: str) -> Iterator[Announcement | Letter]:
    """Yield what stands in the queue, which may take a moment to show what was just sent."""
    wait_s = 1
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=wait_s).get("Messages"):
        yield from (content_of(each["Body"]) for each in found)
        wait_s = 0


@pytest.fixture
def deployed(calls: Calls) -> Iterator[Deployed]:
    with storage() as settings:
        deployed = Deployed(settings)
        calls.clear()
        yield deployed


def test_a_guardian_signs_in_and_sees_where_the_watch_is(deployed: Deployed) -> None:
    watch_id = deployed.watch(deployed.account())
    assert deployed.services.positions.add(any_position(watch_id, NOON))
    token = deployed.sign_in().json["access_token"]
    watches = ask(deployed.api, "GET", "/v1/watches", token=token)
    assert [each["id"] for each in watches.json["items"]] == [watch_id]
    latest = ask(deployed.api, "GET", f"/v1/watches/{watch_id}/position", token=token)
    assert latest.json["position"]["latitude"] == 52.2112
    for minutes in range(3):
        assert deployed.services.positions.add(any_position(watch_id, NOON.replace(hour=11, minute=minutes)))
    path, times, query = f"/v1/watches/{watch_id}/positions", [], {"limit": 2}
    for _ in range(2):
        page = ask(deployed.api, "GET", path, token=token, query=query).json
        times += [each["at"] for each in page["items"]]
        query = {"limit": 2, "cursor": page["next"]}
    assert times == [f"2026-11-22T11:0{minutes}:00Z" for minutes in range(3)] + ["2026-11-22T12:00:00Z"]
    assert page["next"] is None
    assert ask(deployed.api, "POST", "/v1/sign-out", token=token).status == 204
    assert ask(deployed.api, "GET", "/v1/watches", token=token).status == 401


def test_the_routes_of_accounts_ask_what_they_are_granted_and_no_more(deployed: Deployed, calls: Calls) -> None:
    deployed.live_with_an_account()
    ours = {"accounts", "sign-ins", "registrations", "mail-links", "signed-in", "known-devices", "automations"}
    assert {call for call in calls.tables if call[0] in ours} == {
        call for call in granted(API.access) if call[0] in ours
    }
    assert {call for call in calls.tables if call[0] not in ours} <= granted(API.access)
    assert {service for service, _ in calls.others} <= set(API.services)


@pytest.mark.promise("P-18", guard="adapters.dynamo.zones:DynamoZones.put", part="bounded in number")
@pytest.mark.attack("C-07", guard="adapters.dynamo.zones:DynamoZones.put", part="zones limited in number")
@pytest.mark.attack("Z-14", guard="adapters.dynamo.zones:DynamoZones.put", part="zones")
def test_a_watch_has_as_many_zones_as_it_may_have_and_no_more(deployed: Deployed) -> None:
    watch_id = deployed.watch(deployed.account())
    token = deployed.sign_in().json["access_token"]
    for _ in range(ZONES_PER_WATCH - 1):
        deployed.services.zones.put(any_zone(watch_id))
    asked = {"token": token, "json": BODIES["POST", "/v1/watches/<watch_id>/zones"]}
    path = f"/v1/watches/{watch_id}/zones"
    assert [ask(deployed.api, "POST", path, **asked).status for _ in range(2)] == [201, 409]
    assert len(ask(deployed.api, "GET", path, token=token).json["items"]) == ZONES_PER_WATCH


def test_a_token_is_signed_by_the_key_that_is_published(deployed: Deployed) -> None:
    deployed.account()
    token = deployed.sign_in().json["access_token"]
    [published] = ask(deployed.api, "GET", "/.well-known/jwks.json").json["keys"]
    assert jwt.get_unverified_header(token)["kid"] == published["kid"]
    key = jwt.PyJWK.from_dict(published)
    decoded = jwt.decode_complete(
        token,
        key,
        ["RS256"],
        {"verify_exp": False, "verify_iat": False},  # NOON is not now
        audience="wachter-guardian-api",
        issuer=ISSUER,
    )
    assert decoded["header"]["typ"] == "at+jwt"


@pytest.mark.promise("P-09", guard="adapters.passwords:Argon2PasswordHasher.hash", part="password")
def test_neither_address_nor_password_stands_in_any_table(deployed: Deployed) -> None:
    deployed.live_with_an_account()
    deployed.account()
    assert deployed.sign_in().status == 200
    assert deployed.sign_in("wrong, and typed twice").status == 401
    dump = deployed.dump()
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in dump
    typed = (*PASSWORDS, "wrong, and typed twice", "arieke", "example.nl", "Tablet", "Home Assistant")
    for words in (*typed, "192.0.2.7"):
        assert words not in dump


ASKING = {
    "/v1/registrations": ({"password": PASSWORDS[0], "language": "nl"}, "core.accounts.register:SelfRegistration.ask"),
    "/v1/password/reset": ({}, "core.accounts.password:PasswordDesk.ask_reset"),
}
"""Public routes that take an address, with the rest of their bodies and what makes them work alike for all."""


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        pytest.param(path, rest, marks=pytest.mark.promise("P-49", guard=guard, part="registration and reset"))
        for path, (rest, guard) in ASKING.items()
    ],
)
def test_an_address_with_an_account_asks_of_aws_exactly_what_another_does(
    deployed: Deployed, calls: Calls, path: str, rest: dict[str, str]
) -> None:
    deployed.account()
    asked = []
    for email in ("warm@example.nl", EMAIL, "nobody@example.nl"):  # the first opens the keys
        calls.clear()
        answer = ask(deployed.api, "POST", path, json={"email": email, **rest})
        asked.append((answer, calls.in_order.copy()))
    assert asked[1] == asked[2]
    assert ("sqs", "SendMessage") in asked[1][1]


@pytest.mark.promise("P-51", guard="core.accounts.attempts:next_tally", part="sign-in")
def test_attempts_are_counted_for_all_instances_together(deployed: Deployed) -> None:
    deployed.account()
    other_instance = Api(bootstrap.services(deployed.settings, deployed.clock))
    statuses = []
    for number in range(11):
        api = deployed.api if number % 2 else other_instance
        answer = ask(api, "POST", "/v1/sign-in", json={"email": EMAIL, "password": "wrong"})
        statuses.append(answer.status)
    assert statuses == [401] * 10 + [429]


def test_the_handler_wires_itself_from_the_environment_at_the_first_request(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WACHTER_STAGE", deployed.settings.stage)
    monkeypatch.setenv("WACHTER_WRAPPING_KEY", deployed.settings.wrapping_key)
    monkeypatch.setenv("WACHTER_SIGNING_KEYS", ",".join(deployed.settings.signing_keys))
    monkeypatch.setenv("WACHTER_ISSUER", ISSUER)
    monkeypatch.setenv("WACHTER_NOTICE_QUEUE_URL", deployed.settings.notice_queue_url)
    bootstrap.api.cache_clear()
    deployed.account()
    body = json.dumps({"email": EMAIL, "password": PASSWORD})
    context = cast("LambdaContext", SimpleNamespace(aws_request_id="1"))
    json_type = {"content-type": "application/json"}
    answer = handler(event("POST", "/v1/sign-in", headers=json_type, body=body), context)
    assert answer["statusCode"] == 200
    assert bootstrap.api() is bootstrap.api()
    bootstrap.api.cache_clear()
