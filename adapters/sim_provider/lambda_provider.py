"""The way to the operator by the function `sims`, the only one that speaks to its host.

A request names an operation of the contract or holds a callback; the answer is one of: {"answer": {...}},
{"refused": true}, {"unavailable": true}, {"signed": true or false}.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from adapters.sim_provider.contract import Content, Exchange, Operation
from core.sims.model import Callback, ProviderRefused, ProviderUnavailable

READ_SECONDS = 22.0
"""What the API waits for the function: longer than that waits for the operator, less than its own callers do."""


class LambdaExchange:
    """Exchange by another function. client: a botocore Lambda client that waits READ_SECONDS and tries once."""

    def __init__(self, client: Any, function_name: str) -> None:
        self._client = client
        self._function_name = function_name

    def ask(self, operation: Operation, content: Content, key: str | None = None) -> Content:
        """Return the operator's answer."""
        told = self._invoked({"operation": operation, "content": content, "key": key})
        match told:
            case {"answer": dict(answer)}:
                return answer
            case {"refused": True}:
                raise ProviderRefused("the operator will not do it")
        raise ProviderUnavailable("the operator gives no answer")

    def is_signed(self, callback: Callback) -> bool:
        """Tell whether the operator signed it; raise ProviderUnavailable where nobody can tell."""
        told = self._invoked({"callback": asdict(callback)})
        match told:
            case {"signed": bool(is_signed)}:
                return is_signed
        raise ProviderUnavailable("nobody can tell who signed it")

    def _invoked(self, request: Content) -> Any:
        try:
            answer = self._client.invoke(FunctionName=self._function_name, Payload=json.dumps(request))
        except (BotoCoreError, ClientError):
            raise ProviderUnavailable("the function was not reached") from None
        if "FunctionError" in answer:
            raise ProviderUnavailable("the function failed")
        return json.loads(answer["Payload"].read())


def answer_to(request: Mapping[str, Any], exchange: Exchange) -> dict[str, Any]:
    """Return what the function answers a request with."""
    if "callback" in request:
        return {"signed": exchange.is_signed(Callback(**request["callback"]))}
    try:
        operation = Operation(request["operation"])
        return {"answer": exchange.ask(operation, request["content"], request["key"])}
    except ProviderRefused:
        return {"refused": True}
    except ProviderUnavailable:
        return {"unavailable": True}
