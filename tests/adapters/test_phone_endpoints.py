"""Phones on SNS."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from adapters.aws import client
from adapters.phone_endpoints import SnsPhoneEndpoints
from adapters.settings import Settings
from core.accounts.model import InvalidPhone, Platform, PushNotAvailable
from core.kernel.ids import FamilyId, new_id

TOKEN = "5b3e" * 16
SETTINGS = Settings(stage="test", region="eu-central-1")
APPLICATION = "arn:aws:sns:eu-central-1:000000000000:app/APNS/wachter-test"
ENDPOINT = "arn:aws:sns:eu-central-1:000000000000:endpoint/APNS/wachter-test/5e3e9847"
MINE, OTHER = FamilyId(new_id()), FamilyId(new_id())


def asked(family_id: FamilyId) -> dict[str, object]:
    return {
        "PlatformApplicationArn": APPLICATION,
        "Token": TOKEN,
        "CustomUserData": family_id,
        "Attributes": {"Enabled": "true"},
    }


class Sns:
    """SNS with answers laid ready."""

    def __init__(self) -> None:
        self.client = client("sns", SETTINGS)
        self.answers = Stubber(self.client)
        self.endpoints = SnsPhoneEndpoints(self.client, {Platform.APNS: APPLICATION, Platform.FCM: ""})

    def refuse(self, message: str, code: str = "InvalidParameter") -> None:
        self.answers.add_client_error("create_platform_endpoint", code, message, expected_params=asked(MINE))


@pytest.fixture
def sns() -> Iterator[Sns]:
    sns = Sns()
    with sns.answers:
        yield sns
        sns.answers.assert_no_pending_responses()


def test_a_phone_gets_an_endpoint_of_its_platform(sns: Sns) -> None:
    sns.answers.add_response("create_platform_endpoint", {"EndpointArn": ENDPOINT}, asked(MINE))
    assert sns.endpoints.make(Platform.APNS, TOKEN, MINE) == ENDPOINT


@pytest.mark.attack("C-12", guard="adapters.phone_endpoints:endpoint_in", part="another's sign-in")
def test_the_endpoint_that_another_sign_in_had_for_the_phone_is_removed(sns: Sns) -> None:
    sns.refuse(
        f"Invalid parameter: Token Reason: Endpoint {ENDPOINT} already exists with the same Token, "
        "but different attributes."
    )
    sns.answers.add_response("delete_endpoint", {}, {"EndpointArn": ENDPOINT})
    sns.answers.add_response("create_platform_endpoint", {"EndpointArn": f"{ENDPOINT}0"}, asked(MINE))
    assert sns.endpoints.make(Platform.APNS, TOKEN, MINE) == f"{ENDPOINT}0"


def test_a_token_that_is_none_is_refused(sns: Sns) -> None:
    sns.refuse("Invalid parameter: Token Reason: iOS device tokens must be no more than 400 hexadecimal characters")
    with pytest.raises(InvalidPhone) as refusal:
        sns.endpoints.make(Platform.APNS, TOKEN, MINE)
    assert TOKEN not in str(refusal.value)


def test_any_other_refusal_is_raised(sns: Sns) -> None:
    sns.refuse("Rate exceeded", "Throttled")
    with pytest.raises(ClientError):
        sns.endpoints.make(Platform.APNS, TOKEN, MINE)


@pytest.mark.parametrize("platform", Platform)
def test_a_platform_that_the_stage_has_not_set_up_is_not_available(platform: Platform) -> None:
    with pytest.raises(PushNotAvailable):
        SnsPhoneEndpoints(client("sns", SETTINGS), {Platform.FCM: ""}).make(platform, TOKEN, MINE)


def test_on_sns_itself_a_phone_rings_for_its_last_sign_in_only() -> None:
    with mock_aws():
        sns = client("sns", SETTINGS)
        application = sns.create_platform_application(Name="any", Platform="APNS", Attributes={})
        arn = application["PlatformApplicationArn"]
        endpoints = SnsPhoneEndpoints(sns, {Platform.APNS: arn})
        first = endpoints.make(Platform.APNS, TOKEN, OTHER)
        assert endpoints.make(Platform.APNS, TOKEN, OTHER) == first
        second = endpoints.make(Platform.APNS, TOKEN, MINE)
        held = sns.list_endpoints_by_platform_application(PlatformApplicationArn=arn)["Endpoints"]
        assert [each["EndpointArn"] for each in held] == [second]
        assert second != first
        for _ in range(2):
            endpoints.remove(second)
        assert not sns.list_endpoints_by_platform_application(PlatformApplicationArn=arn)["Endpoints"]
