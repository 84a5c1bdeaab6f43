"""Open connections, as API Gateway answers for them."""

import json
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from adapters import aws
from adapters.screens import ATTEMPTS, GatewayScreens, live_client
from adapters.settings import Settings

CALLBACK = "https://live.example.test/live"
CONNECTION = "L0SM9cOFvHcCIhw="


class Gateway:
    """The client with answers laid ready."""

    def __init__(self) -> None:
        self.client = live_client(Settings(stage="test", region="eu-central-1", live_callback=CALLBACK))
        self.screens = GatewayScreens(self.client)
        self.answers = Stubber(self.client)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    with gateway.answers:
        yield gateway
        gateway.answers.assert_no_pending_responses()


def test_a_message_is_sent_as_json(gateway: Gateway) -> None:
    content = json.dumps({"type": "position", "watch_id": "x"}, separators=(",", ":")).encode()
    gateway.answers.add_response("post_to_connection", {}, {"ConnectionId": CONNECTION, "Data": content})
    assert gateway.screens.show(CONNECTION, {"type": "position", "watch_id": "x"})


def test_a_connection_that_is_gone_is_told(gateway: Gateway) -> None:
    gateway.answers.add_client_error("post_to_connection", "GoneException", http_status_code=410)
    assert not gateway.screens.show(CONNECTION, {})


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_connection_is_closed_whether_or_not_it_is_gone(gateway: Gateway, is_gone: bool) -> None:
    if is_gone:
        gateway.answers.add_client_error("delete_connection", "GoneException", http_status_code=410)
    else:
        gateway.answers.add_response("delete_connection", {}, {"ConnectionId": CONNECTION})
    gateway.screens.close(CONNECTION)


def test_any_other_refusal_is_raised(gateway: Gateway) -> None:
    gateway.answers.add_client_error("post_to_connection", "LimitExceededException", http_status_code=429)
    gateway.answers.add_client_error("delete_connection", "LimitExceededException", http_status_code=429)
    with pytest.raises(ClientError):
        gateway.screens.show(CONNECTION, {})
    with pytest.raises(ClientError):
        gateway.screens.close(CONNECTION)


def test_it_speaks_to_the_address_of_the_stage(gateway: Gateway) -> None:
    assert gateway.client.meta.endpoint_url == CALLBACK


def test_a_screen_that_takes_nothing_is_not_waited_for(gateway: Gateway) -> None:
    assert gateway.client.meta.config.retries["total_max_attempts"] == ATTEMPTS < aws.ATTEMPTS
