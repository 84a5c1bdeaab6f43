"""Entry point of the API's function."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.api.bootstrap import api


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of API Gateway's HTTP API, payload 2.0."""
    return api().answer(event, context)
