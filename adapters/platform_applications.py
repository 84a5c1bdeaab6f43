"""What SNS needs to ring phones of one platform: an application with the platform's credential."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError


class PlatformRefused(Exception):  # noqa: N818 - an error is named after the fact
    """SNS made no application; the text holds its code and nothing of the credential."""


class SnsPlatformApplications:
    """Platform applications on SNS. client: a botocore SNS client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def make(self, name: str, platform: str, attributes: Mapping[str, str]) -> str:
        """Return the ARN of a new application. platform, attributes: as SNS names them. Raise PlatformRefused."""
        try:
            made = self._client.create_platform_application(Name=name, Platform=platform, Attributes=dict(attributes))
        except ClientError as refusal:
            raise PlatformRefused(f"SNS refused the credential: {refusal.response['Error']['Code']}") from None
        except BotoCoreError as failure:
            raise PlatformRefused(f"SNS was not reached: {type(failure).__name__}") from None
        return str(made["PlatformApplicationArn"])
