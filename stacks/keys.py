"""The stage's own KMS keys; a default key could not be shredded."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.stage import Stage


class Keys(Construct):
    """The keys that data is sealed under.

    wrapping: wraps the keys of subjects and epochs. storage: encrypts what AWS stores.
    """

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Keys")
        kept = cdk.RemovalPolicy.RETAIN if stage.keeps_data else cdk.RemovalPolicy.DESTROY
        self.wrapping = kms.Key(
            self,
            "Wrapping",
            description=f"Wachter {stage.name}: wraps the keys of subjects and epochs",
            enable_key_rotation=True,
            removal_policy=kept,
        )
        self.storage = kms.Key(
            self,
            "Storage",
            description=f"Wachter {stage.name}: encrypts tables, media, stream, queues and logs",
            enable_key_rotation=True,
            removal_policy=kept,
        )
        self._let_logs_use_storage_key(stage)

    def _let_logs_use_storage_key(self, stage: Stage) -> None:
        stack = cdk.Stack.of(self)
        groups = stack.format_arn(
            service="logs",
            resource="log-group",
            resource_name=f"/wachter/{stage.name}/*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        self.storage.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(f"logs.{stage.region}.amazonaws.com")],
                actions=[
                    "kms:Encrypt",
                    "kms:Decrypt",
                    "kms:ReEncryptFrom",
                    "kms:ReEncryptTo",
                    "kms:GenerateDataKey",
                    "kms:DescribeKey",
                ],
                resources=["*"],  # in a key's policy: this key
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            )
        )
