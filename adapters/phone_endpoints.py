"""Phones as SNS knows them: endpoints of the stage's platform applications."""

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from core.accounts.model import InvalidPhone, Platform, PushNotAvailable
from core.kernel.ids import FamilyId

_TAKEN = re.compile(r"(arn:\S+) already exists with the same Token")
"""How SNS refuses a token whose endpoint has other attributes; that it names the endpoint is the only way to find it:
https://docs.aws.amazon.com/sns/latest/dg/mobile-platform-endpoint.html"""


class SnsPhoneEndpoints:
    """PhoneEndpoints on SNS. client: a botocore SNS client. applications: their ARNs; a platform may lack one."""

    def __init__(self, client: Any, applications: Mapping[Platform, str]) -> None:
        self._client = client
        self._applications = applications

    def make(self, platform: Platform, token: str, family_id: FamilyId) -> str:
        """Return the endpoint; the token's earlier one, of another sign-in or switched off, is removed."""
        application = self._applications.get(platform)
        if not application:
            raise PushNotAvailable("the stage cannot ring phones of this platform")
        try:
            return self._create(application, token, family_id)
        except ClientError as refusal:
            self.remove(endpoint_in(refusal))
        return self._create(application, token, family_id)

    def remove(self, endpoint: str) -> None:
        """Remove it; SNS takes the removal of what is gone for done."""
        self._client.delete_endpoint(EndpointArn=endpoint)

    def _create(self, application: str, token: str, family_id: FamilyId) -> str:
        made = self._client.create_platform_endpoint(
            PlatformApplicationArn=application, Token=token, CustomUserData=family_id, Attributes={"Enabled": "true"}
        )
        return str(made["EndpointArn"])


def endpoint_in(refusal: ClientError) -> str:
    """Return the endpoint that has the token already; raise InvalidPhone for a token that is none, else the refusal."""
    error = refusal.response["Error"]
    if error["Code"] != "InvalidParameter":
        raise refusal
    taken = _TAKEN.search(error["Message"])
    if taken is None:
        raise InvalidPhone("the platform knows no such token") from None
    return taken[1]
