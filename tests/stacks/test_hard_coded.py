"""Nothing secret stands in the sources or in a template."""

import subprocess
from typing import Any

import pytest

from stacks.hard_coded import secrets_in
from stacks.stage import Stage, StageName
from stacks.synth import violations_of
from tests.proofs import ROOT

RANDOM = "9fK2" + "xQ7vLw0Zt5Rb3NcY"  # in two, or the sources would hold a secret
SECRET_OF_STAGE = "wachter/test/apns-2"
PUSHING = Stage(name=StageName.TEST, trust_unproven=True, push_apns_secret=SECRET_OF_STAGE)

ALLOWED = {
    "docs/openapi.json": {"access_token", "refresh_token", "token"},  # examples: signed by nobody, digests of nothing
    "lambdas/api/routes/sign_in.py": {"access_token"},  # the same example
    "tests/lambdas/api/test_changes.py": {"CLAIM_SECRET"},  # of a made-up device
    "tests/lambdas/api/test_claims.py": {"SECRET"},  # of a made-up device
    "tests/local/test_emulator.py": {"AWS access key"},  # spells STRANGER, for the emulator to refuse
}
"""What looks like a secret and opens nothing."""


@pytest.mark.attack("A-02", guard="stacks.hard_coded:secrets_in", part="the sources")
def test_no_file_of_ours_holds_a_secret() -> None:
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")  # noqa: S603 - fixed
    files = {name: ROOT / name for name in names if (ROOT / name).is_file()}
    texts = {name: path.read_text(encoding="utf-8", errors="replace") for name, path in files.items()}
    assert {name: set(found) for name, text in texts.items() if (found := secrets_in(text))} == ALLOWED


@pytest.mark.attack("A-02", guard="stacks.hard_coded:secrets_in", part="the sources")
@pytest.mark.parametrize(
    ("line", "name"),
    [
        (f'password = "{RANDOM}"', "password"),
        (f"DB_PASSWORD={RANDOM}", "DB_PASSWORD"),
        (f'_PEPPER_SECRET: Final[bytes] = b"{RANDOM}"', "_PEPPER_SECRET"),
        (f'{{"refresh_token":"{RANDOM}"}}', "refresh_token"),
        (f"connect(api_key='{RANDOM}')", "api_key"),
        (f"aws_secret_access_key = {RANDOM}", "aws_secret_access_key"),
        (f"    signing-key: {RANDOM}", "signing-key"),
        ("AKIA" + "ABCDEFGHIJKLMNOP", "AWS access key"),
        ("-----BEGIN " + "RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAsomethingelse", "private key"),
        ('{"private": "-----BEGIN ' + 'PRIVATE KEY-----\\nMIGHAgEAMBMGByqGSM49AgEGCCqG"}', "private key"),
        ("Bearer " + "eyJhbGciOiJSUzI1NiJ9." + "eyJzdWIiOiJtYXJpZWtlIn0.c2lnbmF0dXJlc2lnbmF0", "signed token"),
        ("AIza" + "B" * 35, "Google API key"),
    ],
)
def test_a_secret_is_found_and_called_by_its_name(line: str, name: str) -> None:
    assert secrets_in(f"first line\n{line}\nlast line") == [name]


@pytest.mark.parametrize(
    "line",
    [
        'PASSWORD = "negen fietsen langs de IJssel"',
        'secret = "wachter/prod/sim-provider"',
        "token = platform.sign_in_2(account_id)[0]",
        'api_key="${SIM_PROVIDER_API_KEY_2}"',
        "def verify(self, token: str, now: datetime) -> Bearer:",
    ],
)
def test_a_phrase_a_name_or_an_expression_is_none(line: str) -> None:
    assert secrets_in(line) == []


def function(**variables: Any) -> dict[str, Any]:
    return {"Resources": {"It": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": variables}}}}


@pytest.mark.attack("A-02", guard="stacks.hard_coded:secret_violations", part="the templates")
@pytest.mark.parametrize(
    ("holding", "name"),
    [
        (function(SIM_PASSWORD="welkom"), "SIM_PASSWORD"),
        (function(Variables={"WACHTER_API_KEY": "k"}), "WACHTER_API_KEY"),
        (function(Entries=[{"Name": "BRIDGE_SECRET", "Value": "welkom"}]), "BRIDGE_SECRET"),
        (function(Url=f"https://sims.example?token={RANDOM}"), "token"),
        (function(Certificate="-----BEGIN " + "PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqG"), "private key"),
        ({"Resources": {"It": {"Type": "AWS::SecretsManager::Secret", "SecretString": {"Token": "t"}}}}, "Token"),
    ],
)
def test_a_template_that_holds_a_secret_is_refused_in_words_that_do_not(holding: dict[str, Any], name: str) -> None:
    assert violations_of(holding, PUSHING) == [f"It: {name} is written out"]


@pytest.mark.parametrize(
    "naming",
    [
        function(WACHTER_PUSH_SECRET=SECRET_OF_STAGE),
        function(SIM_PASSWORD={"Ref": "Parameter"}),
        function(Entries=[{"Name": "WACHTER_STAGE", "Value": "test"}]),
        function(KeyUsage="SIGN_VERIFY"),
    ],
)
def test_a_template_that_names_one_of_the_stages_or_refers_to_something_is_not(naming: dict[str, Any]) -> None:
    assert violations_of(naming, PUSHING) == []
