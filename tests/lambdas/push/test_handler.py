"""The custom resource that is one SNS platform application."""

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from adapters.aws import client
from adapters.platform_applications import PlatformRefused, SnsPlatformApplications
from adapters.secrets import SecretsManagerSecrets
from adapters.settings import Settings
from lambdas.push.handler import PushApplications, answer

SETTINGS = Settings(stage="test", region="eu-central-1")
APPLE = "arn:aws:sns:eu-central-1:123456789012:app/APNS/wachter-test"
GOOGLE = "arn:aws:sns:eu-central-1:123456789012:app/GCM/wachter-test"
KEY = "made-up private key"
APPLES_FIELDS = {"signing_key": KEY, "key_id": "ABC123DEFG", "team_id": "DEF123GHIJ", "bundle_id": "example.wachter"}
GOOGLES_FILE = json.dumps({"type": "service_account", "private_key": KEY})


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    with mock_aws():
        secrets = client("secretsmanager", SETTINGS)
        secrets.create_secret(Name="apple", SecretString=json.dumps(APPLES_FIELDS))
        secrets.create_secret(Name="google", SecretString=GOOGLES_FILE)
        yield


@pytest.fixture
def cloudformation() -> Iterator["CloudFormation"]:
    with HTTPServer(("127.0.0.1", 0), _Answers) as server:
        server.answers = []  # type: ignore[attr-defined]  # where the handler below puts them
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield CloudFormation(server)
        server.shutdown()


class _Answers(BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.answers.append((self.headers["Content-Type"], json.loads(body)))  # type: ignore[attr-defined]  # as above
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


class CloudFormation:
    """Asks as CloudFormation does."""

    def __init__(self, server: HTTPServer) -> None:
        self._server = server

    def ask(self, kind: str, arn: str, secret: str, physical_id: str | None = None, **more: Any) -> Mapping[str, str]:
        request = {
            "RequestType": kind,
            "ResponseURL": f"http://127.0.0.1:{self._server.server_port}/signed",
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "application",
            "ResourceProperties": {"ServiceToken": "function", "Arn": arn, "Secret": secret},
            **({"PhysicalResourceId": physical_id} if physical_id else {}),
        }
        answer(request, more.get("applications", applications))
        told = self.told()
        assert {name: told[name] for name in ("StackId", "RequestId", "LogicalResourceId")} == {
            name: request[name] for name in ("StackId", "RequestId", "LogicalResourceId")
        }
        return told

    def told(self) -> Mapping[str, str]:
        """Return the one answer that came since the last was read."""
        ((content_type, told),) = self._server.answers  # type: ignore[attr-defined]  # set by the fixture
        self._server.answers.clear()  # type: ignore[attr-defined]  # as above
        assert content_type == ""
        assert KEY not in json.dumps(told)
        return dict(told)


def applications() -> PushApplications:
    return PushApplications(
        SecretsManagerSecrets(client("secretsmanager", SETTINGS)), SnsPlatformApplications(client("sns", SETTINGS))
    )


def attributes(arn: str) -> Mapping[str, str]:
    found: Mapping[str, str] = client("sns", SETTINGS).get_platform_application_attributes(PlatformApplicationArn=arn)[
        "Attributes"
    ]
    return found


def test_apples_application_is_made_of_a_signing_key_with_its_id_team_and_bundle(
    cloudformation: CloudFormation, capfd: pytest.CaptureFixture[str]
) -> None:
    told = cloudformation.ask("Create", APPLE, "apple")
    assert (told["Status"], told["PhysicalResourceId"]) == ("SUCCESS", APPLE)
    assert attributes(APPLE).items() >= {
        ("PlatformCredential", KEY),
        ("PlatformPrincipal", "ABC123DEFG"),
        ("ApplePlatformTeamID", "DEF123GHIJ"),
        ("ApplePlatformBundleID", "example.wachter"),
    }
    written = capfd.readouterr()
    assert KEY not in written.out + written.err


def test_googles_application_is_made_of_the_service_accounts_file(cloudformation: CloudFormation) -> None:
    assert cloudformation.ask("Create", GOOGLE, "google")["Status"] == "SUCCESS"
    assert attributes(GOOGLE)["PlatformCredential"] == GOOGLES_FILE


def test_asked_again_it_makes_no_second_one_and_a_new_secret_takes_the_place_of_the_old(
    cloudformation: CloudFormation,
) -> None:
    cloudformation.ask("Create", GOOGLE, "google")
    cloudformation.ask("Create", GOOGLE, "google")
    client("secretsmanager", SETTINGS).create_secret(Name="renewed", SecretString="{}")
    assert cloudformation.ask("Update", GOOGLE, "renewed", GOOGLE)["PhysicalResourceId"] == GOOGLE
    assert attributes(GOOGLE)["PlatformCredential"] == "{}"
    assert len(client("sns", SETTINGS).list_platform_applications()["PlatformApplications"]) == 1


def test_a_removal_removes_it_and_what_was_never_made_is_no_failure(cloudformation: CloudFormation) -> None:
    cloudformation.ask("Create", GOOGLE, "google")
    assert cloudformation.ask("Delete", GOOGLE, "google", GOOGLE)["Status"] == "SUCCESS"
    assert client("sns", SETTINGS).list_platform_applications()["PlatformApplications"] == []
    assert cloudformation.ask("Delete", GOOGLE, "google", "none")["Status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("arn", "content", "reason"),
    [
        (APPLE, json.dumps({**APPLES_FIELDS, "team_id": ""}), "no text in one of signing_key, key_id, team_id, bundle"),
        (APPLE, json.dumps({"signing_key": KEY}), "no JSON object with signing_key, key_id, team_id, bundle_id"),
        (APPLE, KEY, "no JSON object with"),
        (GOOGLE, None, "cannot be read: ResourceNotFoundException"),
    ],
)
def test_a_secret_that_does_not_fit_fails_the_deployment_in_words_that_hold_nothing_of_it(
    cloudformation: CloudFormation, arn: str, content: str | None, reason: str
) -> None:
    if content is not None:
        client("secretsmanager", SETTINGS).create_secret(Name="other", SecretString=content)
    told = cloudformation.ask("Create", arn, "other")
    assert (told["Status"], told["PhysicalResourceId"]) == ("FAILED", "none")
    assert reason in told["Reason"]


class Refusing:
    def set_platform_application_attributes(self, **_: Any) -> None:
        message = f"Invalid parameter: {KEY}"
        raise ClientError(
            {"Error": {"Code": "InvalidParameter", "Message": message}}, "SetPlatformApplicationAttributes"
        )


def test_a_refusal_of_sns_tells_its_code_and_nothing_of_the_credential(cloudformation: CloudFormation) -> None:
    refusing = PushApplications(
        SecretsManagerSecrets(client("secretsmanager", SETTINGS)), SnsPlatformApplications(Refusing())
    )
    told = cloudformation.ask("Create", GOOGLE, "google", applications=lambda: refusing)
    assert told["Reason"] == "SNS refused the credential: InvalidParameter"
    with pytest.raises(PlatformRefused, match=r"^SNS refused the credential: InvalidParameter$"):
        SnsPlatformApplications(Refusing()).put(GOOGLE, {"PlatformCredential": KEY})


def test_a_failure_that_nobody_foresaw_is_told_too_as_a_deployment_would_wait_an_hour(
    cloudformation: CloudFormation,
) -> None:
    def broken() -> PushApplications:
        raise RuntimeError(KEY)

    with pytest.raises(RuntimeError):
        cloudformation.ask("Create", GOOGLE, "google", applications=broken)
    assert (told := cloudformation.told())["Status"] == "FAILED"
    assert told["Reason"] == "RuntimeError"
