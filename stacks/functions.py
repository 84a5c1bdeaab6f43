"""Every Lambda: its handler, what its bundle holds and what it may touch.

Pure data, read by the stacks, the bundler and the tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_OPEN_OR_MAKE_KEYS = ("kms:GenerateDataKey", "kms:Decrypt")
"""For stored keys, the pepper of look-ups among them: whoever needs one first makes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a deployable may do: DynamoDB actions by table (see adapters.dynamo.tables), actions on the stage's keys."""

    tables: Mapping[str, tuple[str, ...]]
    wrapping_key: tuple[str, ...] = ()
    signing_key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSpec:
    """One function. name: also that of its dependency group.

    services: AWS services that its adapters call; all others are cut from botocore's data.
    """

    name: str
    module: str
    services: tuple[str, ...]
    access: Access
    memory_mib: int
    timeout_s: int

    @property
    def handler(self) -> str:
        """The handler as Lambda names it."""
        return f"{self.module}.handler"


INGEST = FunctionSpec(
    name="ingest",
    module="lambdas.ingest.handler",
    services=("dynamodb", "kms"),
    access=Access(
        tables={
            "positions": ("PutItem", "Query"),
            "telemetry": ("PutItem",),
            "seen-frames": ("BatchGetItem", "PutItem"),
            "quarantine": ("PutItem",),
            "sweep-marks": ("PutItem",),
            "bindings": ("Query",),
            "keys": ("GetItem", "PutItem"),
        },
        wrapping_key=_OPEN_OR_MAKE_KEYS,
    ),
    memory_mib=1024,  # CPU share follows memory, and a record is mostly ciphers and signatures
    timeout_s=300,  # ten full records of frames, each with a handful of DynamoDB calls
)

API = FunctionSpec(
    name="api",
    module="lambdas.api.handler",
    services=("dynamodb", "kms"),
    access=Access(
        tables={
            "positions": ("Query",),
            "telemetry": ("Query",),
            "memberships": ("GetItem", "Query"),
            "sign-ins": ("GetItem",),
            "token-families": ("DeleteItem", "GetItem", "PutItem"),
            "attempts": ("DeleteItem", "GetItem", "PutItem", "UpdateItem"),
            "keys": ("GetItem", "PutItem"),
        },
        wrapping_key=_OPEN_OR_MAKE_KEYS,
        signing_key=("kms:Sign", "kms:GetPublicKey"),
    ),
    memory_mib=1024,  # Argon2id takes tens of MiB and a whole core; CPU share follows memory
    timeout_s=10,
)

FUNCTIONS = (INGEST, API)

BRIDGE_ACCESS = Access(
    tables={"devices": ("GetItem",), "keys": ("GetItem", "PutItem")}, wrapping_key=_OPEN_OR_MAKE_KEYS
)
"""What the bridge may read to know which devices exist."""
