"""Entry point of the custom resource that is one SNS platform application.

CloudFormation tells the application's ARN and the name of the secret with its credential; the credential itself is read
here, and no template, event, answer or log holds any of it. Credentials are tokens, not certificates, which would end
each year: https://docs.aws.amazon.com/sns/latest/dg/sns-apple-authentication-methods.html, a signing key with its id,
team and bundle, and sns-fcm-authentication-methods.html, the service account's JSON as Google gives it.
"""

import json
import urllib.request
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from adapters.aws import client
from adapters.platform_applications import PlatformRefused, SnsPlatformApplications
from adapters.secrets import SecretsManagerSecrets, SecretUnusable
from adapters.settings import Settings

_GOOGLE = "GCM"  # as SNS still calls it
_APPLE = {
    "signing_key": "PlatformCredential",
    "key_id": "PlatformPrincipal",
    "team_id": "ApplePlatformTeamID",
    "bundle_id": "ApplePlatformBundleID",
}
"""By the secret's fields, what SNS calls them."""
_ANSWER_S = 10
Event = Mapping[str, Any]


class PushApplications:
    """Does what CloudFormation asks of platform applications."""

    def __init__(self, secrets: SecretsManagerSecrets, applications: SnsPlatformApplications) -> None:
        self._secrets = secrets
        self._applications = applications

    def do(self, event: Event) -> str:
        """Make, change or remove an application and return its ARN; raise SecretUnusable or PlatformRefused."""
        if event["RequestType"] == "Delete":
            arn = str(event["PhysicalResourceId"])
            if arn == event["ResourceProperties"]["Arn"]:  # else it was never made, or another has its place
                self._applications.remove(arn)
            return arn
        arn, secret = (str(event["ResourceProperties"][name]) for name in ("Arn", "Secret"))
        self._applications.put(arn, self._credential(arn, secret))
        return arn

    def _credential(self, arn: str, secret: str) -> Mapping[str, str]:
        if f":app/{_GOOGLE}/" in arn:
            return {"PlatformCredential": self._secrets.text(secret)}
        fields = self._secrets.fields(secret, *_APPLE)
        return {attribute: fields[field] for field, attribute in _APPLE.items()}


@cache
def _applications() -> PushApplications:
    settings = Settings.from_environment()
    return PushApplications(
        SecretsManagerSecrets(client("secretsmanager", settings)), SnsPlatformApplications(client("sns", settings))
    )


def handler(event: Event, _context: object) -> None:
    """Do it and tell CloudFormation, which waits for an answer however it went."""
    answer(event, _applications)


def answer(event: Event, applications: Callable[[], PushApplications]) -> None:
    """Put what became of a request to the address that it names."""
    told = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    try:
        told |= {"Status": "SUCCESS", "PhysicalResourceId": applications().do(event)}
    except (SecretUnusable, PlatformRefused) as refusal:
        told |= _failed(event, str(refusal))
    except Exception as failure:
        _put(event["ResponseURL"], {**told, **_failed(event, type(failure).__name__)})
        raise
    _put(event["ResponseURL"], told)


def _failed(event: Event, reason: str) -> Mapping[str, str]:
    never_made = "none"
    return {"Status": "FAILED", "Reason": reason, "PhysicalResourceId": event.get("PhysicalResourceId", never_made)}


def _put(url: str, told: Mapping[str, str]) -> None:
    # the address is signed for a body without a type
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own address
        url, method="PUT", data=json.dumps(told).encode(), headers={"Content-Type": ""}
    )
    urllib.request.urlopen(request, timeout=_ANSWER_S).close()  # noqa: S310 - as above
