"""The watches' entrance: a TCP load balancer before Fargate tasks in subnets without a way out."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as balancing
from aws_cdk import aws_iam as iam
from constructs import Construct

from adapters.settings import BRIDGE_PORT, BRIDGE_TLS_PORT, HEALTH_PORT
from stacks.bundle import ROOT
from stacks.bundled_function import log_group
from stacks.data import DataStack
from stacks.environment import environment
from stacks.functions import BRIDGE_ACCESS
from stacks.grants import allow, grant_access
from stacks.stage import Stage

_IDLE = cdk.Duration.seconds(900)  # above the longest heartbeat, 600 s: watches keep no TCP alive themselves
_STOP = cdk.Duration.seconds(120)  # Fargate's longest; the bridge drains within 110 s
_TASKS = 2  # one in each zone
_NOT_ROOT = "10001:10001"
_ENDPOINTS = {
    "EcrApi": ec2.InterfaceVpcEndpointAwsService.ECR,
    "EcrDocker": ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
    "Logs": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
    "Kinesis": ec2.InterfaceVpcEndpointAwsService.KINESIS_STREAMS,
    "Sqs": ec2.InterfaceVpcEndpointAwsService.SQS,
    "Kms": ec2.InterfaceVpcEndpointAwsService.KMS,
}
"""All that a task speaks to, next to the gateways of DynamoDB and S3 (image layers, voices)."""
_SECRETS_ENDPOINT = {"SecretsManager": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER}
_BALANCER_SUBNETS, _TASK_SUBNETS = "balancer", "tasks"


class BridgeStack(cdk.Stack):
    """Network, load balancer, service."""

    def __init__(self, scope: Construct, stage: Stage, data: DataStack) -> None:
        super().__init__(scope, stage.name_of("bridge"), env=cdk.Environment(region=stage.region))
        network = Network(self, stage)
        service = BridgeService(self, stage, data, network)
        WatchDoor(self, stage, network, service)


class Network(Construct):
    """Public subnets hold the load balancer only; tasks reach AWS by endpoints and nothing else.

    Where watches come from the SIM operator's private networks, these are joined to this network (VPN or Direct
    Connect, by the operator of the stage), and the load balancer has no address on the internet.
    """

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Network")
        self.tasks = ec2.SubnetSelection(subnet_group_name=_TASK_SUBNETS)
        self.balancers = ec2.SubnetSelection(subnet_group_name=_BALANCER_SUBNETS)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=_TASKS,
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(name=_BALANCER_SUBNETS, subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
                if stage.watch_networks
                else ec2.SubnetConfiguration(
                    name=_BALANCER_SUBNETS, subnet_type=ec2.SubnetType.PUBLIC, map_public_ip_on_launch=False
                ),
                ec2.SubnetConfiguration(name=_TASK_SUBNETS, subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            ],
            gateway_endpoints={
                "DynamoDb": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.DYNAMODB),
                "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3),
            },
        )
        self.balancer_group = self._security_group("BalancerGroup", "watches to the load balancer")
        self.task_group = self._security_group("TaskGroup", "load balancer to the bridge")
        endpoint_group = self._security_group("EndpointGroup", "bridge to the services that it calls")
        for name, service in (_ENDPOINTS | (_SECRETS_ENDPOINT if stage.bridge_tls_secret else {})).items():
            self.vpc.add_interface_endpoint(
                name, service=service, subnets=self.tasks, security_groups=[endpoint_group], open=False
            )
        https = ec2.Port.tcp(443)
        endpoint_group.add_ingress_rule(self.task_group, https)
        # Any address, but there is no route to one: only the endpoints and gateways of this network answer.
        self.task_group.add_egress_rule(ec2.Peer.any_ipv4(), https)

    def _security_group(self, name: str, description: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(self, name, vpc=self.vpc, description=description, allow_all_outbound=False)


class BridgeService(Construct):
    """The bridge on Fargate: not root, nothing to write on, and the time that its drain takes."""

    def __init__(self, scope: Construct, stage: Stage, data: DataStack, network: Network) -> None:
        super().__init__(scope, "Service")
        task = ecs.FargateTaskDefinition(
            self,
            "Task",
            cpu=1024,  # one event loop keeps one core busy
            memory_limit_mib=2048,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.ARM64, operating_system_family=ecs.OperatingSystemFamily.LINUX
            ),
            task_role=self._task_role(stage, data),
        )
        container = task.add_container(
            "Bridge",
            image=ecs.ContainerImage.from_asset(
                str(ROOT), file="device_bridge/Dockerfile", platform=ecr_assets.Platform.LINUX_ARM64
            ),
            environment={
                **environment(BRIDGE_ACCESS, stage, data),
                "WACHTER_FRAME_STREAM": data.frames.stream_name,
                "WACHTER_WATCH_NETWORKS": ",".join(stage.watch_networks),
            },
            user=_NOT_ROOT,
            readonly_root_filesystem=True,
            stop_timeout=_STOP,
            port_mappings=[ecs.PortMapping(container_port=port) for port in (*_watch_ports(stage), HEALTH_PORT)],
            logging=ecs.LogDrivers.aws_logs(
                log_group=log_group(self, "device-bridge", stage, data), stream_prefix="bridge"
            ),
        )
        container.add_ulimits(
            ecs.Ulimit(name=ecs.UlimitName.NOFILE, soft_limit=65_535, hard_limit=65_535)
        )  # Fargate's most
        self.fargate = ecs.FargateService(
            self,
            "Service",
            cluster=ecs.Cluster(self, "Cluster", vpc=network.vpc),
            task_definition=task,
            desired_count=_TASKS,
            min_healthy_percent=100,
            circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
            assign_public_ip=False,
            vpc_subnets=network.tasks,
            security_groups=[network.task_group],
        )

    def _task_role(self, stage: Stage, data: DataStack) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
        grant_access(role, BRIDGE_ACCESS, stage, data)
        allow(role, data.frames.stream_arn, "kinesis:PutRecords")
        return role


class WatchDoor(Construct):
    """TCP listeners: a TLS listener of the load balancer would end every connection after 350 s of silence."""

    def __init__(self, scope: Construct, stage: Stage, network: Network, service: BridgeService) -> None:
        super().__init__(scope, "WatchDoor")
        health = ec2.Port.tcp(HEALTH_PORT)
        network.balancer_group.add_egress_rule(network.task_group, health)
        network.task_group.add_ingress_rule(network.balancer_group, health)
        self._network = network
        self._service = service
        self._from = [*map(ec2.Peer.ipv4, stage.watch_networks)] or [ec2.Peer.any_ipv4()]
        self._balancer = balancing.NetworkLoadBalancer(
            self,
            "Balancer",
            vpc=network.vpc,
            internet_facing=not stage.watch_networks,
            cross_zone_enabled=True,
            deletion_protection=False,
            security_groups=[network.balancer_group],
            vpc_subnets=network.balancers,
        )
        for port, name in _watch_ports(stage).items():
            self._open(port, name)
        cdk.CfnOutput(self, "Address", value=self._balancer.load_balancer_dns_name)

    def _open(self, port: int, name: str) -> None:
        network, watches = self._network, ec2.Port.tcp(port)
        for peer in self._from:
            network.balancer_group.add_ingress_rule(peer, watches)
        network.balancer_group.add_egress_rule(network.task_group, watches)
        network.task_group.add_ingress_rule(network.balancer_group, watches)
        targets = balancing.NetworkTargetGroup(
            self,
            f"{name}Targets",
            vpc=network.vpc,
            port=port,
            protocol=balancing.Protocol.TCP,
            target_type=balancing.TargetType.IP,
            preserve_client_ip=True,  # off by default for IP targets; limits by address and proof need it
            deregistration_delay=_STOP,
            health_check=balancing.HealthCheck(port=str(HEALTH_PORT), protocol=balancing.Protocol.HTTP, path="/"),
            targets=[self._service.fargate.load_balancer_target(container_name="Bridge", container_port=port)],
        )
        balancing.NetworkListener(
            self,
            f"{name}Listener",
            load_balancer=self._balancer,
            port=port,
            protocol=balancing.Protocol.TCP,
            tcp_idle_timeout=_IDLE,
            default_target_groups=[targets],
        )


def _watch_ports(stage: Stage) -> dict[int, str]:
    """Return the ports that watches speak to, and what their parts are called."""
    return {BRIDGE_PORT: ""} | ({BRIDGE_TLS_PORT: "Tls"} if stage.bridge_tls_secret else {})
