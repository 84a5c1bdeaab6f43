"""The applications by which SNS rings phones, made of secrets that operators keep; without one, an alarm says so."""

from collections.abc import Collection, Mapping

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.bundled_function import BundledFunction
from stacks.data import DataStack
from stacks.functions import PUSH
from stacks.grants import allow
from stacks.stage import Stage

_MAKE = "sns:CreatePlatformApplication"  # AWS gives it no resource
_ON_APPLICATION = (
    "sns:CreatePlatformEndpoint",
    "sns:DeletePlatformApplication",
    "sns:SetPlatformApplicationAttributes",
)
_SETTINGS = {"push-apns-secret": "WACHTER_PUSH_APNS", "push-fcm-secret": "WACHTER_PUSH_FCM"}
_NAMESPACE = "Wachter"


class PushApplications(Construct):
    """One custom resource for each platform of whose credential the stage knows. environment: settings with their ARNs.

    CloudFormation knows no platform applications: lambdas/push makes them. Credentials are read there.
    """

    def __init__(self, scope: Construct, stage: Stage, data: DataStack) -> None:
        super().__init__(scope, "Push")
        platforms = {
            "push-apns-secret": "APNS_SANDBOX" if stage.push_apns_sandbox else "APNS",
            "push-fcm-secret": "GCM",  # as SNS still calls Google's FCM
        }
        secrets = {setting: stage.secret(setting) for setting in platforms}
        self._arns = {
            setting: cdk.Stack.of(self).format_arn(
                service="sns", resource="app", resource_name=f"{platform}/wachter-{stage.name}"
            )
            for setting, platform in platforms.items()
            if secrets[setting]
        }
        maker = BundledFunction(self, PUSH, stage, data)
        self.grant(maker.role, PUSH.access.phones)
        self.environment: Mapping[str, str] = {
            _SETTINGS[setting]: self._application(setting, arn, str(secrets[setting]), maker)
            for setting, arn in self._arns.items()
        }
        for setting in platforms.keys() - self._arns.keys():
            self._say_that_it_is_off(setting, stage)

    def grant(self, role: iam.Role, actions: Collection[str]) -> None:
        """Let a role do this with the stage's applications and their endpoints."""
        if _MAKE in actions:
            allow(role, "*", _MAKE)
        on_application = set(actions) & set(_ON_APPLICATION)
        on_endpoints = set(actions) - on_application - {_MAKE}
        for arn in self._arns.values():
            if on_application:
                allow(role, arn, *sorted(on_application))
            if on_endpoints:  # SNS names the endpoints of an application's phones below its own name
                allow(role, arn.replace(":app/", ":endpoint/", 1) + "/*", *sorted(on_endpoints))

    def _application(self, setting: str, arn: str, secret: str, maker: BundledFunction) -> str:
        """Return the application's ARN, known once it was made."""
        resource = cdk.CustomResource(
            self,
            f"Application-{setting}",
            service_token=maker.function.function_arn,
            resource_type="Custom::PushApplication",
            properties={"Arn": arn, "Secret": secret},
        )
        resource.node.add_dependency(maker.role)
        return resource.ref

    def _say_that_it_is_off(self, setting: str, stage: Stage) -> None:
        """Make an alarm that is one for as long as it stands: nothing writes its metric, and what is missing breaches.

        Setting the secret removes it.
        """
        cloudwatch.Alarm(
            self,
            f"Off-{setting}",
            alarm_name=stage.name_of(f"{setting.removesuffix('-secret')}-is-off"),
            alarm_description=f"The stage has no {setting}: no alert rings such a phone (docs/runbook.md).",
            metric=cloudwatch.Metric(
                namespace=_NAMESPACE, metric_name="PushApplications", dimensions_map={"setting": setting}
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )
