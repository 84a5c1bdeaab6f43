"""What would take personal data out of its region, looked for in the finished templates (promise P-23)."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_REGION_NAME = re.compile(
    r"\b(?:[a-z]{2}|eusc|us-gov|us-iso[a-z]?)-(?:[a-z]+-)?(?:north|south|east|west|central)[a-z]*-\d\b"
)
_GLOBAL_SERVICES = ("AWS::CloudFront::", "AWS::GlobalAccelerator::", "AWS::DynamoDB::GlobalTable")
_COPIES = {
    "AWS::DynamoDB::Table": ("Replicas",),
    "AWS::KMS::ReplicaKey": ("PrimaryKeyArn",),
    "AWS::S3::Bucket": ("ReplicationConfiguration",),
    "AWS::SecretsManager::Secret": ("ReplicaRegions",),
}


def residency_violations(template: Mapping[str, Any], region: str) -> list[str]:
    """Return a sentence for each thing in a template that leaves the region or could."""
    violations = [
        f"{logical_id}: {fault}"
        for logical_id, resource in template.get("Resources", {}).items()
        for fault in _faults(resource["Type"], resource.get("Properties", {}))
    ]
    strangers = sorted(set(_REGION_NAME.findall(json.dumps(template))) - {region})
    return violations + [f"names the region {stranger}" for stranger in strangers]


def _faults(kind: str, properties: Mapping[str, Any]) -> Iterator[str]:
    if kind.startswith(_GLOBAL_SERVICES):
        yield f"{kind} stands in no single region"
    for name in _COPIES.get(kind, ()):
        if properties.get(name):
            yield f"{kind} is copied to other places by {name}"
    if kind == "AWS::KMS::Key" and properties.get("MultiRegion"):
        yield "the key is made for several regions"
    if kind == "AWS::ApiGateway::RestApi" and properties.get("EndpointConfiguration", {}).get("Types") != ["REGIONAL"]:
        yield "the API's endpoint is not REGIONAL"
    if kind in {"AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName"} and "EDGE" in json.dumps(properties):
        yield "the domain's endpoint is EDGE"
