"""Every Lambda: its handler, what its bundle holds and what it may touch.

Pure data, read by the stacks, the bundler and the tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

_OPEN_OR_MAKE_KEYS = ("kms:GenerateDataKey", "kms:Decrypt")
"""For stored keys, the pepper of look-ups among them: whoever needs one first makes it."""
SIGN = "kms:Sign"
NUDGES = ("nudges-0", "nudges-1", "nudges-2", "nudges-3")
"""Queues that tell a task of the bridge to look into the outbox: one for each of its two tasks, and as many again for
those that take their place in a deployment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a deployable may do: DynamoDB actions by table (see adapters.dynamo.tables), actions on the stage's keys.

    Of signing_keys, SIGN is for the one that signs now. sends_to, reads_from: names of queues. media: S3 actions on the
    objects of a class (see adapters.media.bucket). invokes: names of functions. secrets: settings of the stage that
    name a secret it reads. phones: actions on the stage's platform applications and their endpoints. screens: HTTP
    methods on the connections of the live view. mails: it sends mail in the stage's name.
    """

    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wrapping_key: tuple[str, ...] = ()
    signing_keys: tuple[str, ...] = ()
    sends_to: tuple[str, ...] = ()
    reads_from: tuple[str, ...] = ()
    media: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    invokes: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    screens: tuple[str, ...] = ()
    mails: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSpec:
    """One function. group: the dependency group that its bundle holds.

    services: AWS services that its adapters call; all others are cut from botocore's data. only_one: it never runs
    twice at once. may_start_from_snapshot: importing its module opens nothing secret, which a snapshot would keep.
    """

    name: str
    group: str
    module: str
    services: tuple[str, ...]
    access: Access
    memory_mib: int
    timeout_s: int
    only_one: bool = False
    may_start_from_snapshot: bool = False

    @property
    def handler(self) -> str:
        """The handler as Lambda names it."""
        return f"{self.module}.handler"


_CHANNELS = ("apigatewaymanagementapi", "dynamodb", "kms", "sesv2", "sns", "sqs")
_AUDIENCE: Mapping[str, tuple[str, ...]] = {
    "viewers": ("BatchWriteItem", "Query"),
    "live-views": ("BatchGetItem", "DeleteItem", "GetItem"),
    "token-families": ("GetItem",),
    "memberships": ("GetItem",),
}
"""What it takes to show something to those who are looking and still may, and to forget a screen that is gone."""
_TELLING: Mapping[str, tuple[str, ...]] = {
    "alerts": ("GetItem", "PutItem"),
    "acknowledgements": ("BatchGetItem",),
    "deliveries": ("PutItem", "Query"),
    "due": ("PutItem",),
    "watch-states": ("GetItem", "PutItem"),
    "zones": ("GetItem",),
    "members": ("Query",),
    "preferences": ("GetItem",),
    "accounts": ("GetItem",),
    "phones": ("DeleteItem", "Query"),
    "keys": ("GetItem", "PutItem"),
    **_AUDIENCE,
}
"""What it takes to tell guardians of an alarm: the alert, its deliveries, and where each guardian can be reached."""
_STORE_MEDIA = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")

INGEST = FunctionSpec(
    name="ingest",
    group="ingest",
    module="lambdas.ingest.handler",
    services=("dynamodb", "kms", "s3", "sqs"),
    access=Access(
        tables={
            "positions": ("PutItem", "Query"),
            "telemetry": ("PutItem",),
            "seen-frames": ("BatchGetItem", "PutItem"),
            "quarantine": ("PutItem",),
            "sweep-marks": ("PutItem",),
            "learned-places": ("BatchGetItem", "PutItem"),
            "cells": ("BatchGetItem",),
            "zones": ("Query",),
            "watch-states": ("GetItem", "PutItem"),
            "due": ("PutItem",),
            "viewers": ("Query",),
            "live-views": ("BatchGetItem",),
            "bindings": ("Query",),
            "members": ("Query",),
            "messages": ("PutItem", "Query"),
            "voice-parts": ("BatchWriteItem", "PutItem", "Query"),
            "commands": ("PutItem",),
            "outbox": ("PutItem",),
            "presences": ("GetItem",),
            "attempts": ("UpdateItem",),
            "keys": ("GetItem", "PutItem"),
        },
        wrapping_key=_OPEN_OR_MAKE_KEYS,
        sends_to=("alerts", "live", "notices", *NUDGES),
        media={"voice": ("s3:PutObject",)},
    ),
    memory_mib=1024,  # CPU share follows memory, and a record is mostly ciphers and signatures
    timeout_s=300,  # ten full records of frames, each with a handful of DynamoDB calls
)

_ACCOUNTS: Mapping[str, tuple[str, ...]] = {
    "accounts": ("GetItem", "PutItem"),
    "sign-ins": ("DeleteItem", "GetItem", "PutItem", "UpdateItem"),
    "registrations": ("DeleteItem", "GetItem", "PutItem"),
    "mail-links": ("DeleteItem", "GetItem", "PutItem"),
    "token-families": ("DeleteItem", "GetItem", "PutItem", "UpdateItem"),
    "signed-in": ("DeleteItem", "PutItem", "Query", "UpdateItem"),
    "known-devices": ("DeleteItem", "GetItem", "PutItem", "Query"),
    "automations": ("DeleteItem", "PutItem", "Query"),
    "phones": ("DeleteItem", "PutItem", "Query", "UpdateItem"),
    "attempts": ("DeleteItem", "GetItem", "PutItem", "UpdateItem"),
    "keys": ("DeleteItem", "GetItem", "PutItem"),  # what is erased or came to nothing loses its key
}
"""What it takes to register, to sign in and out, and to change what proves a guardian."""

_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "devices": ("GetItem", "UpdateItem"),
    "bindings": ("PutItem", "Query", "UpdateItem"),
    "watches": ("DeleteItem", "GetItem", "PutItem", "UpdateItem"),
    "past-watches": ("PutItem",),
    "memberships": ("ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
    "members": ("DeleteItem", "PutItem", "Query", "UpdateItem"),
    "invitations": ("ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query"),
    "watch-profiles": ("GetItem", "PutItem"),
    "watch-states": ("DeleteItem", "GetItem"),
    "due": ("DeleteItem",),
    "leases": ("GetItem",),
}
"""What it takes to claim a watch, to share it, to hand it over and to unbind it."""

API = FunctionSpec(
    name="api",
    group="api",
    module="lambdas.api.handler",
    services=("dynamodb", "kms", "lambda", "s3", "sns", "sqs"),
    access=Access(
        tables={
            "positions": ("BatchWriteItem", "PutItem", "Query"),
            "telemetry": ("Query",),
            "learned-places": ("BatchWriteItem", "Query"),
            "zones": ("DeleteItem", "GetItem", "PutItem", "Query"),
            "alerts": ("GetItem", "Query"),
            "acknowledgements": ("BatchGetItem", "PutItem"),
            "deliveries": ("Query",),
            "preferences": ("DeleteItem", "GetItem", "PutItem"),
            "notices": ("Query",),
            "changes": ("PutItem", "Query"),
            "sims": ("DeleteItem", "GetItem", "PutItem"),
            "top-ups": ("GetItem", "PutItem", "Query"),
            "sim-registrations": ("DeleteItem", "GetItem", "PutItem"),
            "messages": ("DeleteItem", "GetItem", "PutItem", "Query"),
            "commands": ("BatchGetItem", "GetItem", "PutItem", "Query"),
            "outbox": ("DeleteItem", "GetItem", "PutItem", "UpdateItem"),
            "presences": ("GetItem",),
            "capabilities": ("GetItem", "PutItem"),
            "settings": ("GetItem", "PutItem", "Query"),
            **_ACCOUNTS,
            **_FAMILIES,
        },
        wrapping_key=_OPEN_OR_MAKE_KEYS,
        signing_keys=(SIGN, "kms:GetPublicKey"),
        sends_to=("alerts", "notices", *NUDGES),
        media={"voice": _STORE_MEDIA, "photo": _STORE_MEDIA},
        invokes=("converter", "sims"),
        phones=("sns:CreatePlatformEndpoint", "sns:DeleteEndpoint"),
    ),
    memory_mib=1024,  # Argon2id takes tens of MiB and a whole core; CPU share follows memory
    timeout_s=28,  # API Gateway waits 30; a SIM's operator may take twenty
    may_start_from_snapshot=True,
)

ALERTS = FunctionSpec(
    name="alerts",
    group="alerts",
    module="lambdas.alerts.handler",
    services=_CHANNELS,
    access=Access(
        tables={**_TELLING, "bindings": ("Query",)},
        wrapping_key=_OPEN_OR_MAKE_KEYS,
        sends_to=("alerts",),
        phones=("sns:Publish",),
        screens=("POST",),
        mails=True,
    ),
    memory_mib=1024,  # a cold start before an SOS is mostly imports, and CPU share follows memory
    timeout_s=20,  # three guardians by three channels, none of which answers before its time limit
)

SWEEP = FunctionSpec(
    name="alerts-sweep",
    group="alerts",
    module="lambdas.alerts.sweep",
    services=_CHANNELS,
    access=Access(
        tables={
            **_TELLING,
            "due": ("DeleteItem", "PutItem", "Query"),
            "telemetry": ("Query",),
            "zones": ("Query",),
            "alerts": ("GetItem",),  # it repeats; what is new goes by the queue
            "live-views": (*_AUDIENCE["live-views"], "PutItem"),
        },
        wrapping_key=_OPEN_OR_MAKE_KEYS,
        sends_to=("alerts",),
        phones=("sns:Publish",),
        screens=("DELETE", "POST"),
        mails=True,
    ),
    memory_mib=1024,
    timeout_s=55,  # it is called each minute
    only_one=True,  # two at once would only send what the other sends
)

LIVE = FunctionSpec(
    name="live",
    group="live",
    module="lambdas.live.handler",
    services=("apigatewaymanagementapi", "dynamodb", "kms"),
    access=Access(
        tables={
            "live-views": ("DeleteItem", "GetItem", "PutItem"),
            "viewers": ("BatchWriteItem",),
            "memberships": ("Query",),
            "token-families": ("GetItem",),
            "due": ("PutItem",),
        },
        signing_keys=("kms:GetPublicKey",),
        screens=("DELETE", "POST"),
    ),
    memory_mib=512,  # one signature to check
    timeout_s=10,
)

LIVE_FEED = FunctionSpec(
    name="live-feed",
    group="live",
    module="lambdas.live.feed",
    services=("apigatewaymanagementapi", "dynamodb", "kms"),
    access=Access(
        tables={
            "positions": ("Query",),
            "commands": ("BatchGetItem",),
            "settings": ("GetItem",),
            "keys": ("GetItem",),
            **_AUDIENCE,
        },
        wrapping_key=("kms:Decrypt",),
        screens=("POST",),
    ),
    memory_mib=512,
    timeout_s=10,  # a point that waits longer is of no use to anybody
)

NOTICES = FunctionSpec(
    name="notices",
    group="notices",
    module="lambdas.notices.handler",
    services=_CHANNELS,
    access=Access(
        tables={
            "notices": ("PutItem",),
            "accounts": ("GetItem",),
            "registrations": ("GetItem",),
            "mail-links": ("GetItem",),
            "phones": ("DeleteItem", "Query"),
            "keys": ("GetItem", "PutItem"),
            **_AUDIENCE,
        },
        wrapping_key=_OPEN_OR_MAKE_KEYS,
        phones=("sns:Publish",),
        screens=("POST",),
        mails=True,
    ),
    memory_mib=512,
    timeout_s=20,  # eleven guardians by three channels, none of which answers before its time limit
)

CONVERTER = FunctionSpec(
    name="converter",
    group="converter",
    module="lambdas.converter.handler",
    services=(),
    access=Access(),  # it opens what strangers made, so there is nothing that it could reach
    memory_mib=1769,  # one whole core: decoding is all that it does
    timeout_s=10,  # fifteen seconds of voice take less than one; what takes longer was made to
)

SIMS = FunctionSpec(
    name="sims",
    group="sims",
    module="lambdas.sims.handler",
    services=("secretsmanager",),
    access=Access(secrets=("sim-provider-secret",)),  # it speaks to an outside host, so it reads no table
    memory_mib=256,
    timeout_s=24,  # its operator's answer, tried again once, before the API's own time is over
)

PUSH = FunctionSpec(
    name="push",
    group="push",
    module="lambdas.push.handler",
    services=("secretsmanager", "sns"),
    access=Access(
        secrets=("push-apns-secret", "push-fcm-secret"),
        phones=(
            "sns:CreatePlatformApplication",
            "sns:SetPlatformApplicationAttributes",
            "sns:DeletePlatformApplication",
        ),
    ),
    memory_mib=256,
    timeout_s=60,  # a deployment waits
)

FUNCTIONS = (INGEST, API, ALERTS, SWEEP, LIVE, LIVE_FEED, NOTICES, CONVERTER, SIMS, PUSH)

BRIDGE_ACCESS = Access(
    tables={
        "devices": ("GetItem",),
        "presences": ("GetItem", "PutItem", "UpdateItem"),
        "leases": ("DeleteItem", "PutItem"),
        "outbox": ("DeleteItem", "GetItem", "Query"),
        "commands": ("BatchGetItem", "PutItem"),
        "settings": ("GetItem", "PutItem", "Query"),
        "capabilities": ("GetItem", "PutItem"),
        "watch-profiles": ("GetItem",),
        "memberships": ("GetItem",),
        "messages": ("GetItem",),
        "viewers": ("Query",),
        "live-views": ("BatchGetItem",),
        "keys": ("GetItem", "PutItem"),
    },
    wrapping_key=_OPEN_OR_MAKE_KEYS,
    sends_to=("alerts", "live"),
    reads_from=NUDGES,
    media={"voice": ("s3:GetObject",)},
    secrets=("bridge-tls-secret",),
)
"""What it takes to know which devices exist, to bring down what waits for them and to tell who is looking; alarms go to
their queue when the stream is stuck. The bridge reads no position and no account."""
