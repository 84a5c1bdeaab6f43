"""Templates from which data could leave its region, or that store it without a key of ours."""

from typing import Any

import pytest

from stacks.encryption import encryption_violations
from stacks.residency import residency_violations
from tests.stacks.conftest import Templates

REGION = "eu-central-1"
OWN_KEY = {"Fn::GetAtt": ["Key", "Arn"]}


def template(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Resources": {"It": {"Type": kind, "Properties": properties}}}


@pytest.mark.promise("P-23", guard="stacks.residency:residency_violations", part="what leaves the region")
@pytest.mark.attack("I-01", guard="stacks.residency:residency_violations", part="what leaves the region")
@pytest.mark.parametrize(
    "leaving",
    [
        template("AWS::CloudFront::Distribution"),
        template("AWS::DynamoDB::GlobalTable", Replicas=[{"Region": REGION}]),
        template("AWS::DynamoDB::Table", Replicas=[{"Region": REGION}]),
        template("AWS::KMS::Key", MultiRegion=True),
        template("AWS::KMS::ReplicaKey", PrimaryKeyArn="arn"),
        template("AWS::S3::Bucket", ReplicationConfiguration={"Role": "arn"}),
        template("AWS::SecretsManager::Secret", ReplicaRegions=[{"Region": REGION}]),
        template("AWS::ApiGateway::RestApi"),
        template("AWS::ApiGateway::RestApi", EndpointConfiguration={"Types": ["EDGE"]}),
        template("AWS::ApiGatewayV2::DomainName", DomainNameConfigurations=[{"EndpointType": "EDGE"}]),
        template("AWS::SQS::Queue", RedrivePolicy={"deadLetterTargetArn": "arn:aws:sqs:us-east-1:1:elsewhere"}),
        template("AWS::Lambda::Function", Environment={"Variables": {"PEER": "https://x.eu-west-3.example"}}),
    ],
)
def test_a_template_from_which_data_could_leave_its_region_is_refused(leaving: dict[str, Any]) -> None:
    assert residency_violations(leaving, REGION)


@pytest.mark.parametrize(
    "staying",
    [
        template("AWS::KMS::Key", MultiRegion=False),
        template("AWS::ApiGateway::RestApi", EndpointConfiguration={"Types": ["REGIONAL"]}),
        template("AWS::ApiGatewayV2::DomainName", DomainNameConfigurations=[{"EndpointType": "REGIONAL"}]),
        template("AWS::IAM::Role", Principal=f"logs.{REGION}.amazonaws.com"),
    ],
)
def test_a_template_that_stays_is_not(staying: dict[str, Any]) -> None:
    assert residency_violations(staying, REGION) == []


STORES = [
    (template("AWS::DynamoDB::Table", SSESpecification={"KMSMasterKeyId": OWN_KEY}), "SSESpecification"),
    (template("AWS::Kinesis::Stream", StreamEncryption={"KeyId": OWN_KEY}), "StreamEncryption"),
    (template("AWS::Logs::LogGroup", KmsKeyId=OWN_KEY), "KmsKeyId"),
    (
        template(
            "AWS::S3::Bucket",
            BucketEncryption={
                "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"KMSMasterKeyID": OWN_KEY}}]
            },
        ),
        "BucketEncryption",
    ),
    (template("AWS::SQS::Queue", KmsMasterKeyId=OWN_KEY), "KmsMasterKeyId"),
]


@pytest.mark.promise("P-39", guard="stacks.encryption:encryption_violations", part="no store without a key of ours")
@pytest.mark.parametrize(("store", "key"), STORES)
def test_a_store_without_a_key_of_ours_is_refused(store: dict[str, Any], key: str) -> None:
    assert encryption_violations(store) == []
    store["Resources"]["It"]["Properties"].pop(key)
    assert encryption_violations(store)


def test_the_default_key_of_a_service_is_none_of_ours() -> None:
    assert encryption_violations(template("AWS::SQS::Queue", KmsMasterKeyId="alias/aws/sqs"))


def test_nothing_in_production_is_outside_its_region_or_without_a_key(production: Templates) -> None:
    # What stacks.synth checks has passed, or there would be no templates: this shows that there was something to check.
    assert {resource.kind for resource in production.all()} >= {
        "AWS::DynamoDB::Table",
        "AWS::Kinesis::Stream",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::SQS::Queue",
    }
