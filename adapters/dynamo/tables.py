"""Every table: keys, TTL and the classes of data it holds. Pure data, read by the records, the stacks and the tests."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.retention.policy import POLICY

TTL_ATTRIBUTE = "expires_at"
"""Epoch seconds as a Number, the only form that DynamoDB's TTL understands; a string would live for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """One table. sort_key: None where an item is found by its partition key alone. All keys are strings.

    holds: names of the retention policy's classes. recoverable: False where a backup would outlive a promise (P-29).
    """

    name: str
    partition_key: str
    sort_key: str | None = None
    holds: tuple[str, ...]
    recoverable: bool = True

    def physical_name(self, stage: str) -> str:
        """Return the table's name in a stage; fixed, so that a rename can never replace data unseen."""
        return f"wachter-{stage}-{self.name}"

    @property
    def has_ttl(self) -> bool:
        """Whether any of its items ends: after its class's period, or, as an epoch's key does, with its epoch."""
        return any(name == "epoch_key" or POLICY[name].period is not None for name in self.holds)


_TABLES = (
    TableSpec(name="positions", partition_key="watch_id", sort_key="moment", holds=("position",)),
    TableSpec(name="telemetry", partition_key="watch_id", sort_key="moment", holds=("telemetry",)),
    TableSpec(name="seen-frames", partition_key="watch_id", sort_key="fingerprint", holds=("seen_frame",)),
    TableSpec(name="quarantine", partition_key="watch_id", sort_key="moment", holds=("quarantine",)),
    TableSpec(name="sweep-marks", partition_key="epoch", sort_key="watch_id", holds=("sweep_mark",)),
    TableSpec(name="learned-places", partition_key="watch_id", sort_key="access_point", holds=("learned_place",)),
    TableSpec(name="cells", partition_key="cell", holds=("cell",)),
    TableSpec(name="zones", partition_key="watch_id", sort_key="zone_id", holds=("zone",)),
    TableSpec(name="watch-states", partition_key="watch_id", holds=("watch_state",)),
    TableSpec(name="alerts", partition_key="watch_id", sort_key="moment", holds=("alert",)),
    TableSpec(name="acknowledgements", partition_key="watch_id", sort_key="alert_id", holds=("acknowledgement",)),
    TableSpec(name="deliveries", partition_key="watch_id", sort_key="delivery", holds=("delivery",)),
    TableSpec(name="due", partition_key="slot", sort_key="due", holds=("due",)),
    TableSpec(name="live-views", partition_key="connection_id", holds=("live_view",)),
    TableSpec(name="viewers", partition_key="watch_id", sort_key="connection_id", holds=("live_view",)),
    TableSpec(name="phones", partition_key="account_id", sort_key="family_id", holds=("phone",)),
    TableSpec(name="devices", partition_key="device", holds=("device", "binding")),
    TableSpec(name="bindings", partition_key="device", sort_key="bound_at", holds=("binding",)),
    TableSpec(name="memberships", partition_key="account_id", sort_key="watch_id", holds=("membership",)),
    TableSpec(name="members", partition_key="watch_id", sort_key="account_id", holds=("membership", "member_name")),
    TableSpec(name="watches", partition_key="watch_id", holds=("binding", "membership")),
    TableSpec(name="past-watches", partition_key="account_id", sort_key="watch_id", holds=("membership",)),
    TableSpec(name="accounts", partition_key="account_id", holds=("account",)),
    TableSpec(name="sign-ins", partition_key="login", holds=("account",)),
    TableSpec(name="token-families", partition_key="family_id", holds=("token_family", "automation")),
    TableSpec(name="attempts", partition_key="counter", holds=("sign_in_attempts",)),
    TableSpec(name="registrations", partition_key="link_id", holds=("pending_registration",)),
    TableSpec(name="mail-links", partition_key="link_id", holds=("mail_link",)),
    TableSpec(name="signed-in", partition_key="account_id", sort_key="family_id", holds=("signed_in_device",)),
    TableSpec(name="known-devices", partition_key="login", sort_key="thumbprint", holds=("known_device",)),
    TableSpec(name="automations", partition_key="account_id", sort_key="automation_id", holds=("automation",)),
    TableSpec(name="preferences", partition_key="account_id", sort_key="watch_id", holds=("preference",)),
    TableSpec(name="notices", partition_key="account_id", sort_key="moment", holds=("notice",)),
    TableSpec(name="changes", partition_key="subject_id", sort_key="moment", holds=("change",)),
    TableSpec(name="invitations", partition_key="watch_id", sort_key="invitation_id", holds=("invitation",)),
    TableSpec(name="watch-profiles", partition_key="watch_id", holds=("watch_profile",)),
    TableSpec(name="capabilities", partition_key="watch_id", holds=("capability",)),
    TableSpec(name="settings", partition_key="watch_id", sort_key="setting", holds=("setting", "setting_undo")),
    TableSpec(name="commands", partition_key="watch_id", sort_key="moment", holds=("command",)),
    TableSpec(name="outbox", partition_key="addressee", sort_key="entry", holds=("outbox_entry", "claim_code")),
    TableSpec(name="presences", partition_key="addressee", holds=("presence",)),
    TableSpec(name="leases", partition_key="queue", holds=("lease",)),
    TableSpec(name="messages", partition_key="watch_id", sort_key="moment", holds=("message",), recoverable=False),
    TableSpec(name="voice-parts", partition_key="watch_id", sort_key="part", holds=("voice_part",), recoverable=False),
    TableSpec(name="sim-registrations", partition_key="account_id", sort_key="watch_id", holds=("sim_registration",)),
    TableSpec(name="sims", partition_key="watch_id", holds=("sim",)),
    TableSpec(name="top-ups", partition_key="watch_id", sort_key="top_up_id", holds=("top_up",)),
    TableSpec(name="keys", partition_key="key_id", holds=("subject_key", "epoch_key")),
)

TABLES: Mapping[str, TableSpec] = {table.name: table for table in _TABLES}
