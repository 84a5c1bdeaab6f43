"""What must be decided before there can be a stage."""

from collections.abc import Mapping

import pytest

from stacks.stage import REGIONS, Stage, StageName, StageRefused
from tests.stacks.conftest import PRODUCTION as EVERYTHING

NEEDED = ("api-domain", "live-domain", "app-url", "mail-from", "sim-provider-url")
PRODUCTION = {name: EVERYTHING[name] for name in ("stage", "trust-unproven", *NEEDED, "sim-provider-secret")}


def stage_of(settings: Mapping[str, str | None]) -> Stage:
    return Stage.of(settings.get)


@pytest.mark.parametrize("region", REGIONS)
def test_a_stage_stands_in_frankfurt_or_in_the_sovereign_cloud(region: str) -> None:
    assert stage_of({**PRODUCTION, "region": region}).region == region


def test_a_stage_stands_in_frankfurt_unless_told_otherwise() -> None:
    assert stage_of(PRODUCTION).region == "eu-central-1"


@pytest.mark.promise("P-23", guard="stacks.stage:is_allowed_region", part="another region")
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


@pytest.mark.parametrize("networks", ["10.64.0.0/16", "100.64.0.0/10,192.168.7.0/24"])
def test_a_stage_may_know_its_watches_by_their_operators_networks(networks: str) -> None:
    stage = stage_of({**PRODUCTION, "trust-unproven": "no", "watch-networks": networks})
    assert (stage.trust_unproven, ",".join(stage.watch_networks)) == (False, networks)


@pytest.mark.attack("W-01", guard="stacks.stage:is_private_network", part="networks of strangers")
@pytest.mark.parametrize("network", ["0.0.0.0/0", "8.8.8.0/24", "10.0.0.0/7", "10.0.0.1/8", "::/0", "any", " "])
def test_a_network_from_which_strangers_could_speak_proves_nobody(network: str) -> None:
    with pytest.raises(StageRefused, match="is no private network"):
        stage_of({**PRODUCTION, "watch-networks": network})


@pytest.mark.parametrize(("keys", "numbers"), [("", ("1",)), ("1,2", ("1", "2")), ("12,11", ("12", "11"))])
def test_a_stage_signs_with_the_first_of_its_keys_and_has_one_unless_told_otherwise(
    keys: str, numbers: tuple[str, ...]
) -> None:
    assert stage_of({**PRODUCTION, "signing-keys": keys}).signing_keys == numbers


@pytest.mark.parametrize("keys", ["0", "01", "1,1", "1,", ",1", "1, 2", "new", "12345", " "])
def test_keys_that_are_not_told_apart_by_a_number_are_refused(keys: str) -> None:
    with pytest.raises(StageRefused, match="signing-keys: they are different numbers"):
        stage_of({**PRODUCTION, "signing-keys": keys})


def test_the_local_stage_needs_no_choice() -> None:
    assert stage_of({"stage": "local"}).trust_unproven


@pytest.mark.parametrize("missing", NEEDED)
def test_production_is_refused_without_what_its_guardians_need(missing: str) -> None:
    with pytest.raises(StageRefused, match=f"stage prod must set {missing}: "):
        stage_of({name: value for name, value in PRODUCTION.items() if name != missing})


@pytest.mark.parametrize("missing", ["sim-provider-url", "sim-provider-secret"])
def test_a_sims_operator_is_told_with_the_secret_that_it_asks_for(missing: str) -> None:
    with pytest.raises(StageRefused, match="sim-provider-url and sim-provider-secret are set together"):
        stage_of({**PRODUCTION, "stage": "test", missing: None})


def test_a_stage_has_phones_tls_and_snapshots_only_where_it_is_told_of_them() -> None:
    without, stage = stage_of(PRODUCTION), stage_of(EVERYTHING)
    assert (without.push_apns_secret, without.push_fcm_secret, without.bridge_tls_secret) == (None, None, None)
    assert not without.snap_start
    assert stage.secret("push-fcm-secret") == EVERYTHING["push-fcm-secret"]
    assert stage.snap_start


@pytest.mark.parametrize("setting", ["push-apns-secret", "push-fcm-secret", "sim-provider-secret", "bridge-tls-secret"])
@pytest.mark.parametrize(
    "name", ["", "two words", "*", "arn:aws:secretsmanager:us-east-1:1:secret:x", "-----BEGIN PRIVATE KEY-----"]
)
def test_what_cannot_be_a_secrets_name_is_refused_and_not_repeated(setting: str, name: str) -> None:
    with pytest.raises(StageRefused, match=f"^{setting} is no name of a secret$"):
        stage_of({**PRODUCTION, setting: name})


@pytest.mark.parametrize("setting", ["app-url", "sim-provider-url"])
@pytest.mark.parametrize(
    "address", ["http://app.wachter.example", "https://", "app.wachter.example", "https://a.example/ "]
)
def test_an_address_on_aws_is_one_over_tls(setting: str, address: str) -> None:
    with pytest.raises(StageRefused, match=f"{setting} is no https address"):
        stage_of({**PRODUCTION, setting: address})


@pytest.mark.parametrize("sender", ["wachter", "alerts@", "alerts@wachter", "a@b@wachter.example", "*@w.example\n"])
def test_a_sender_that_is_no_address_is_refused(sender: str) -> None:
    with pytest.raises(StageRefused, match="no mail address"):
        stage_of({**PRODUCTION, "mail-from": sender})


@pytest.mark.parametrize("settings", [{}, {"stage": "production"}])
def test_a_stage_that_nobody_knows_is_refused(settings: Mapping[str, str]) -> None:
    with pytest.raises(StageRefused, match="none of local, test, prod"):
        stage_of(settings)
