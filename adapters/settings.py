"""The only reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


class SettingMissing(Exception):  # noqa: N818 - an error is named after the fact
    """A deployable was started without a setting that it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where a deployable runs and what it uses there.

    stage: local, test or prod. endpoint_url: the emulator's, None on AWS. wrapping_key: id or ARN of the KMS key that
    wraps our stored keys. signing_key: KMS key that signs access tokens. issuer: the API's own address, which stands in
    each token. trust_unproven: the stage accepts watches that cannot prove their identity (docs/adr/0006).
    alert_queue_url: where an alarm goes when the stream does not take it.
    """

    stage: str
    region: str
    endpoint_url: str | None = None
    wrapping_key: str = ""
    signing_key: str = ""
    issuer: str = ""
    frame_stream: str = ""
    alert_queue_url: str = ""
    trust_unproven: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read WACHTER_* settings; raise SettingMissing for one that has no default."""

        def required(name: str) -> str:
            try:
                return environment[name]
            except KeyError:
                raise SettingMissing(f"the environment lacks {name}") from None

        return cls(
            stage=required("WACHTER_STAGE"),
            region=environment.get("AWS_REGION") or required("AWS_DEFAULT_REGION"),
            endpoint_url=environment.get("AWS_ENDPOINT_URL"),
            wrapping_key=environment.get("WACHTER_WRAPPING_KEY", ""),
            signing_key=environment.get("WACHTER_SIGNING_KEY", ""),
            issuer=environment.get("WACHTER_ISSUER", ""),
            frame_stream=environment.get("WACHTER_FRAME_STREAM", ""),
            alert_queue_url=environment.get("WACHTER_ALERT_QUEUE_URL", ""),
            trust_unproven=environment.get("WACHTER_TRUST_UNPROVEN") == "yes",
        )
