"""Settings come from the environment, and what is wrong with it is told by name."""

import pytest

from adapters.settings import BRIDGE_PORT, SettingMissing, Settings

ENVIRONMENT = {"WACHTER_STAGE": "test", "AWS_REGION": "eu-central-1"}


def test_what_is_not_set_has_its_default() -> None:
    settings = Settings.from_environment(ENVIRONMENT)
    assert (settings.stage, settings.bridge_port, settings.trust_unproven) == ("test", BRIDGE_PORT, False)
    assert settings == Settings(stage="test", region="eu-central-1")


def test_a_port_may_be_left_to_the_system() -> None:
    assert Settings.from_environment({**ENVIRONMENT, "WACHTER_BRIDGE_PORT": "0"}).bridge_port == 0


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"AWS_REGION": "eu-central-1"}, "WACHTER_STAGE"),
        ({**ENVIRONMENT, "WACHTER_HEALTH_PORT": "http"}, "WACHTER_HEALTH_PORT"),
    ],
)
def test_a_wrong_setting_is_named(environment: dict[str, str], name: str) -> None:
    with pytest.raises(SettingMissing, match=name):
        Settings.from_environment(environment)


@pytest.mark.parametrize("given", [{}, {"WACHTER_ALERT_QUEUE_URL": ""}])
def test_what_a_deployable_cannot_do_without_is_named_when_it_is_missing(given: dict[str, str]) -> None:
    environment = {**ENVIRONMENT, "WACHTER_WRAPPING_KEY": "alias/any", **given}
    assert Settings.from_environment(environment, needed=["wrapping_key"]).wrapping_key == "alias/any"
    with pytest.raises(SettingMissing, match="WACHTER_ALERT_QUEUE_URL"):
        Settings.from_environment(environment, needed=["wrapping_key", "alert_queue_url"])
