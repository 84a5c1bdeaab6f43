"""What must be decided before there can be a stage."""

from collections.abc import Mapping

import pytest

from stacks.stage import REGIONS, Stage, StageName, StageRefused
from tests.stacks.conftest import PRODUCTION as WITH_CHANNELS

PRODUCTION = {name: WITH_CHANNELS[name] for name in ("stage", "trust-unproven", "api-domain", "live-domain")}
PHONES = "arn:aws:sns:eu-central-1:000000000000:app/GCM/wachter-prod"


def stage_of(settings: Mapping[str, str]) -> Stage:
    return Stage.of(settings.get)


@pytest.mark.parametrize("region", REGIONS)
def test_a_stage_stands_in_frankfurt_or_in_the_sovereign_cloud(region: str) -> None:
    assert stage_of({**PRODUCTION, "region": region}).region == region


def test_a_stage_stands_in_frankfurt_unless_told_otherwise() -> None:
    assert stage_of(PRODUCTION).region == "eu-central-1"


@pytest.mark.attack("I-01", guard="stacks.stage:is_allowed_region", part="another region")
@pytest.mark.parametrize("region", ["eu-west-1", "eu-central-2", "us-east-1", "eu-central-1a", "EU-CENTRAL-1", " "])
@pytest.mark.parametrize("name", list(StageName))
def test_any_other_region_is_refused_with_the_regions_that_are_not(name: StageName, region: str) -> None:
    with pytest.raises(StageRefused, match="stays in eu-central-1 or eusc-de-east-1"):
        stage_of({**PRODUCTION, "stage": name, "region": region})


@pytest.mark.parametrize("name", ["test", "prod"])
@pytest.mark.parametrize("choice", [{}, {"trust-unproven": "no"}, {"trust-unproven": "true"}])
def test_a_stage_on_aws_is_refused_until_it_chooses_how_watches_prove_themselves(
    name: str, choice: Mapping[str, str]
) -> None:
    with pytest.raises(StageRefused, match="must choose how a watch proves its identity"):
        stage_of({**PRODUCTION, "stage": name, "trust-unproven": "", **choice})


def test_the_local_stage_needs_no_choice() -> None:
    assert stage_of({"stage": "local"}).trust_unproven


@pytest.mark.parametrize("missing", ["api-domain", "live-domain"])
def test_production_is_refused_without_host_names_of_its_own(missing: str) -> None:
    with pytest.raises(StageRefused, match="set api-domain and live-domain"):
        stage_of({name: value for name, value in PRODUCTION.items() if name != missing})


def test_a_stage_has_channels_only_where_it_is_told_of_them() -> None:
    without, stage = stage_of(PRODUCTION), stage_of(WITH_CHANNELS)
    assert (without.push_apns, without.push_fcm, without.mail_from) == (None, None, None)
    assert stage.push_fcm == WITH_CHANNELS["push-fcm"]
    assert stage.mail_from == WITH_CHANNELS["mail-from"]


@pytest.mark.promise("P-23", guard="stacks.stage:is_platform_application", part="phones are rung from the region")
@pytest.mark.parametrize(
    "arn",
    [
        PHONES.replace("eu-central-1", "us-east-1"),
        PHONES.replace("GCM", "APNS"),
        PHONES.replace(":app/", ":endpoint/"),
        PHONES.replace("000000000000", ""),
        f"{PHONES}/*",
        "*",
        "",
    ],
)
def test_a_platform_application_that_is_none_or_stands_elsewhere_is_refused(arn: str) -> None:
    with pytest.raises(StageRefused, match="push-fcm is no platform application"):
        stage_of({**PRODUCTION, "push-fcm": arn})


@pytest.mark.parametrize("sender", ["", "wachter", "alerts@", "alerts@wachter", "a@b@wachter.example", "*@w.example\n"])
def test_a_sender_that_is_no_address_is_refused(sender: str) -> None:
    with pytest.raises(StageRefused, match="no mail address"):
        stage_of({**PRODUCTION, "mail-from": sender})


@pytest.mark.parametrize("settings", [{}, {"stage": "production"}])
def test_a_stage_that_nobody_knows_is_refused(settings: Mapping[str, str]) -> None:
    with pytest.raises(StageRefused, match="none of local, test, prod"):
        stage_of(settings)
