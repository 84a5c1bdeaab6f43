"""What the production templates say."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.dynamo.tables import TABLES, TTL_ATTRIBUTE
from adapters.settings import BRIDGE_PORT, BRIDGE_TLS_PORT, Settings
from core.retention.policy import POLICY
from device_bridge import bootstrap as bridge
from lambdas.alerts import bootstrap as alerts
from lambdas.api import bootstrap as api
from lambdas.ingest import bootstrap as ingest
from lambdas.live import bootstrap as live
from lambdas.notices import bootstrap as notices
from lambdas.sims import bootstrap as sims
from stacks.functions import ALERTS, BRIDGE_ACCESS, FUNCTIONS, LIVE_FEED, NOTICES, NUDGES
from tests.stacks.conftest import PRODUCTION, Resource, Templates

NEEDED = {
    "ingest": ingest.NEEDED,
    "api": api.NEEDED,
    "alerts": alerts.NEEDED,
    "alerts-sweep": alerts.NEEDED,
    "live": live.DOOR_NEEDS,
    "live-feed": live.FEED_NEEDS,
    "notices": notices.NEEDED,
    "converter": (),
    "sims": sims.NEEDED,
    "push": (),
    "bridge": bridge.NEEDED,
}
A_DAY_S = 24 * 3600
RECOVERY, NO_RECOVERY = "PointInTimeRecoverySpecification", {"PointInTimeRecoveryEnabled": False}
WILDCARD_ALLOWED = {"ecr:GetAuthorizationToken", "sns:CreatePlatformApplication"}  # AWS gives them no resource
WITHIN_ONE = {
    "s3:DeleteObject": "/*",  # one class's prefix; keys are random
    "s3:GetObject": "/*",
    "s3:PutObject": "/*",
    "execute-api:ManageConnections": "/@connections/*",  # one WebSocket API's; the gateway names them
    "sns:DeleteEndpoint": ":endpoint/",  # one platform application's; SNS names them
    "sns:Publish": ":endpoint/",
}
"""What is granted on all members of one thing of ours, as nobody knows their names before."""


READ_BY_MAPPING = {
    "wachter-prod-alerts": ("alerts",),
    "wachter-prod-live-feed": ("live",),
    "wachter-prod-notices": ("notices",),
}
"""Queues that Lambda reads with a function's role."""


def tables(production: Templates) -> Mapping[str, Resource]:
    return {table.properties["TableName"]: table for table in production.of("AWS::DynamoDB::Table")}


def policies(production: Templates) -> list[Resource]:
    """Return all policies of roles: CDK makes managed ones of what is too long for a role's own."""
    return [it for it in production.all() if it.kind in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}]


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
        recovery = table.properties[RECOVERY]
        assert recovery in ({"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 1}, NO_RECOVERY)
    forgetful = [name for name, it in tables(production).items() if it.properties[RECOVERY] == NO_RECOVERY]
    assert sorted(forgetful) == ["wachter-prod-messages", "wachter-prod-voice-parts"]


def test_keys_that_something_is_sealed_under_outlive_their_stack_and_turn(production: Templates) -> None:
    sealing = [key for key in production.of("AWS::KMS::Key") if key.properties.get("KeyUsage") != "SIGN_VERIFY"]
    assert len(sealing) == 2
    for key in sealing:
        assert key.whole["DeletionPolicy"] == "Retain"
        assert key.properties["EnableKeyRotation"] is True


def test_a_signing_key_ends_when_its_stage_names_it_no_more_and_only_the_first_signs(production: Templates) -> None:
    names = [f"Wachter prod: signs access tokens ({number})" for number in PRODUCTION["signing-keys"].split(",")]
    keys = {key.properties["Description"]: key for key in production.of("AWS::KMS::Key")}
    newest, before = (keys[name] for name in names)
    assert {key.whole["DeletionPolicy"] for key in (newest, before)} == {"Delete"}
    assert {key.stack for key in (newest, before)} == {"wachter-prod-platform"}, "where the functions change first"
    granted = {
        owner: {resource["Fn::GetAtt"][0]: actions for resource, actions in its["kms"] if "Fn::GetAtt" in resource}
        for owner, its in _grants(production).items()
    }
    checks = {"kms:GetPublicKey"}
    assert granted.pop("wachter-prod-api") == {newest.logical_id: {"kms:Sign"} | checks, before.logical_id: checks}
    assert granted.pop("wachter-prod-live") == {newest.logical_id: checks, before.logical_id: checks}
    assert not any(granted.values())


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
    for policy in policies(production):
        for actions, resource in statements(policy):
            assert not [action for action in actions if "*" in action], policy.logical_id
            if not actions <= WILDCARD_ALLOWED:
                text = json.dumps(resource)
                assert "*" not in text or all(WITHIN_ONE.get(action, "none") in text for action in actions), text
                assert text.count("*") <= 1, text


def test_each_role_may_do_what_its_specification_says_and_nothing_else(production: Templates) -> None:
    access = {f"wachter-prod-{spec.name}": spec.access for spec in FUNCTIONS} | {"bridge": BRIDGE_ACCESS}
    assert {
        owner: {
            **{_table_in(resource): actions for resource, actions in granted["dynamodb"]},
            "queues": {_queue_in(resource) for resource, actions in granted["sqs"] if actions == {"sqs:SendMessage"}},
            "reads": {_queue_in(resource) for resource, actions in granted["sqs"] if "sqs:ReceiveMessage" in actions},
            "media": {
                _end_of(resource).split("/")[1]: actions
                for resource, actions in granted["s3"]
                if actions != {"s3:ListBucket"}
            },
            "functions": {_end_of(resource).rpartition(":")[2] for resource, _ in granted["lambda"]},
            "secrets": {_end_of(resource).rpartition(":")[2] for resource, _ in granted["secretsmanager"]},
            "phones": {action for _, actions in granted["sns"] for action in actions},
            "screens": {_method_in(resource) for resource, _ in granted["execute-api"]},
            "mails": bool(granted["ses"]),
        }
        for owner, granted in _grants(production).items()
    } == {
        owner: {
            **{name.replace("-", ""): {f"dynamodb:{it}" for it in actions} for name, actions in allowed.tables.items()},
            "queues": set(allowed.sends_to) | ({"ingest-failures"} if owner.endswith("-ingest") else set()),
            "reads": {*allowed.reads_from, *READ_BY_MAPPING.get(owner, ())},
            "media": {name: set(actions) for name, actions in allowed.media.items()},
            "functions": {f"wachter-prod-{name}" for name in allowed.invokes},
            "secrets": {f"{PRODUCTION[setting]}-??????" for setting in allowed.secrets},
            "phones": set(allowed.phones),
            "screens": set(allowed.screens),
            "mails": allowed.mails,
        }
        for owner, allowed in access.items()
    }


def _grants(production: Templates) -> Mapping[str, Mapping[str, list[tuple[Any, set[str]]]]]:
    """Return resources and actions by owner and service; an owner is a function's name, or the bridge."""
    owners = {
        function.properties["Role"]["Fn::GetAtt"][0]: function.properties["FunctionName"]
        for function in production.of("AWS::Lambda::Function")
    }
    owners |= {
        task.properties["TaskRoleArn"]["Fn::GetAtt"][0]: "bridge" for task in production.of("AWS::ECS::TaskDefinition")
    }
    found: dict[str, dict[str, list[tuple[Any, set[str]]]]] = {it: defaultdict(list) for it in owners.values()}
    for policy in policies(production):
        for role in policy.properties["Roles"]:
            for actions, resource in statements(policy):
                if role["Ref"] in owners:
                    service = min(actions).partition(":")[0]
                    found[owners[role["Ref"]]][service].append((resource, actions))
    return found


def _queue_in(resource: Mapping[str, str]) -> str:
    """Return the name of a queue in an import such as ...GetAttQueuealerts7BDD0479Arn40F857E7."""
    letters = resource["Fn::ImportValue"].partition("AttQueue")[2].rpartition("Arn")[0][:-8]
    return {"ingestfailures": "ingest-failures", **{it.replace("-", ""): it for it in NUDGES}}.get(letters, letters)


def _end_of(resource: Mapping[str, Any]) -> str:
    """Return the last text of an ARN that is joined of parts."""
    return str(resource["Fn::Join"][1][-1])


def _method_in(resource: Mapping[str, Any]) -> str:
    """Return the HTTP method in the ARN of an API's connections."""
    return _end_of(resource).split("/")[2]


def _table_in(resource: Mapping[str, str]) -> str:
    """Return the letters of the table's name in an import such as ...GetAttTablesweepmarks0610CC36Arn..."""
    return resource["Fn::ImportValue"].partition("AttTable")[2].rpartition("Arn")[0][:-8]


def mapping_of(production: Templates, source: str) -> Mapping[str, Any]:
    """Return the mapping from the stream or queue of this name."""
    (found,) = (
        it.properties
        for it in production.of("AWS::Lambda::EventSourceMapping")
        if it.properties["EventSourceArn"]["Fn::ImportValue"].partition("GetAtt")[2].startswith(source)
    )
    return found


def queue(production: Templates, name: str) -> Mapping[str, Any]:
    (found,) = (
        it.properties for it in production.of("AWS::SQS::Queue") if it.properties["QueueName"] == f"wachter-prod-{name}"
    )
    return found


def test_frames_that_ingest_cannot_take_leave_their_place_and_never_themselves(production: Templates) -> None:
    properties = mapping_of(production, "Frames")
    assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert properties["BisectBatchOnFunctionError"] is True
    assert 0 < properties["MaximumRetryAttempts"] <= 10_000
    assert 0 < properties["MaximumRecordAgeInSeconds"] < A_DAY_S
    # to SQS Lambda sends metadata only, to S3 it would send the record
    assert "Queueingestfailures" in properties["DestinationConfig"]["OnFailure"]["Destination"]["Fn::ImportValue"]


def test_an_sos_waits_for_no_other_alarm_and_what_fails_comes_again_before_it_is_put_aside(
    production: Templates,
) -> None:
    mapping, alerts = mapping_of(production, "Queuealerts"), queue(production, "alerts")
    assert mapping["BatchSize"] == 1
    assert "MaximumBatchingWindowInSeconds" not in mapping
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert alerts["VisibilityTimeout"] == 6 * ALERTS.timeout_s
    assert "alertfailures" in alerts["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
    hidden_s = alerts["VisibilityTimeout"] * alerts["RedrivePolicy"]["maxReceiveCount"]
    assert 3600 <= hidden_s < A_DAY_S / 2, "an outage of an hour is ridden out, and operators have half a day"


def test_a_letter_that_fails_brings_back_no_other_and_an_hour_without_mail_is_ridden_out(production: Templates) -> None:
    mapping, notices = mapping_of(production, "Queuenotices"), queue(production, "notices")
    assert (mapping["BatchSize"], mapping["FunctionResponseTypes"]) == (1, ["ReportBatchItemFailures"])
    assert notices["VisibilityTimeout"] == 6 * NOTICES.timeout_s
    assert 3600 <= notices["VisibilityTimeout"] * notices["RedrivePolicy"]["maxReceiveCount"] < A_DAY_S / 2


def test_a_nudge_lives_for_a_minute(production: Templates) -> None:
    assert {queue(production, name)["MessageRetentionPeriod"] for name in NUDGES} == {60}


def test_what_opens_strangers_files_can_reach_nothing_and_what_speaks_to_the_outside_reads_no_store(
    production: Templates,
) -> None:
    granted = _grants(production)
    assert set(granted["wachter-prod-converter"]) == {"logs"}
    assert set(granted["wachter-prod-sims"]) == {"logs", "secretsmanager"}


def test_phones_are_rung_by_applications_made_of_secrets_that_no_template_holds(production: Templates) -> None:
    made = {it.properties["Secret"]: _end_of(it.properties["Arn"]) for it in production.of("Custom::PushApplication")}
    assert made == {
        "wachter/prod/apns": ":app/APNS/wachter-prod",
        "wachter/prod/fcm": ":app/GCM/wachter-prod",
    }
    assert not [it for it in production.all() if it.kind in {"AWS::SecretsManager::Secret", "AWS::CloudWatch::Alarm"}]


def test_the_api_starts_from_a_snapshot_of_a_version_that_the_front_door_calls(production: Templates) -> None:
    (api,) = (
        it for it in production.of("AWS::Lambda::Function") if it.properties["FunctionName"] == "wachter-prod-api"
    )
    assert api.properties["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    (entry,) = production.of("AWS::Lambda::Alias")
    assert entry.properties["FunctionName"] == {"Ref": api.logical_id}
    called = [it.properties["IntegrationUri"] for it in production.of("AWS::ApiGatewayV2::Integration")]
    assert {"Ref": entry.logical_id} in called


def test_a_live_point_is_forgotten_before_it_is_tried_again(production: Templates) -> None:
    live = queue(production, "live")
    assert live["MessageRetentionPeriod"] <= live["VisibilityTimeout"]
    assert LIVE_FEED.timeout_s < live["VisibilityTimeout"]


def test_the_sweep_comes_each_minute_alone_and_is_over_by_then(production: Templates) -> None:
    (rule,) = production.of("AWS::Events::Rule")
    assert rule.properties["ScheduleExpression"] == "rate(1 minute)"
    (target,) = rule.properties["Targets"]
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0}
    (sweep,) = (
        it
        for it in production.of("AWS::Lambda::Function")
        if it.properties["FunctionName"] == "wachter-prod-alerts-sweep"
    )
    assert target["Arn"]["Fn::GetAtt"][0] == sweep.logical_id
    assert sweep.properties["ReservedConcurrentExecutions"] == 1
    assert sweep.properties["Timeout"] < 60
    (invocation,) = production.of("AWS::Lambda::EventInvokeConfig")
    assert invocation.properties["MaximumRetryAttempts"] == 0


def test_the_apis_are_reached_by_their_own_names_over_tls_1_2_only(production: Templates) -> None:
    apis = production.of("AWS::ApiGatewayV2::Api")
    assert {api.properties["ProtocolType"] for api in apis} == {"HTTP", "WEBSOCKET"}
    assert all(api.properties["DisableExecuteApiEndpoint"] is True for api in apis)
    domains = production.of("AWS::ApiGatewayV2::DomainName")
    assert {domain.properties["DomainName"] for domain in domains} == {"api.wachter.example", "live.wachter.example"}
    for domain in domains:
        (configuration,) = domain.properties["DomainNameConfigurations"]
        assert (configuration["EndpointType"], configuration["SecurityPolicy"]) == ("REGIONAL", "TLS_1_2")


def test_every_deployable_is_given_the_settings_that_it_needs(production: Templates) -> None:
    given = {
        it.properties["FunctionName"].removeprefix("wachter-prod-"): it.properties["Environment"]["Variables"]
        for it in production.of("AWS::Lambda::Function")
    }
    (task,) = production.of("AWS::ECS::TaskDefinition")
    (container,) = task.properties["ContainerDefinitions"]
    given["bridge"] = {each["Name"]: each["Value"] for each in container["Environment"]}
    assert given.keys() == NEEDED.keys()
    for name, environment in given.items():
        known = {setting: str(value) for setting, value in environment.items()}
        Settings.from_environment({"AWS_REGION": "eu-central-1", **known}, needed=NEEDED[name])


def test_open_connections_are_written_to_by_the_live_views_own_name(production: Templates) -> None:
    callbacks = {
        it.properties["FunctionName"]: it.properties["Environment"]["Variables"].get("WACHTER_LIVE_CALLBACK")
        for it in production.of("AWS::Lambda::Function")
    }
    assert callbacks == {
        f"wachter-prod-{spec.name}": "https://live.wachter.example" if spec.access.screens else None
        for spec in FUNCTIONS
    }


def test_mail_is_sent_in_the_name_of_a_domain_that_the_stack_makes(production: Templates) -> None:
    (identity,) = production.of("AWS::SES::EmailIdentity")
    assert identity.properties["EmailIdentity"] == "mail.wachter.example"


def test_watches_meet_a_tcp_listener_that_waits_longer_than_their_heartbeat(production: Templates) -> None:
    listeners = production.of("AWS::ElasticLoadBalancingV2::Listener")
    assert {listener.properties["Port"] for listener in listeners} == {BRIDGE_PORT, BRIDGE_TLS_PORT}
    for listener in listeners:
        assert listener.properties["Protocol"] == "TCP"
        attributes = {it["Key"]: it["Value"] for it in listener.properties["ListenerAttributes"]}
        assert int(attributes["tcp.idle_timeout.seconds"]) > 600
    for group in production.of("AWS::ElasticLoadBalancingV2::TargetGroup"):
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
