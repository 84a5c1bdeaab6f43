"""Let a stage ring phones of one platform: CloudFormation knows no platform applications.

Credentials are tokens, not certificates, which would end each year: https://docs.aws.amazon.com/sns/latest/dg/
sns-apple-authentication-methods.html (a signing key, its id, team and bundle), sns-fcm-authentication-methods.html (the
service account's JSON).
"""

import argparse
from pathlib import Path

from adapters.platform_applications import SnsPlatformApplications

_SNS_NAMES = {"apns": "APNS", "apns-sandbox": "APNS_SANDBOX", "fcm": "GCM"}
_APPLE = {
    "key_id": "PlatformPrincipal",
    "team_id": "ApplePlatformTeamID",
    "bundle_id": "ApplePlatformBundleID",
}


class IncompleteCredential(Exception):  # noqa: N818 - an error is named after the fact
    """What the platform asks for is not all there."""


def add_options(command: argparse.ArgumentParser) -> None:
    """Add what the command is told."""
    command.add_argument("--platform", choices=_SNS_NAMES, required=True)
    command.add_argument(
        "--credential-file", type=Path, required=True, help="Apple's .p8 signing key, or Google's service account JSON"
    )
    for name in _APPLE:
        command.add_argument(f"--{name.replace('_', '-')}", help="of the signing key; for Apple only")


def push_platform(options: argparse.Namespace, stage: str, applications: SnsPlatformApplications) -> str:
    """Make the stage's application and return its ARN; raise IncompleteCredential, PlatformRefused, OSError."""
    attributes = {"PlatformCredential": options.credential_file.read_text(encoding="utf-8")}
    if options.platform != "fcm":
        attributes |= {attribute: getattr(options, name) for name, attribute in _APPLE.items()}
    if not all(attributes.values()):
        raise IncompleteCredential("Apple asks for --key-id, --team-id and --bundle-id")
    return applications.make(f"wachter-{stage}", _SNS_NAMES[options.platform], attributes)
