"""A Lambda made of its specification."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.bundle import Target, bundle
from stacks.channels import Channels
from stacks.data import DataStack
from stacks.functions import FunctionSpec
from stacks.grants import allow, grant_access
from stacks.stage import Stage

_QUEUE_SETTINGS = {"alerts": "WACHTER_ALERT_QUEUE_URL", "live": "WACHTER_LIVE_QUEUE_URL"}


def log_group(scope: Construct, name: str, stage: Stage, data: DataStack) -> logs.LogGroup:
    """Make a log group that forgets after 14 days (decision D10), under the stage's own key."""
    return logs.LogGroup(
        scope,
        "Log",
        log_group_name=f"/wachter/{stage.name}/{name}",
        encryption_key=data.keys.storage,
        retention=logs.RetentionDays.TWO_WEEKS,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )


class BundledFunction(Construct):
    """role: what the function may do; its statements name each action and resource. issuer: of access tokens."""

    def __init__(
        self,
        scope: Construct,
        spec: FunctionSpec,
        stage: Stage,
        data: DataStack,
        channels: Channels,
        issuer: str,
    ) -> None:
        super().__init__(scope, spec.name.title().replace("-", ""))
        signs = bool(spec.access.signing_key)
        log = log_group(self, spec.name, stage, data)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        allow(self.role, log.log_group_arn, "logs:CreateLogStream", "logs:PutLogEvents")
        grant_access(self.role, spec.access, data)
        channels.grant(self.role, spec.access)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=f"wachter-{stage.name}-{spec.name}",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            handler=spec.handler,
            code=lambda_.Code.from_asset(str(bundle(spec, Target.LAMBDA if stage.is_on_aws else Target.HOST))),
            role=self.role,
            log_group=log,
            memory_size=spec.memory_mib,
            timeout=cdk.Duration.seconds(spec.timeout_s),
            reserved_concurrent_executions=1 if spec.only_one else None,
            environment={
                "WACHTER_STAGE": stage.name,
                "WACHTER_TRUST_UNPROVEN": "yes" if stage.trust_unproven else "no",
                "WACHTER_WRAPPING_KEY": data.keys.wrapping.key_arn,
                **{_QUEUE_SETTINGS[name]: data.queues[name].queue_url for name in spec.access.sends_to},
                **channels.environment(spec.access),
                **({"WACHTER_SIGNING_KEY": data.keys.signing.key_arn, "WACHTER_ISSUER": issuer} if signs else {}),
            },
        )
