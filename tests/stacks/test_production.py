"""What the production templates say."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.dynamo.tables import TABLES, TTL_ATTRIBUTE
from core.retention.policy import POLICY
from stacks.functions import BRIDGE_ACCESS, FUNCTIONS
from tests.stacks.conftest import Resource, Templates

A_DAY_S = 24 * 3600
WILDCARD_ALLOWED = {"ecr:GetAuthorizationToken"}  # AWS gives it no resource


def tables(production: Templates) -> Mapping[str, Resource]:
    return {table.properties["TableName"]: table for table in production.of("AWS::DynamoDB::Table")}


def statements(policy: Resource) -> Iterator[tuple[set[str], Any]]:
    """Give actions and resource of each statement."""
    for statement in policy.properties["PolicyDocument"]["Statement"]:
        assert statement["Effect"] == "Allow"
        actions = statement["Action"]
        yield {actions} if isinstance(actions, str) else set(actions), statement["Resource"]


def test_every_table_of_the_data_page_stands_there_and_no_other(production: Templates) -> None:
    assert set(tables(production)) == {spec.physical_name("prod") for spec in TABLES.values()}


def test_a_table_has_a_ttl_exactly_where_something_in_it_ends(production: Templates) -> None:
    for spec in TABLES.values():
        ttl = tables(production)[spec.physical_name("prod")].properties.get("TimeToLiveSpecification")
        ends = any(POLICY[name].period is not None for name in spec.holds) or "epoch_key" in spec.holds
        assert ttl == ({"AttributeName": TTL_ATTRIBUTE, "Enabled": True} if ends else None), spec.name


def test_no_table_can_be_lost_by_mistake_and_none_remembers_longer_than_a_day(production: Templates) -> None:
    for table in tables(production).values():
        assert table.properties["DeletionProtectionEnabled"] is True
        assert table.whole["DeletionPolicy"] == table.whole["UpdateReplacePolicy"] == "Retain"
        recovery = table.properties["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 1}


def test_keys_outlive_their_stack_and_turn_where_they_can(production: Templates) -> None:
    for key in production.of("AWS::KMS::Key"):
        assert key.whole["DeletionPolicy"] == "Retain"
        assert key.properties.get("EnableKeyRotation") or key.properties["KeyUsage"] == "SIGN_VERIFY"


def test_stream_and_queues_hold_nothing_longer_than_a_day(production: Templates) -> None:
    assert [stream.properties["RetentionPeriodHours"] for stream in production.of("AWS::Kinesis::Stream")] == [24]
    for queue in production.of("AWS::SQS::Queue"):
        assert queue.properties["MessageRetentionPeriod"] <= A_DAY_S


def test_every_log_forgets_after_two_weeks_and_no_function_or_task_writes_to_another(production: Templates) -> None:
    groups = production.of("AWS::Logs::LogGroup")
    assert all(group.properties["RetentionInDays"] <= 14 for group in groups)
    ours = {group.logical_id for group in groups}
    for function in production.of("AWS::Lambda::Function"):
        assert function.properties["LoggingConfig"]["LogGroup"]["Ref"] in ours
    for task in production.of("AWS::ECS::TaskDefinition"):
        for container in task.properties["ContainerDefinitions"]:
            assert container["LogConfiguration"]["Options"]["awslogs-group"]["Ref"] in ours


def test_functions_run_python_3_13_on_arm64_as_their_specification_says(production: Templates) -> None:
    functions = {it.properties["FunctionName"]: it.properties for it in production.of("AWS::Lambda::Function")}
    assert set(functions) == {f"wachter-prod-{spec.name}" for spec in FUNCTIONS}
    for spec in FUNCTIONS:
        properties = functions[f"wachter-prod-{spec.name}"]
        assert (properties["Runtime"], properties["Architectures"]) == ("python3.13", ["arm64"])
        assert (properties["Handler"], properties["Timeout"]) == (spec.handler, spec.timeout_s)


def test_no_grant_has_a_wildcard(production: Templates) -> None:
    assert not [role.logical_id for role in production.of("AWS::IAM::Role") if role.properties.get("ManagedPolicyArns")]
    for policy in production.of("AWS::IAM::Policy"):
        for actions, resource in statements(policy):
            assert not [action for action in actions if "*" in action], policy.logical_id
            if not actions <= WILDCARD_ALLOWED:
                assert "*" not in json.dumps(resource), policy.logical_id


def test_each_role_touches_the_tables_of_its_specification_and_no_other(production: Templates) -> None:
    access = {"Ingest": FUNCTIONS[0].access, "Api": FUNCTIONS[1].access, "ServiceRole": BRIDGE_ACCESS}
    granted = {
        name: {
            _table_in(resource): actions
            for policy in production.of("AWS::IAM::Policy")
            if policy.logical_id.startswith(name)
            for actions, resource in statements(policy)
            if any(action.startswith("dynamodb:") for action in actions)
        }
        for name in access
    }
    assert granted == {
        name: {
            table.replace("-", ""): {f"dynamodb:{action}" for action in actions}
            for table, actions in allowed.tables.items()
        }
        for name, allowed in access.items()
    }


def _table_in(resource: Mapping[str, str]) -> str:
    """Return the letters of the table's name in an import such as ...GetAttTablesweepmarks0610CC36Arn..."""
    return resource["Fn::ImportValue"].partition("AttTable")[2].rpartition("Arn")[0][:-8]


def test_frames_that_ingest_cannot_take_leave_their_place_and_never_themselves(production: Templates) -> None:
    (mapping,) = production.of("AWS::Lambda::EventSourceMapping")
    properties = mapping.properties
    assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert properties["BisectBatchOnFunctionError"] is True
    assert 0 < properties["MaximumRetryAttempts"] <= 10_000
    assert 0 < properties["MaximumRecordAgeInSeconds"] < A_DAY_S
    # to SQS Lambda sends metadata only, to S3 it would send the record
    assert "Queueingestfailures" in properties["DestinationConfig"]["OnFailure"]["Destination"]["Fn::ImportValue"]


def test_the_api_is_reached_by_its_own_name_over_tls_1_2_only(production: Templates) -> None:
    (api,) = production.of("AWS::ApiGatewayV2::Api")
    assert api.properties["DisableExecuteApiEndpoint"] is True
    (domain,) = production.of("AWS::ApiGatewayV2::DomainName")
    (configuration,) = domain.properties["DomainNameConfigurations"]
    assert (configuration["EndpointType"], configuration["SecurityPolicy"]) == ("REGIONAL", "TLS_1_2")


def test_watches_meet_a_tcp_listener_that_waits_longer_than_their_heartbeat(production: Templates) -> None:
    (listener,) = production.of("AWS::ElasticLoadBalancingV2::Listener")
    assert listener.properties["Protocol"] == "TCP"
    attributes = {it["Key"]: it["Value"] for it in listener.properties["ListenerAttributes"]}
    assert int(attributes["tcp.idle_timeout.seconds"]) > 600
    (group,) = production.of("AWS::ElasticLoadBalancingV2::TargetGroup")
    assert {"Key": "preserve_client_ip.enabled", "Value": "true"} in group.properties["TargetGroupAttributes"]


def test_the_bridge_is_not_root_writes_nowhere_and_has_no_way_out(production: Templates) -> None:
    (task,) = production.of("AWS::ECS::TaskDefinition")
    assert task.properties["RuntimePlatform"]["CpuArchitecture"] == "ARM64"
    (container,) = task.properties["ContainerDefinitions"]
    assert container["ReadonlyRootFilesystem"] is True
    assert not container["User"].startswith("0")
    assert container["StopTimeout"] == 120
    (service,) = production.of("AWS::ECS::Service")
    network = service.properties["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "DISABLED"
    assert not [resource for resource in production.all() if resource.kind == "AWS::EC2::NatGateway"]
    routes = {route.properties["RouteTableId"]["Ref"] for route in production.of("AWS::EC2::Route")}
    assert not [table for table in routes if "tasks" in table]


def test_the_image_of_the_bridge_holds_its_code_and_lock_and_nothing_else(production: Templates) -> None:
    images = [path.parent.parent for path in production.directory.glob("asset.*/device_bridge/Dockerfile")]
    assert len(images) == 1
    assert {path.name for path in images[0].iterdir()} - {".dockerignore"} == {
        *("adapters", "core", "device_bridge", "wire"),
        *("pyproject.toml", "uv.lock"),
    }
