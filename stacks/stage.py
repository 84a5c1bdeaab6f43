"""A stage: one deployment of the whole platform, and what must be decided before there can be one."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

DEFAULT_REGION = "eu-central-1"
REGIONS = (DEFAULT_REGION, "eusc-de-east-1")
"""Frankfurt, the nearest EU region with every service that we use, and the European Sovereign Cloud in Brandenburg."""


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
    say so, as there is no other way yet (docs/adr/0006). api_domain: the API's own host name, which prod must have, as
    the API's default endpoint is then off; its certificate waits for the DNS records that ACM shows.
    """

    name: StageName
    region: str = DEFAULT_REGION
    trust_unproven: bool = False
    api_domain: str | None = None

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
        if self.name is StageName.PROD and self.api_domain is None:
            raise StageRefused("stage prod has no default API endpoint: set api-domain to the API's own host name")

    @classmethod
    def of(cls, setting: Callable[[str], str | None]) -> "Stage":
        """Read a stage from named settings: stage, region, trust-unproven (yes), api-domain."""
        name = setting("stage")
        if name not in list(StageName):
            raise StageRefused(f"stage {name!r} is none of {', '.join(StageName)}")
        return cls(
            name=StageName(name),
            region=setting("region") or DEFAULT_REGION,
            trust_unproven=name == StageName.LOCAL or setting("trust-unproven") == "yes",
            api_domain=setting("api-domain"),
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
