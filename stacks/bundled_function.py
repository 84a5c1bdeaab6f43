"""A Lambda made of its specification."""

from collections.abc import Mapping
from types import MappingProxyType

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.bundle import Target, bundle
from stacks.data import DataStack
from stacks.environment import environment
from stacks.functions import FunctionSpec
from stacks.grants import allow, grant_access
from stacks.stage import Stage


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
    """role: what the function may do; its statements name each action and resource. entry: what is called of it.

    more: settings besides those of its access.
    """

    def __init__(
        self,
        scope: Construct,
        spec: FunctionSpec,
        stage: Stage,
        data: DataStack,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(scope, spec.name.title().replace("-", ""))
        from_snapshot = stage.snap_start and spec.may_start_from_snapshot
        log = log_group(self, spec.name, stage, data)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        allow(self.role, log.log_group_arn, "logs:CreateLogStream", "logs:PutLogEvents")
        grant_access(self.role, spec.access, stage, data)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=stage.name_of(spec.name),
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            handler=spec.handler,
            code=lambda_.Code.from_asset(str(bundle(spec, Target.LAMBDA if stage.is_on_aws else Target.HOST))),
            role=self.role,
            log_group=log,
            memory_size=spec.memory_mib,
            timeout=cdk.Duration.seconds(spec.timeout_s),
            reserved_concurrent_executions=1 if spec.only_one else None,
            environment={**environment(spec.access, stage, data), **more},
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if from_snapshot else None,
        )
        self.entry: lambda_.IFunction = self.function
        if from_snapshot:  # only versions have one
            self.entry = lambda_.Alias(self, "Entry", alias_name="current", version=self.function.current_version)
