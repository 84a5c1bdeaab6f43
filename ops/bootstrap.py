"""The only place where the operators' commands are wired."""

from adapters.aws import client
from adapters.dynamo.cells import DynamoCells
from adapters.dynamo.connection import connect
from adapters.dynamo.devices import DynamoDevices
from adapters.dynamo.keys import DynamoKeyRows
from adapters.key_wrapper import KmsKeyWrapper
from adapters.keyring import Keyring
from adapters.lookup import HmacLookup
from adapters.sealer import VaultSealer
from adapters.settings import Settings
from adapters.system_clock import SystemClock
from core.tracking.ports import Cells
from core.watches.ports import Devices


def devices(settings: Settings) -> Devices:
    """Return the stage's devices."""
    connect(settings)
    clock = SystemClock()
    wrapper = KmsKeyWrapper(client("kms", settings), settings.wrapping_key)
    keyring = Keyring(DynamoKeyRows(clock), wrapper, clock)
    sealer = VaultSealer(keyring, clock)
    return DynamoDevices(sealer, sealer, HmacLookup(keyring))


def cells(settings: Settings) -> Cells:
    """Return the stage's table of cells."""
    connect(settings)
    return DynamoCells()
