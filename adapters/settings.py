"""The only reader of the environment."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"
BRIDGE_PORT = 8001  # where watches of this family look for their server
BRIDGE_TLS_PORT = 8443
HEALTH_PORT = 8081
STRANGERS_PER_ADDRESS = 1_000  # all of 60,000 watches that come back within a minute through one NAT, for a second


class SettingMissing(Exception):  # noqa: N818 - an error is named after the fact
    """A deployable was started without a setting that it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where a deployable runs and what it uses there.

    stage: local, test or prod. endpoint_url: the emulator's, None on AWS. wrapping_key: id or ARN of the KMS key that
    wraps our stored keys. signing_keys: KMS keys whose access tokens are accepted, the first of which signs. issuer:
    the API's own address, which stands in each token. trust_unproven: the stage accepts watches that cannot prove their
    identity (docs/adr/0006). alert_queue_url: where alarms go. live_queue_url: where news is told of watches that
    somebody is looking at. live_callback: https address by which open WebSockets are written to, as API Gateway names
    it. push_apns, push_fcm: ARNs of the SNS platform applications; empty: the stage cannot ring such phones. mail_from:
    sender of mails, empty: the stage sends none. notice_queue_url: where notices and letters go. nudge_queue_urls: the
    bridge's queues, in their order. media_bucket: of voices and photos. converter_function, sims_function: names of the
    functions that the API asks. app_url: fixed address that links in mails begin with. sim_provider_url: the SIM
    operator's interface. sim_provider_secret: name of the secret with its credentials. bridge_tls_secret: name of the
    secret with the bridge's certificate and key; empty: it speaks no TLS. watch_networks: the private networks (CIDR)
    in which the SIM operator gives each watch its own address; empty: there is none. bridge_port, bridge_tls_port,
    health_port: 0 = any free one. strangers_per_address: connections of one address, such as an operator's NAT, that
    may be waiting to be known.
    """

    stage: str
    region: str
    endpoint_url: str | None = None
    wrapping_key: str = ""
    signing_keys: tuple[str, ...] = ()
    issuer: str = ""
    frame_stream: str = ""
    alert_queue_url: str = ""
    live_queue_url: str = ""
    live_callback: str = ""
    push_apns: str = ""
    push_fcm: str = ""
    mail_from: str = ""
    notice_queue_url: str = ""
    nudge_queue_urls: tuple[str, ...] = ()
    media_bucket: str = ""
    converter_function: str = ""
    sims_function: str = ""
    app_url: str = ""
    sim_provider_url: str = ""
    sim_provider_secret: str = ""
    bridge_tls_secret: str = ""
    watch_networks: tuple[str, ...] = ()
    trust_unproven: bool = False
    bridge_host: str = LOOPBACK
    bridge_port: int = BRIDGE_PORT
    bridge_tls_port: int = BRIDGE_TLS_PORT
    health_port: int = HEALTH_PORT
    strangers_per_address: int = STRANGERS_PER_ADDRESS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, *, needed: Iterable[str] = ()) -> "Settings":
        """Read WACHTER_* settings; raise SettingMissing for one that has no default.

        needed: fields that the deployable cannot do without, whatever their default.
        """

        def required(name: str) -> str:
            try:
                return environment[name]
            except KeyError:
                raise SettingMissing(f"the environment lacks {name}") from None

        def number(name: str, default: int) -> int:
            text = environment.get(name, str(default))
            if not text.isdecimal():
                raise SettingMissing(f"{name} is no number")
            return int(text)

        def several(name: str) -> tuple[str, ...]:
            return tuple(filter(None, environment.get(name, "").split(",")))

        for field in needed:
            if not environment.get(name := f"WACHTER_{field.upper()}"):
                raise SettingMissing(f"the environment lacks {name}")
        return cls(
            stage=required("WACHTER_STAGE"),
            region=environment.get("AWS_REGION") or required("AWS_DEFAULT_REGION"),
            endpoint_url=environment.get("AWS_ENDPOINT_URL"),
            wrapping_key=environment.get("WACHTER_WRAPPING_KEY", ""),
            signing_keys=several("WACHTER_SIGNING_KEYS"),
            issuer=environment.get("WACHTER_ISSUER", ""),
            frame_stream=environment.get("WACHTER_FRAME_STREAM", ""),
            alert_queue_url=environment.get("WACHTER_ALERT_QUEUE_URL", ""),
            live_queue_url=environment.get("WACHTER_LIVE_QUEUE_URL", ""),
            live_callback=environment.get("WACHTER_LIVE_CALLBACK", ""),
            push_apns=environment.get("WACHTER_PUSH_APNS", ""),
            push_fcm=environment.get("WACHTER_PUSH_FCM", ""),
            mail_from=environment.get("WACHTER_MAIL_FROM", ""),
            notice_queue_url=environment.get("WACHTER_NOTICE_QUEUE_URL", ""),
            nudge_queue_urls=several("WACHTER_NUDGE_QUEUE_URLS"),
            media_bucket=environment.get("WACHTER_MEDIA_BUCKET", ""),
            converter_function=environment.get("WACHTER_CONVERTER_FUNCTION", ""),
            sims_function=environment.get("WACHTER_SIMS_FUNCTION", ""),
            app_url=environment.get("WACHTER_APP_URL", ""),
            sim_provider_url=environment.get("WACHTER_SIM_PROVIDER_URL", ""),
            sim_provider_secret=environment.get("WACHTER_SIM_PROVIDER_SECRET", ""),
            bridge_tls_secret=environment.get("WACHTER_BRIDGE_TLS_SECRET", ""),
            watch_networks=several("WACHTER_WATCH_NETWORKS"),
            trust_unproven=environment.get("WACHTER_TRUST_UNPROVEN") == "yes",
            bridge_host=environment.get("WACHTER_BRIDGE_HOST", LOOPBACK),
            bridge_port=number("WACHTER_BRIDGE_PORT", BRIDGE_PORT),
            bridge_tls_port=number("WACHTER_BRIDGE_TLS_PORT", BRIDGE_TLS_PORT),
            health_port=number("WACHTER_HEALTH_PORT", HEALTH_PORT),
            strangers_per_address=number("WACHTER_STRANGERS_PER_ADDRESS", STRANGERS_PER_ADDRESS),
        )
