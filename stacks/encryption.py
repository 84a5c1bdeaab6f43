"""What stands without a key of ours, looked for in the finished templates (promise P-39).

A default key belongs to AWS: it cannot be shredded, nor its use be granted and logged as ours.
"""

from collections.abc import Mapping
from typing import Any

_KEY_OF: Mapping[str, tuple[str | int, ...]] = {
    "AWS::DynamoDB::Table": ("SSESpecification", "KMSMasterKeyId"),
    "AWS::Kinesis::Stream": ("StreamEncryption", "KeyId"),
    "AWS::Logs::LogGroup": ("KmsKeyId",),
    "AWS::S3::Bucket": (
        "BucketEncryption",
        "ServerSideEncryptionConfiguration",
        0,
        "ServerSideEncryptionByDefault",
        "KMSMasterKeyID",
    ),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
}
"""Where each kind of store names its key."""


def encryption_violations(template: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each store in a template that is not under a key of ours."""
    return [
        f"{logical_id}: {resource['Type']} is not encrypted under a key of ours"
        for logical_id, resource in template.get("Resources", {}).items()
        if resource["Type"] in _KEY_OF and not _is_own_key(resource.get("Properties", {}), *_KEY_OF[resource["Type"]])
    ]


def _is_own_key(properties: Mapping[str, Any], *path: str | int) -> bool:
    """Tell whether the key at this path is a reference to one that the app makes, not the name of a default one."""
    value: Any = properties
    for step in path:
        try:
            value = value[step]
        except (IndexError, KeyError, TypeError):
            return False
    return isinstance(value, Mapping) and bool(value.keys() & {"Fn::GetAtt", "Fn::ImportValue", "Ref"})
