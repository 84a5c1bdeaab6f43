"""The settings (adapters/settings.py) that a deployable is given: those of what its access names, and no other."""

from collections.abc import Mapping

from stacks.data import DataStack
from stacks.functions import NUDGES, Access
from stacks.stage import Stage

_QUEUES = {
    "alerts": "WACHTER_ALERT_QUEUE_URL",
    "live": "WACHTER_LIVE_QUEUE_URL",
    "notices": "WACHTER_NOTICE_QUEUE_URL",
}
_FUNCTIONS = {"converter": "WACHTER_CONVERTER_FUNCTION", "sims": "WACHTER_SIMS_FUNCTION"}


def environment(access: Access, stage: Stage, data: DataStack) -> Mapping[str, str]:
    """Return the settings as the environment names them."""
    queues = {*access.sends_to, *access.reads_from}
    nudges = [data.queues[name].queue_url for name in NUDGES if name in queues]
    given = {
        "WACHTER_STAGE": stage.name,
        "WACHTER_TRUST_UNPROVEN": "yes" if stage.trust_unproven else "no",
        "WACHTER_WRAPPING_KEY": data.keys.wrapping.key_arn if access.wrapping_key else None,
        **{setting: data.queues[name].queue_url for name, setting in _QUEUES.items() if name in queues},
        "WACHTER_NUDGE_QUEUE_URLS": ",".join(nudges),
        "WACHTER_MEDIA_BUCKET": data.media.bucket_name if access.media else None,
        **{setting: stage.name_of(name) for name, setting in _FUNCTIONS.items() if name in access.invokes},
    }
    if "sim-provider-secret" in access.secrets:
        given |= {
            "WACHTER_SIM_PROVIDER_URL": stage.sim_provider_url,
            "WACHTER_SIM_PROVIDER_SECRET": stage.sim_provider_secret,
        }
    if "bridge-tls-secret" in access.secrets:
        given |= {"WACHTER_BRIDGE_TLS_SECRET": stage.bridge_tls_secret}
    return {name: value for name, value in given.items() if value}
