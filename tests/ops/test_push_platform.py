"""python -m ops push-platform."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from adapters.aws import client
from adapters.platform_applications import SnsPlatformApplications
from adapters.settings import Settings
from ops.__main__ import main
from ops.bootstrap import platform_applications
from stacks.stage import is_platform_application

SETTINGS = Settings(stage="test", region="eu-central-1")
CREDENTIAL = "made-up private key"
APPLE = ("--key-id", "ABC123DEFG", "--team-id", "DEF123GHIJ", "--bundle-id", "example.wachter")


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def credential(tmp_path: Path) -> Path:
    file = tmp_path / "credential"
    file.write_text(CREDENTIAL)
    return file


def run(platform: str, credential: Path, *options: str, wired: Any = platform_applications) -> int:
    arguments = ["push-platform", "--platform", platform, "--credential-file", str(credential), *options]
    return main(arguments, lambda: SETTINGS, wire_platforms=wired)


@pytest.mark.parametrize(
    ("platform", "options", "name"),
    [("apns", APPLE, "APNS"), ("apns-sandbox", APPLE, "APNS_SANDBOX"), ("fcm", (), "GCM")],
)
def test_an_application_is_made_and_its_arn_is_what_a_stage_takes(
    platform: str, options: tuple[str, ...], name: str, credential: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(platform, credential, *options) == 0
    told = capsys.readouterr()
    arn = told.out.strip()
    assert is_platform_application(arn, [name], SETTINGS.region)
    assert CREDENTIAL not in told.out + told.err
    made = client("sns", SETTINGS).get_platform_application_attributes(PlatformApplicationArn=arn)["Attributes"]
    assert made["PlatformCredential"] == CREDENTIAL
    assert made.get("PlatformPrincipal") == ("ABC123DEFG" if options else None)


@pytest.mark.parametrize("missing", range(0, len(APPLE), 2))
def test_apples_credential_is_a_key_with_its_id_team_and_bundle(
    missing: int, credential: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("apns", credential, *APPLE[:missing], *APPLE[missing + 2 :]) == 2
    assert "Apple asks for" in capsys.readouterr().err


class Refusing:
    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    def create_platform_application(self, **arguments: Any) -> None:
        assert arguments["Attributes"]["PlatformCredential"] == CREDENTIAL
        raise self.failure


@pytest.mark.parametrize(
    "failure",
    [
        ClientError(
            {"Error": {"Code": "InvalidParameter", "Message": f"bad {CREDENTIAL}"}}, "CreatePlatformApplication"
        ),
        EndpointConnectionError(endpoint_url="https://sns.example"),
    ],
)
def test_a_refusal_tells_its_code_and_nothing_of_the_credential(
    failure: Exception, credential: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fcm", credential, wired=lambda _: SnsPlatformApplications(Refusing(failure))) == 2
    told = capsys.readouterr()
    assert told.err.startswith("SNS ")
    assert CREDENTIAL not in told.out + told.err


def test_a_credential_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("fcm", tmp_path / "none") == 2
    assert "cannot be read" in capsys.readouterr().err
