"""The HTTPS entrance of guardians' apps."""

from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from stacks.own_domain import own_domain
from stacks.stage import Stage


class FrontDoor(Construct):
    """A regional HTTP API (always TLS 1.2 or newer); with a domain of its own its default endpoint is off.

    url: the API's own address, the issuer of its tokens.
    """

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "FrontDoor")
        domain = own_domain(self, stage.api_domain) if stage.api_domain else None
        self._api = gateway.HttpApi(
            self,
            "Api",
            api_name=f"wachter-{stage.name}",
            disable_execute_api_endpoint=domain is not None,
            default_domain_mapping=gateway.DomainMappingOptions(domain_name=domain) if domain else None,
        )
        self.url = f"https://{stage.api_domain}" if domain else self._api.api_endpoint
        self.api_id = self._api.api_id

    def serve(self, function: lambda_.IFunction) -> None:
        """Give every request to this function: routes are its own."""
        gateway.HttpRoute(
            self,
            "Route",
            http_api=self._api,
            route_key=gateway.HttpRouteKey.DEFAULT,
            integration=HttpLambdaIntegration("Function", function),
        )
