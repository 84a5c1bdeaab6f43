"""The watches' entrance where they come from the SIM operator's private networks."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.settings import BRIDGE_PORT
from stacks.bridge import BridgeStack
from stacks.data import DataStack
from stacks.stage import Stage
from stacks.synth import new_app
from tests.stacks.conftest import PRODUCTION, Templates

NETWORKS = ("10.64.0.0/16", "10.65.0.0/16")


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Return the resources of a bridge whose watches have private addresses and speak no TLS."""
    chosen = {**PRODUCTION, "trust-unproven": None, "bridge-tls-secret": None, "watch-networks": ",".join(NETWORKS)}
    stage = Stage.of(chosen.get)
    app = new_app(str(tmp_path_factory.mktemp("private")))
    stack = BridgeStack(app, stage, DataStack(app, stage))
    template = Path(app.synth().directory) / f"{stack.stack_name}.template.json"
    resources: Mapping[str, Any] = json.loads(template.read_text())["Resources"]
    return resources


def of(resources: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


def test_the_door_of_the_private_networks_is_not_on_the_internet(private: Mapping[str, Any]) -> None:
    (balancer,) = of(private, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Scheme"] == "internal"
    assert not of(private, "AWS::EC2::InternetGateway")
    assert not [subnet for subnet in of(private, "AWS::EC2::Subnet") if subnet["MapPublicIpOnLaunch"]]


def test_only_the_private_networks_reach_the_door(private: Mapping[str, Any]) -> None:
    (group,) = (it for it in of(private, "AWS::EC2::SecurityGroup") if it["GroupDescription"].startswith("watches"))
    assert {(rule["CidrIp"], rule["FromPort"]) for rule in group["SecurityGroupIngress"]} == {
        (network, BRIDGE_PORT) for network in NETWORKS
    }


def test_the_bridge_is_told_the_networks_and_trusts_nobody_else(private: Mapping[str, Any]) -> None:
    (task,) = of(private, "AWS::ECS::TaskDefinition")
    given = {each["Name"]: each["Value"] for each in task["ContainerDefinitions"][0]["Environment"]}
    assert (given["WACHTER_WATCH_NETWORKS"], given["WACHTER_TRUST_UNPROVEN"]) == (",".join(NETWORKS), "no")


def test_without_a_certificate_there_is_no_port_for_tls_and_no_way_to_secrets(private: Mapping[str, Any]) -> None:
    (listener,) = of(private, "AWS::ElasticLoadBalancingV2::Listener")
    assert listener["Port"] == BRIDGE_PORT
    assert "secretsmanager" not in json.dumps(private)


def test_with_a_certificate_the_task_reads_that_secret_by_an_endpoint_of_its_network(production: Templates) -> None:
    endpoints = [json.dumps(it.properties["ServiceName"]) for it in production.of("AWS::EC2::VPCEndpoint")]
    assert [each for each in endpoints if "secretsmanager" in each]
    (policy,) = (
        it for it in production.of("AWS::IAM::Policy") if it.stack.endswith("bridge") and "PutRecords" in str(it.whole)
    )
    (statement,) = (
        it for it in policy.properties["PolicyDocument"]["Statement"] if "secretsmanager" in str(it["Action"])
    )
    assert statement["Action"] == "secretsmanager:GetSecretValue"
    assert "secret:wachter/prod/bridge-tls-??????" in json.dumps(statement["Resource"])
