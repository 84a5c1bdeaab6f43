"""The WebSocket entrance of guardians' apps."""

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_apigatewayv2_integrations import WebSocketLambdaIntegration
from constructs import Construct

from stacks.own_domain import own_domain
from stacks.stage import Stage

_STAGE_NAME = "live"
_OPENED_PER_S = 500  # what an account may open by default: all of 50,000 guardians within two minutes
_OPENED_AT_ONCE = 500
ROUTES = ("$connect", "$default", "$disconnect")


class LiveDoor(Construct):
    """A regional WebSocket API (always TLS 1.2 or newer); with a domain of its own its default endpoint is off.

    callback: address by which open connections are written to and ended.
    """

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "LiveDoor")
        self._api = gateway.WebSocketApi(self, "Api", api_name=f"wachter-{stage.name}-live")
        self.api_id = self._api.api_id
        mapping = None
        if stage.live_domain:
            mapping = gateway.DomainMappingOptions(domain_name=own_domain(self, stage.live_domain))
            self._turn_default_endpoint_off()
        door = gateway.WebSocketStage(
            self,
            "Stage",
            web_socket_api=self._api,
            stage_name=_STAGE_NAME,
            auto_deploy=True,
            domain_mapping=mapping,
            throttle=gateway.ThrottleSettings(rate_limit=_OPENED_PER_S, burst_limit=_OPENED_AT_ONCE),
        )
        if stage.live_domain:
            self.callback = f"https://{stage.live_domain}"
        elif stage.emulator_url:
            # the emulator's names below localhost do not resolve everywhere; its paths do
            self.callback = f"{stage.emulator_url}/_aws/execute-api/{self.api_id}/{_STAGE_NAME}"
        else:
            self.callback = door.callback_url

    def serve(self, function: lambda_.IFunction) -> None:
        """Give every opening, message and end of a connection to this function."""
        integration = WebSocketLambdaIntegration("Function", function)
        for route in ROUTES:
            self._api.add_route(route, integration=integration)

    def connections(self, method: str) -> str:
        """Return the ARN of what an HTTP method does to this API's connections, all of which the gateway names."""
        return cdk.Stack.of(self).format_arn(
            service="execute-api", resource=self.api_id, resource_name=f"{_STAGE_NAME}/{method}/@connections/*"
        )

    def _turn_default_endpoint_off(self) -> None:
        api = self._api.node.default_child
        assert isinstance(api, gateway.CfnApi)
        api.disable_execute_api_endpoint = True
