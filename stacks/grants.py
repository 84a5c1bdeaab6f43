"""Grants, each action by its name: CDK's own grants use wildcards (kms:ReEncrypt*) that nobody needs."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from adapters.media.bucket import MEDIA
from stacks.data import DataStack
from stacks.functions import Access
from stacks.stage import Stage

_USE_STORED = (
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:DescribeKey",
)
"""What DynamoDB, SQS, Kinesis and S3 do with the storage key in the caller's name."""
_READ_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
_RANDOM_END = "-??????"  # Secrets Manager adds six characters to each name


def grant_access(role: iam.Role, access: Access, stage: Stage, data: DataStack) -> None:
    """Let a role do what a deployable's access lists, and use what AWS stores encrypted for it."""
    for table, actions in access.tables.items():
        allow(role, data.tables[table].table_arn, *(f"dynamodb:{action}" for action in actions))
    if access.wrapping_key:
        allow(role, data.keys.wrapping.key_arn, *access.wrapping_key)
    for queue in access.sends_to:
        allow(role, data.queues[queue].queue_arn, "sqs:SendMessage")
    for queue in access.reads_from:
        allow_reading(role, data.queues[queue].queue_arn)
    _grant_media(role, access, data)
    for function in access.invokes:
        allow(role, _named(role, "lambda", "function", stage.name_of(function)), "lambda:InvokeFunction")
    for secret in filter(None, map(stage.secret, access.secrets)):
        arn = _named(role, "secretsmanager", "secret", f"{secret}{_RANDOM_END}")
        allow(role, arn, "secretsmanager:GetSecretValue")
    if access.tables or access.media or access.sends_to or access.reads_from:
        allow(role, data.keys.storage.key_arn, *_USE_STORED)


def _grant_media(role: iam.Role, access: Access, data: DataStack) -> None:
    for holds, actions in access.media.items():
        allow(role, data.media.arn_for_objects(f"{MEDIA[holds].prefix}*"), *actions)
    if access.media:  # without it S3 answers for what is gone as for what is forbidden; the names are random
        allow(role, data.media.bucket_arn, "s3:ListBucket")


def _named(role: iam.Role, service: str, kind: str, name: str) -> str:
    """Return the ARN of a thing in the role's own account and region."""
    form = cdk.ArnFormat.COLON_RESOURCE_NAME
    return cdk.Stack.of(role).format_arn(service=service, resource=kind, resource_name=name, arn_format=form)


def allow_reading(role: iam.Role, queue: str) -> None:
    """Let a role take messages from a queue, named by its ARN."""
    allow(role, queue, *_READ_QUEUE)


def allow(role: iam.Role, resource: str, *actions: str) -> None:
    """Add one statement for one resource."""
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))
