"""The watches' entrance: which ports it has, and what its tasks reach for them."""

import json

from adapters.settings import BRIDGE_PORT, BRIDGE_TLS_PORT
from tests.stacks.conftest import Templates


def _bridge_statements(templates: Templates, service: str) -> list[dict[str, object]]:
    """Return what the bridge's role may do with a service."""
    return [
        statement
        for policy in templates.of("AWS::IAM::Policy")
        for statement in policy.properties["PolicyDocument"]["Statement"]
        if policy.stack.endswith("bridge") and json.dumps(statement["Action"]).count(f'"{service}:')
    ]


def _endpoints(templates: Templates) -> str:
    return json.dumps([it.properties["ServiceName"] for it in templates.of("AWS::EC2::VPCEndpoint")])


def test_with_a_certificate_the_task_listens_for_tls_and_reads_that_secret_only(production: Templates) -> None:
    groups = production.of("AWS::ElasticLoadBalancingV2::TargetGroup")
    assert {group.properties["Port"] for group in groups} == {BRIDGE_PORT, BRIDGE_TLS_PORT}
    assert "secretsmanager" in _endpoints(production)
    (statement,) = _bridge_statements(production, "secretsmanager")
    assert statement["Action"] == "secretsmanager:GetSecretValue"
    assert json.dumps(statement["Resource"]).endswith(':secret:wachter/prod/bridge-tls-??????"]]}')


def test_without_a_certificate_there_is_no_port_for_tls_and_no_way_to_secrets(bare: Templates) -> None:
    groups = bare.of("AWS::ElasticLoadBalancingV2::TargetGroup")
    assert {group.properties["Port"] for group in groups} == {BRIDGE_PORT}
    assert "secretsmanager" not in _endpoints(bare)
    assert not _bridge_statements(bare, "secretsmanager")


def test_a_door_for_private_networks_stands_in_subnets_without_a_way_in(bare: Templates) -> None:
    assert not [subnet for subnet in bare.of("AWS::EC2::Subnet") if subnet.properties["MapPublicIpOnLaunch"]]
    assert not [it for it in bare.all() if it.kind == "AWS::EC2::Route"]
