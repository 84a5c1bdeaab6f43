"""What every test gets: credentials that are none, so that no test ever speaks to AWS."""

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines are shared
settings.register_profile(
    "guards",
    settings.get_profile("suite"),
    phases=[Phase.explicit, Phase.generate],  # a removed guard only has to fail a test, not in the shortest way
    derandomize=True,  # and to fail it every time
    print_blob=False,
)
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
