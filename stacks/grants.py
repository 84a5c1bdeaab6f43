"""Grants, each action by its name: CDK's own grants use wildcards (kms:ReEncrypt*) that nobody needs."""

from aws_cdk import aws_iam as iam

from stacks.data import DataStack
from stacks.functions import Access

_USE_STORED = (
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:DescribeKey",
)
"""What DynamoDB, SQS and Kinesis do with the storage key in the caller's name."""


def grant_access(role: iam.Role, access: Access, data: DataStack) -> None:
    """Let a role do what a deployable's access lists, and use what AWS stores encrypted for it."""
    for table, actions in access.tables.items():
        allow(role, data.tables[table].table_arn, *(f"dynamodb:{action}" for action in actions))
    if access.wrapping_key:
        allow(role, data.keys.wrapping.key_arn, *access.wrapping_key)
    if access.signing_key:
        allow(role, data.keys.signing.key_arn, *access.signing_key)
    for queue in access.sends_to:
        allow(role, data.queues[queue].queue_arn, "sqs:SendMessage")
    allow(role, data.keys.storage.key_arn, *_USE_STORED)


def allow(role: iam.Role, resource: str, *actions: str) -> None:
    """Add one statement for one resource."""
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))
