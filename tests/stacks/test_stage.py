"""What must be decided before there can be a stage."""

from collections.abc import Mapping

import pytest

from stacks.stage import REGIONS, Stage, StageName, StageRefused

PRODUCTION = {"stage": "prod", "trust-unproven": "yes", "api-domain": "api.wachter.example"}


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
        stage_of({"stage": name, "api-domain": "api.wachter.example", **choice})


def test_the_local_stage_needs_no_choice() -> None:
    assert stage_of({"stage": "local"}).trust_unproven


def test_production_is_refused_without_a_host_name_of_its_own() -> None:
    with pytest.raises(StageRefused, match="set api-domain"):
        stage_of({"stage": "prod", "trust-unproven": "yes"})


@pytest.mark.parametrize("settings", [{}, {"stage": "production"}])
def test_a_stage_that_nobody_knows_is_refused(settings: Mapping[str, str]) -> None:
    with pytest.raises(StageRefused, match="none of local, test, prod"):
        stage_of(settings)
