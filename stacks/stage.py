"""A stage: one deployment of the whole platform, and what must be decided before there can be one."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

DEFAULT_REGION = "eu-central-1"
REGIONS = (DEFAULT_REGION, "eusc-de-east-1")
"""Frankfurt, the nearest EU region with every service that we use, and the European Sovereign Cloud in Brandenburg."""

_PLATFORM_APPLICATION = re.compile(r"arn:aws(?:-eusc)?:sns:([a-z0-9-]+):\d{12}:app/([A-Z_]+)/[A-Za-z0-9_.-]+")
_APPLE, _GOOGLE = ("APNS", "APNS_SANDBOX"), ("GCM",)  # as SNS names them; it still calls FCM by its old name
_ADDRESS = re.compile(r"[^@\s]+@([a-z0-9-]+\.)+[a-z]{2,}")

SETTINGS = (
    "stage",
    "region",
    "trust-unproven",
    "api-domain",
    "live-domain",
    "push-apns",
    "push-fcm",
    "mail-from",
    "emulator-url",
)
"""What a stage is made of, as named on the command line."""


class StageRefused(Exception):  # noqa: N818 - an error is named after the fact
    """A stage that must not be synthesized, and why."""


class StageName(StrEnum):
    """local: the emulator. test: AWS, throw-away data. prod: AWS, children's data."""

    LOCAL = "local"
    TEST = "test"
    PROD = "prod"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What differs between deployments. Raises StageRefused for one that must not exist.

    region: one of REGIONS. trust_unproven: watches that cannot prove their identity are served; on AWS a stage must
    say so, as there is no other way yet (docs/adr/0006). api_domain, live_domain: own host names of the API and of the
    live view, which prod must have, as the default endpoints are then off; their certificates wait for the DNS records
    that ACM shows. push_apns, push_fcm: ARNs of SNS platform applications in the stage's region (`python -m ops
    push-platform`); without one the stage rings no such phones. mail_from: sender of mails; without it the stage sends
    none. emulator_url: address of the emulator that a local stage stands on.
    """

    name: StageName
    region: str = DEFAULT_REGION
    trust_unproven: bool = False
    api_domain: str | None = None
    live_domain: str | None = None
    push_apns: str | None = None
    push_fcm: str | None = None
    mail_from: str | None = None
    emulator_url: str | None = None

    def __post_init__(self) -> None:
        """Refuse what must not be synthesized."""
        if not is_allowed_region(self.region):
            raise StageRefused(
                f"region {self.region!r} is refused: personal data stays in {' or '.join(REGIONS)} (promise P-23)"
            )
        if self.is_on_aws and not self.trust_unproven:
            raise StageRefused(
                f"stage {self.name} must choose how a watch proves its identity: set trust-unproven=yes to serve "
                "watches that cannot, which the privacy statement then tells"
            )
        if self.name is StageName.PROD and None in (self.api_domain, self.live_domain):
            raise StageRefused("stage prod has no default endpoints: set api-domain and live-domain to own host names")
        for name, arn, platforms in (("push-apns", self.push_apns, _APPLE), ("push-fcm", self.push_fcm, _GOOGLE)):
            if arn is not None and not is_platform_application(arn, platforms, self.region):
                raise StageRefused(
                    f"{name} is no platform application ({' or '.join(platforms)}) in {self.region}: what tells a "
                    "phone to ring leaves from the stage's own region (promise P-23)"
                )
        if self.mail_from is not None and not _ADDRESS.fullmatch(self.mail_from):
            raise StageRefused("mail-from is no mail address")

    @classmethod
    def of(cls, setting: Callable[[str], str | None]) -> "Stage":
        """Read a stage from named settings: those of SETTINGS, none of which but the first has to be there."""
        name = setting("stage")
        if name not in list(StageName):
            raise StageRefused(f"stage {name!r} is none of {', '.join(StageName)}")
        return cls(
            name=StageName(name),
            region=setting("region") or DEFAULT_REGION,
            trust_unproven=name == StageName.LOCAL or setting("trust-unproven") == "yes",
            api_domain=setting("api-domain"),
            live_domain=setting("live-domain"),
            push_apns=setting("push-apns"),
            push_fcm=setting("push-fcm"),
            mail_from=setting("mail-from"),
            emulator_url=setting("emulator-url"),
        )

    @property
    def keeps_data(self) -> bool:
        """Whether the stores survive the deletion of their stack."""
        return self.name is StageName.PROD

    @property
    def is_on_aws(self) -> bool:
        """Whether there is a network, a load balancer and Fargate; the emulator has none."""
        return self.name is not StageName.LOCAL


def is_allowed_region(region: str) -> bool:
    """Tell whether personal data may stand in this region."""
    return region in REGIONS


def is_platform_application(arn: str, platforms: Collection[str], region: str) -> bool:
    """Tell whether an ARN names an SNS platform application of one of these platforms in this region."""
    found = _PLATFORM_APPLICATION.fullmatch(arn)
    return found is not None and found[1] == region and found[2] in platforms
