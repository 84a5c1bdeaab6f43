"""A stage: one deployment of the whole platform, and what must be decided before there can be one."""

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

DEFAULT_REGION = "eu-central-1"
FIRST_SIGNING_KEY = "1"
REGIONS = (DEFAULT_REGION, "eusc-de-east-1")
"""Frankfurt, the nearest EU region with every service that we use, and the European Sovereign Cloud in Brandenburg."""

_ADDRESS = re.compile(r"[^@\s]+@([a-z0-9-]+\.)+[a-z]{2,}")
_HTTPS = re.compile(r"https://([a-z0-9-]+\.)+[a-z]{2,}(/[\w./-]*)?")
_KEY_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
_SECRET = re.compile(r"[\w/+=.@-]{1,512}")  # what Secrets Manager takes for a name
_PRIVATE = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
"""RFC 1918, and RFC 6598 for operators: no stranger on the internet speaks from there."""

SETTINGS = (
    "stage",
    "region",
    "trust-unproven",
    "watch-networks",
    "bridge-tls-secret",
    "signing-keys",
    "api-domain",
    "live-domain",
    "app-url",
    "mail-from",
    "push-apns-secret",
    "push-apns-sandbox",
    "push-fcm-secret",
    "sim-provider-url",
    "sim-provider-secret",
    "snap-start",
    "emulator-url",
)
"""What a stage is made of, as named on the command line."""
_SECRETS = ("bridge-tls-secret", "push-apns-secret", "push-fcm-secret", "sim-provider-secret")
_WEB_ADDRESSES = ("app-url", "sim-provider-url")
_FORMS = {
    "mail-from": (_ADDRESS, "mail address"),
    **dict.fromkeys(_SECRETS, (_SECRET, "name of a secret")),
}
_PROD_NEEDS = {
    "api-domain": "it has no default endpoints",
    "live-domain": "it has no default endpoints",
    "app-url": "links in mails lead to the app",
    "mail-from": "nobody registers without a mail",
    "sim-provider-url": "a watch's SIM is registered and topped up there",
}


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

    region: one of REGIONS. trust_unproven: watches that cannot prove their identity are served. watch_networks: the SIM
    operator's private networks (CIDR), in which a watch's address proves it; on AWS a stage must choose one of the two
    (docs/adr/0006). api_domain, live_domain: own host names of the API and of the live view, which prod must have, as
    the default endpoints are then off; their certificates wait for the DNS records that ACM shows. app_url: what links
    in mails begin with. mail_from: sender of mails; without it the stage sends none. push_apns_secret, push_fcm_secret:
    names of secrets with the credentials for Apple's and Google's push (lambdas/push); without one the stage rings no
    such phones, and an alarm says so. push_apns_sandbox: Apple's sandbox, for builds of developers. sim_provider_url,
    sim_provider_secret: the SIM operator's interface, and the name of the secret with what it asks for.
    bridge_tls_secret: name of the secret with the bridge's certificate and key; without it watches speak no TLS.
    signing_keys: numbers of the keys whose access tokens are accepted, the first of which signs (docs/adr/0021).
    snap_start: the API starts from a snapshot of its function. emulator_url: address of the emulator that a local stage
    stands on.
    """

    name: StageName
    region: str = DEFAULT_REGION
    trust_unproven: bool = False
    watch_networks: tuple[str, ...] = ()
    bridge_tls_secret: str | None = None
    signing_keys: tuple[str, ...] = (FIRST_SIGNING_KEY,)
    api_domain: str | None = None
    live_domain: str | None = None
    app_url: str | None = None
    mail_from: str | None = None
    push_apns_secret: str | None = None
    push_apns_sandbox: bool = False
    push_fcm_secret: str | None = None
    sim_provider_url: str | None = None
    sim_provider_secret: str | None = None
    snap_start: bool = False
    emulator_url: str | None = None

    def __post_init__(self) -> None:
        """Refuse what must not be synthesized."""
        if not is_allowed_region(self.region):
            raise StageRefused(
                f"region {self.region!r} is refused: personal data stays in {' or '.join(REGIONS)} (promise P-23)"
            )
        self._require_decisions()
        self._require_forms()

    def _require_decisions(self) -> None:
        if self.is_on_aws and not (self.trust_unproven or self.watch_networks):
            raise StageRefused(
                f"stage {self.name} must choose how a watch proves its identity: set watch-networks to the SIM "
                "operator's private networks, or trust-unproven=yes to serve watches that cannot, which the privacy "
                "statement then tells"
            )
        for setting, reason in _PROD_NEEDS.items() if self.name is StageName.PROD else ():
            if not self._given(setting):
                raise StageRefused(f"stage prod must set {setting}: {reason}")
        if (self.sim_provider_url is None) != (self.sim_provider_secret is None):
            raise StageRefused("sim-provider-url and sim-provider-secret are set together")

    def _require_forms(self) -> None:
        for network in self.watch_networks:
            if not is_private_network(network):
                raise StageRefused(f"watch-networks: {network!r} is no private network")
        if not are_signing_keys(self.signing_keys):
            raise StageRefused("signing-keys: they are different numbers, the one that signs first, such as 2,1")
        for setting in _WEB_ADDRESSES if self.is_on_aws else ():  # on this machine all is plain
            given = self._given(setting)
            if given is not None and not _HTTPS.fullmatch(given):
                raise StageRefused(f"{setting} is no https address")
        for setting, (pattern, form) in _FORMS.items():
            given = self._given(setting)
            if given is not None and not pattern.fullmatch(given):
                raise StageRefused(f"{setting} is no {form}")

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
            watch_networks=tuple(filter(None, (setting("watch-networks") or "").split(","))),
            bridge_tls_secret=setting("bridge-tls-secret"),
            signing_keys=tuple((setting("signing-keys") or FIRST_SIGNING_KEY).split(",")),
            api_domain=setting("api-domain"),
            live_domain=setting("live-domain"),
            app_url=setting("app-url"),
            mail_from=setting("mail-from"),
            push_apns_secret=setting("push-apns-secret"),
            push_apns_sandbox=setting("push-apns-sandbox") == "yes",
            push_fcm_secret=setting("push-fcm-secret"),
            sim_provider_url=setting("sim-provider-url"),
            sim_provider_secret=setting("sim-provider-secret"),
            snap_start=setting("snap-start") == "yes",
            emulator_url=setting("emulator-url"),
        )

    def name_of(self, thing: str) -> str:
        """Return what a function, stream or queue is called in this stage."""
        return f"wachter-{self.name}-{thing}"

    def secret(self, setting: str) -> str | None:
        """Return the secret's name that a setting holds; None where the stage has none."""
        assert setting in _SECRETS
        return self._given(setting)

    @property
    def names_of_secrets(self) -> frozenset[str]:
        """The names of all secrets that the stage reads."""
        return frozenset(filter(None, map(self._given, _SECRETS)))

    def _given(self, setting: str) -> str | None:
        value: str | None = getattr(self, setting.replace("-", "_"))
        return value

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


def are_signing_keys(numbers: Sequence[str]) -> bool:
    """Tell whether these are different numbers, at least one."""
    return bool(numbers) and len(set(numbers)) == len(numbers) and all(map(_KEY_NUMBER.fullmatch, numbers))


def is_private_network(text: str) -> bool:
    """Tell whether this is an IPv4 network that no stranger can speak from."""
    try:
        network = ipaddress.IPv4Network(text)
    except ValueError:
        return False
    return any(network.subnet_of(private) for private in _PRIVATE)
