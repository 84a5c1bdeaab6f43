"""The live view as it is wired, on moto: nothing in it is a fake but AWS."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from moto.apigatewaymanagementapi.models import apigatewaymanagementapi_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from adapters.aws import client
from adapters.dynamo.accounts import DynamoTokenFamilies
from adapters.dynamo.live_views import DynamoLiveViews
from adapters.dynamo.tables import TABLES
from adapters.jwt_signer import JwtAccessTokens, KmsSigningKey
from adapters.settings import Settings
from core.accounts.model import Caller, TokenFamily
from core.commands.model import Command, Setting
from core.kernel.ids import AccountId, FamilyId, WatchId, new_id
from core.watches.model import Role
from lambdas.live import bootstrap, feed, handler
from tests.builders import any_command, any_setting
from tests.calls import Calls
from tests.clocks import FrozenClock
from tests.storage import storage
from tests.worlds import World, in_tables

CALLBACK = "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/live"
CONNECTION = "L0SM9cOFvHcCIhw="


class Live:
    """The functions of the live view with one account and its watch."""

    def __init__(self, settings: Settings) -> None:
        signing_key = client("kms", settings).create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")
        self.settings = Settings(
            stage=settings.stage,
            region=settings.region,
            wrapping_key=settings.wrapping_key,
            signing_keys=(signing_key["KeyMetadata"]["KeyId"],),
            issuer="https://api.example.test",
            live_callback=CALLBACK,
        )
        self.clock = FrozenClock()
        self.world: World = in_tables(self.settings, self.clock)
        self.watch_id: WatchId = self.world.watch()
        self.door = bootstrap.door(self.settings, self.clock)
        self.feed = bootstrap.feed(self.settings, self.clock)
        self.gateway = apigatewaymanagementapi_backends[DEFAULT_ACCOUNT_ID][settings.region].connections
        self.views, self.families = DynamoLiveViews(), DynamoTokenFamilies()

    def member(self, watch_id: WatchId) -> AccountId:
        account_id = AccountId(new_id())
        client("dynamodb", self.settings).put_item(
            TableName=TABLES["memberships"].physical_name(self.settings.stage),
            Item={
                "account_id": {"S": account_id},
                "watch_id": {"S": watch_id},
                "role": {"S": Role.GUARDIAN},
                "since": {"S": "20260901T081500000Z"},
            },
        )
        return account_id

    def token(self, account_id: AccountId) -> str:
        now = self.clock.now()
        family = TokenFamily(family_id=FamilyId(new_id()), account_id=account_id, started_at=now)
        self.families.start(family)
        kms = client("kms", self.settings)
        tokens = JwtAccessTokens([KmsSigningKey(kms, key) for key in self.settings.signing_keys], self.settings.issuer)
        return tokens.issue(Caller(account_id, family.family_id), now).text

    def tell(self, kind: str, body: Any = None, connection_id: str = CONNECTION, **rest: Any) -> None:
        """Send an event of a connection. body: an object, or the text as it comes."""
        text = {} if body is None else {"body": body if isinstance(body, str) else json.dumps(body)}
        event = {
            "requestContext": {
                "routeKey": {"CONNECT": "$connect", "DISCONNECT": "$disconnect"}.get(kind, "$default"),
                "eventType": kind,
                "connectionId": connection_id,
                "connectedAt": milliseconds(self.clock.now()),
                "identity": {"sourceIp": "192.0.2.7"},
            },
            "isBase64Encoded": False,
            **text,
            **rest,
        }
        assert handler.take(event, self.door) == {"statusCode": 200}

    def stored_changes(self) -> tuple[Command, Setting]:
        """Return a command and a setting of the watch."""
        now = self.clock.now()
        setting = self.world.watch_settings.replace(any_setting(self.watch_id, now))
        assert setting is not None
        return self.world.commands.add(any_command(self.watch_id, now)), setting

    def move(self, *bodies: str) -> None:
        """Give the feed these messages of the live queue."""
        feed.take({"Records": [{"body": body} for body in bodies]}, self.feed)

    def shown(self, connection_id: str = CONNECTION) -> list[dict[str, Any]]:
        """Return what was sent to a connection and not asked for yet."""
        name, found = quote(connection_id), []
        text, self.gateway[name].data = self.gateway[name].data.decode(), b""
        while text:
            message, length = json.JSONDecoder().raw_decode(text)
            found.append(message)
            text = text[length:]
        return found

    def is_open(self, connection_id: str = CONNECTION) -> bool:
        return quote(connection_id) in self.gateway


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


@pytest.fixture
def live(calls: Calls) -> Iterator[Live]:
    with storage() as settings:
        live = Live(settings)
        calls.clear()
        yield live
