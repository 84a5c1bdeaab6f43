"""Whose fault a failure is."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from pynamodb.exceptions import PutError

from adapters.keyring import KeyUnusable
from adapters.outages import is_outage


def _answer(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "any"}}, "PutItem")


@pytest.mark.parametrize(
    "exception",
    [
        EndpointConnectionError(endpoint_url="any"),
        _answer("ProvisionedThroughputExceededException"),
        _answer("InternalServerError"),
        _answer("AccessDeniedException"),
        PutError("any", _answer("ThrottlingException")),
        PutError("any", EndpointConnectionError(endpoint_url="any")),
        PutError("a batch is not done"),
        KeyUnusable(),
    ],
)
def test_what_a_retry_may_mend_is_an_outage(exception: Exception) -> None:
    assert is_outage(exception)


@pytest.mark.parametrize(
    "exception",
    [ValueError(), KeyError(), _answer("ValidationException"), PutError("any", _answer("ValidationException"))],
)
def test_what_no_retry_mends_is_our_fault(exception: Exception) -> None:
    assert not is_outage(exception)
