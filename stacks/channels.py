"""The ways to guardians: screens that are open, phones that ring, mail."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ses as ses
from constructs import Construct

from stacks.data import DataStack
from stacks.functions import Access
from stacks.grants import allow
from stacks.live_door import LiveDoor
from stacks.push import PushApplications
from stacks.stage import Stage


class Channels(Construct):
    """What a function needs to reach guardians: grants, and where each channel is."""

    def __init__(self, scope: Construct, stage: Stage, data: DataStack, live_door: LiveDoor) -> None:
        super().__init__(scope, "Channels")
        self._stage = stage
        self._live_door = live_door
        self._push = PushApplications(self, stage, data)
        self._mail_domain = stage.mail_from.rpartition("@")[2] if stage.mail_from else None
        if self._mail_domain:
            ses.EmailIdentity(self, "Mail", identity=ses.Identity.domain(self._mail_domain))

    def grant(self, role: iam.Role, access: Access) -> None:
        """Let a role use the channels that its access names, as far as the stage has them."""
        for method in access.screens:
            allow(role, self._live_door.connections(method), "execute-api:ManageConnections")
        self._push.grant(role, access.phones)
        if access.mails and self._mail_domain:
            identity = cdk.Stack.of(self).format_arn(
                service="ses", resource="identity", resource_name=self._mail_domain
            )
            allow(role, identity, "ses:SendEmail")

    def environment(self, access: Access) -> Mapping[str, str]:
        """Return the settings of the channels that an access names."""
        settings = {
            "WACHTER_LIVE_CALLBACK": self._live_door.callback if access.screens else None,
            **(self._push.environment if access.phones else {}),
            "WACHTER_MAIL_FROM": self._stage.mail_from if access.mails else None,
            "WACHTER_APP_URL": self._stage.app_url if access.mails else None,
        }
        return {name: value for name, value in settings.items() if value}
