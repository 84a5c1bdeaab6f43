"""The wiring of the function that speaks to the SIM operator: nothing else makes adapters."""

from adapters.aws import client
from adapters.secrets import SecretsManagerSecrets
from adapters.settings import Settings
from adapters.sim_provider.http import Credentials, HttpExchange
from adapters.system_clock import SystemClock
from core.kernel.clock import Clock

NEEDED = ("sim_provider_url", "sim_provider_secret")  # settings


def exchange(settings: Settings, clock: Clock | None = None) -> HttpExchange:
    """Return the way to the operator; its credentials are not read before the first request."""
    secrets = SecretsManagerSecrets(client("secretsmanager", settings))

    def credentials() -> Credentials:
        return Credentials(**secrets.fields(settings.sim_provider_secret, "api_key", "callback_key"))

    return HttpExchange(settings.sim_provider_url, credentials, clock or SystemClock())
