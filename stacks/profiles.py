"""What does not fit its declared profile, looked for in the finished templates."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.dynamo.tables import TABLES
from adapters.media.bucket import MEDIA
from stacks.live_door import ROUTES as LIVE_ROUTES

_ROUTES = {"$default", *LIVE_ROUTES}
_PUBLIC_ACCESS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
_OLDEST_TLS = 1.2
Template = Mapping[str, Any]


def bucket_violations(template: Template, *, is_on_aws: bool) -> list[str]:
    """Return a sentence for each bucket in which something outlives its class (promise P-28) or that is open."""
    violations = []
    for name, properties in _of(template, "AWS::S3::Bucket"):
        access = properties.get("PublicAccessBlockConfiguration", {})
        rules = properties.get("LifecycleConfiguration", {}).get("Rules", [])
        expiry = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
        faults = {
            "keeps older versions": "VersioningConfiguration" in properties,
            "can be made public": not all(access.get(each) is True for each in _PUBLIC_ACCESS),
            "keeps parts of uploads that were never finished": not any(
                rule.get("AbortIncompleteMultipartUpload") == {"DaysAfterInitiation": 1} for rule in rules
            ),
            "keeps objects longer than their class": expiry
            != {each.prefix: each.lifecycle_days for each in MEDIA.values() if each.lifecycle_days is not None},
            "answers without TLS, or over an old one": is_on_aws and not _refuses_weak_tls(template, name),
        }
        violations += [f"{name}: the bucket {fault}" for fault, is_so in faults.items() if is_so]
    return violations


def recovery_violations(template: Template) -> list[str]:
    """Return a sentence for each table that can, or cannot, be restored against its specification (promise P-29)."""
    recoverable = {spec.name: spec.recoverable for spec in TABLES.values()}
    return [
        f"{name}: recovery of the table is not as its specification says"
        for name, properties in _of(template, "AWS::DynamoDB::Table")
        if properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled", False)
        != recoverable[properties["TableName"].split("-", 2)[2]]
    ]


def route_violations(template: Template) -> list[str]:
    """Return a sentence for each way into an API that is not the router's own, whose document would not tell of it."""
    return [
        f"{name}: the route {properties['RouteKey']} is none of the router's"
        for name, properties in _of(template, "AWS::ApiGatewayV2::Route")
        if properties["RouteKey"] not in _ROUTES
    ] + [
        f"{name}: {resource['Type']} is another way to a function"
        for name, resource in template.get("Resources", {}).items()
        if resource["Type"] in {"AWS::ApiGateway::RestApi", "AWS::Lambda::Url"}
    ]


def _of(template: Template, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, resource in template.get("Resources", {}).items():
        if resource["Type"] == kind:
            yield name, resource.get("Properties", {})


def _refuses_weak_tls(template: Template, bucket: str) -> bool:
    denied = [
        statement.get("Condition")
        for _, properties in _of(template, "AWS::S3::BucketPolicy")
        if properties.get("Bucket") == {"Ref": bucket}
        for statement in properties["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and json.dumps(statement["Principal"]) == '{"AWS": "*"}'
    ]
    return {"Bool": {"aws:SecureTransport": "false"}} in denied and {
        "NumericLessThan": {"s3:TlsVersion": _OLDEST_TLS}
    } in denied
