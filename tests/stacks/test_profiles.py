"""Templates that do not fit what was declared of buckets, tables and routes."""

from typing import Any

import pytest

from stacks.profiles import bucket_violations, recovery_violations, route_violations
from tests.stacks.conftest import Templates

WEAK_TLS = ({"Bool": {"aws:SecureTransport": "false"}}, {"NumericLessThan": {"s3:TlsVersion": 1.2}})
VOICE = {"Prefix": "voice/", "ExpirationInDays": 3}
UNFINISHED = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}


def bucket(**changed: Any) -> dict[str, Any]:
    """Return a template with a bucket that fits, but for what is changed."""
    blocked = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    properties = {
        "PublicAccessBlockConfiguration": dict.fromkeys(blocked, True),
        "LifecycleConfiguration": {"Rules": [UNFINISHED, VOICE]},
        **changed,
    }
    denials = [{"Effect": "Deny", "Principal": {"AWS": "*"}, "Condition": condition} for condition in WEAK_TLS]
    policy = {"Bucket": {"Ref": "It"}, "PolicyDocument": {"Statement": denials}}
    return {
        "Resources": {
            "It": {"Type": "AWS::S3::Bucket", "Properties": properties},
            "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": policy},
        }
    }


def test_a_bucket_that_fits_is_none_that_is_refused() -> None:
    assert bucket_violations(bucket(), is_on_aws=True) == []


@pytest.mark.promise("P-28", guard="stacks.profiles:bucket_violations", part="nothing is left in the bucket")
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"VersioningConfiguration": {"Status": "Enabled"}}, "keeps older versions"),
        ({"LifecycleConfiguration": {"Rules": [VOICE]}}, "uploads that were never finished"),
        ({"LifecycleConfiguration": {"Rules": [UNFINISHED]}}, "longer than their class"),
        ({"LifecycleConfiguration": {"Rules": [UNFINISHED, {**VOICE, "ExpirationInDays": 4}]}}, "than their class"),
        ({"LifecycleConfiguration": {}}, "longer than their class"),
    ],
)
def test_a_bucket_in_which_a_voice_outlives_its_time_is_refused(changed: dict[str, Any], words: str) -> None:
    assert any(words in each for each in bucket_violations(bucket(**changed), is_on_aws=True))


@pytest.mark.attack("I-07", guard="stacks.profiles:bucket_violations")
@pytest.mark.parametrize(
    "left_open", ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
)
def test_a_bucket_that_can_be_made_public_is_refused(left_open: str) -> None:
    template = bucket()
    template["Resources"]["It"]["Properties"]["PublicAccessBlockConfiguration"].pop(left_open)
    assert bucket_violations(template, is_on_aws=True) == ["It: the bucket can be made public"]


@pytest.mark.attack("I-07", guard="stacks.profiles:bucket_violations")
@pytest.mark.parametrize("missing", range(len(WEAK_TLS)))
def test_a_bucket_on_aws_that_answers_without_tls_or_over_an_old_one_is_refused(missing: int) -> None:
    template = bucket()
    template["Resources"]["Policy"]["Properties"]["PolicyDocument"]["Statement"].pop(missing)
    assert bucket_violations(template, is_on_aws=True) == ["It: the bucket answers without TLS, or over an old one"]
    assert bucket_violations(template, is_on_aws=False) == []


def table(name: str, *, recoverable: bool) -> dict[str, Any]:
    recovery = {"PointInTimeRecoveryEnabled": recoverable}
    properties = {"TableName": f"wachter-prod-{name}", "PointInTimeRecoverySpecification": recovery}
    return {"Resources": {"It": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}}


@pytest.mark.promise("P-29", guard="stacks.profiles:recovery_violations", part="no backup remembers a message")
@pytest.mark.parametrize("name", ["messages", "voice-parts"])
def test_a_table_of_messages_that_a_backup_would_remember_is_refused(name: str) -> None:
    assert recovery_violations(table(name, recoverable=True))
    assert recovery_violations(table(name, recoverable=False)) == []


@pytest.mark.attack("I-06", guard="stacks.profiles:recovery_violations", part="recovery")
def test_a_table_that_could_not_be_restored_after_a_mistake_is_refused() -> None:
    assert recovery_violations(table("keys", recoverable=False))
    assert recovery_violations(table("keys", recoverable=True)) == []


@pytest.mark.attack("Z-22", guard="stacks.profiles:route_violations", part="what is deployed")
@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::ApiGatewayV2::Route", {"RouteKey": "GET /v0/watches"}),
        ("AWS::ApiGateway::RestApi", {}),
        ("AWS::Lambda::Url", {}),
    ],
)
def test_a_way_into_the_api_that_its_router_does_not_know_is_refused(kind: str, properties: dict[str, Any]) -> None:
    assert route_violations({"Resources": {"It": {"Type": kind, "Properties": properties}}})


def test_production_has_one_way_into_the_api_and_three_into_the_live_view(production: Templates) -> None:
    keys = sorted(route.properties["RouteKey"] for route in production.of("AWS::ApiGatewayV2::Route"))
    assert keys == ["$connect", "$default", "$default", "$disconnect"]
