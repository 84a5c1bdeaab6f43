"""What SNS needs to ring phones of one platform: an application with the platform's credential."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

_NOT_THERE = frozenset({"NotFound", "NotFoundException"})


class PlatformRefused(Exception):  # noqa: N818 - an error is named after the fact
    """SNS did not do it; the text holds its code and nothing of the credential."""


class SnsPlatformApplications:
    """Platform applications on SNS. client: a botocore SNS client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def put(self, arn: str, credential: Mapping[str, str]) -> None:
        """Give an application this credential, in SNS's words, and make it where there is none; raise PlatformRefused.

        Asking again changes nothing.
        """
        platform, name = arn.split("/")[-2:]
        try:
            try:
                self._client.set_platform_application_attributes(
                    PlatformApplicationArn=arn, Attributes=dict(credential)
                )
            except ClientError as refusal:
                if refusal.response["Error"]["Code"] not in _NOT_THERE:
                    raise
                self._client.create_platform_application(Name=name, Platform=platform, Attributes=dict(credential))
        except (BotoCoreError, ClientError) as failure:
            raise PlatformRefused(_told(failure)) from None

    def remove(self, arn: str) -> None:
        """Remove an application and its phones' endpoints; it is no error when it is gone. Raise PlatformRefused."""
        try:
            self._client.delete_platform_application(PlatformApplicationArn=arn)
        except (BotoCoreError, ClientError) as failure:
            raise PlatformRefused(_told(failure)) from None


def _told(failure: BotoCoreError | ClientError) -> str:
    if isinstance(failure, ClientError):
        return f"SNS refused the credential: {failure.response['Error']['Code']}"
    return f"SNS was not reached: {type(failure).__name__}"
