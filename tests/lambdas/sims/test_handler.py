"""The function that speaks to the operator, asked as the API asks it: everything but AWS is real."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from adapters.aws import client
from adapters.settings import SettingMissing, Settings
from adapters.sim_provider.contract import ContractSimProvider
from adapters.sim_provider.lambda_provider import LambdaExchange, answer_to
from adapters.sim_provider.signing import signature_of
from core.kernel.ids import AccountId, WatchId, new_id
from core.sims.model import (
    Callback,
    InvalidSignature,
    ProviderRefused,
    ProviderUnavailable,
    StandingTold,
    TopUpState,
)
from lambdas.sims import bootstrap, handler
from local.sim_provider import API_KEY, CALLBACK_KEY, FIRST_CENTS, Books, Fault, LocalSimProvider
from stacks.functions import SIMS
from tests.builders import any_registration, any_sim, any_top_up
from tests.calls import granted, recorded_calls
from tests.clocks import NOON, FrozenClock
from tests.storage import REGION, STAGE

WATCH, ACCOUNT = WatchId(new_id()), AccountId(new_id())
SECRET = "wachter-sim-operator"


class LambdaClient:
    """Invokes the function as Lambda does: JSON in, JSON out. error: what it answers with in the place of an answer."""

    def __init__(self, settings: Settings) -> None:
        self._exchange = bootstrap.exchange(settings, FrozenClock())
        self.error: dict[str, Any] | Exception | None = None
        self.seen: list[str] = []

    def invoke(self, *, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803 - as botocore spells it
        assert FunctionName == "wachter-test-sims"
        if isinstance(self.error, Exception):
            raise self.error
        answer = self.error or answer_to(json.loads(Payload), self._exchange)
        self.seen.append(json.dumps(answer))
        more = {"FunctionError": "Unhandled"} if self.error else {}
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(answer).encode()), **more}


@pytest.fixture
def operator() -> Iterator[LocalSimProvider]:
    with LocalSimProvider(books=Books(FrozenClock())) as operator:
        yield operator


@pytest.fixture
def settings(operator: LocalSimProvider) -> Iterator[Settings]:
    with mock_aws():
        settings = Settings(stage=STAGE, region=REGION, sim_provider_url=operator.url, sim_provider_secret=SECRET)
        secret = json.dumps({"api_key": API_KEY, "callback_key": CALLBACK_KEY})
        client("secretsmanager", settings).create_secret(Name=SECRET, SecretString=secret)
        yield settings


@pytest.fixture
def function(settings: Settings) -> LambdaClient:
    return LambdaClient(settings)


@pytest.fixture
def provider(function: LambdaClient) -> ContractSimProvider:
    return ContractSimProvider(LambdaExchange(function, "wachter-test-sims"))


def test_it_asks_the_operator_and_brings_its_answer(operator: LocalSimProvider, provider: ContractSimProvider) -> None:
    assert provider.standing_of(any_sim(WATCH)).balance_cents == FIRST_CENTS
    assert provider.top_up(any_top_up(WATCH, ACCOUNT, NOON), NOON).state is TopUpState.BOOKED
    provider.register(any_sim(WATCH), any_registration(ACCOUNT, WATCH, NOON))
    assert len(operator.books.registrants) == len(operator.books.booked) == 1


def test_it_tells_what_the_operator_refuses_and_what_it_did_not_answer(
    operator: LocalSimProvider, provider: ContractSimProvider
) -> None:
    with pytest.raises(ProviderRefused):
        provider.standing_of(any_sim(WATCH, number="1234567890123456789"))
    operator.faults.append(Fault.TOO_BUSY)
    with pytest.raises(ProviderUnavailable):
        provider.standing_of(any_sim(WATCH))


def test_it_knows_the_operators_signature(provider: ContractSimProvider, function: LambdaClient) -> None:
    standing = {"balance_cents": 120, "currency": "EUR", "at": NOON.isoformat()}
    body = json.dumps({"kind": "standing", "reference": WATCH, "standing": standing})
    stamp = str(int(NOON.timestamp()))
    assert isinstance(provider.event_in(Callback(body, stamp, signature_of(body, stamp, CALLBACK_KEY))), StandingTold)
    with pytest.raises(InvalidSignature):
        provider.event_in(Callback(body, stamp, signature_of(body, stamp, "a guess")))
    assert function.seen == ['{"signed": true}', '{"signed": false}'], "and tells no key"


@pytest.mark.parametrize(
    "error",
    [
        {"errorType": "SettingMissing"},
        EndpointConnectionError(endpoint_url="https://lambda"),
    ],
)
def test_a_function_that_fails_leaves_an_outcome_that_is_not_known(
    function: LambdaClient, provider: ContractSimProvider, error: dict[str, Any] | Exception
) -> None:
    function.error = error
    with pytest.raises(ProviderUnavailable):
        provider.top_up(any_top_up(WATCH, ACCOUNT, NOON), NOON)
    with pytest.raises(ProviderUnavailable):
        provider.event_in(Callback("{}", "1", "v1="))


def test_it_asks_nothing_of_aws_but_its_secret(settings: Settings) -> None:
    with recorded_calls() as calls:
        provider = ContractSimProvider(LambdaExchange(LambdaClient(settings), "wachter-test-sims"))
        provider.standing_of(any_sim(WATCH))
    assert not calls.tables
    assert set(calls.others) == {("secretsmanager", "GetSecretValue")}
    assert not granted(SIMS.access)
    assert SIMS.services == ("secretsmanager",)


def test_the_handler_wires_itself_from_the_environment_at_the_first_request(
    settings: Settings, operator: LocalSimProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = {
        "operation": "/v1/sims/standing",
        "content": {"sim": any_sim(WATCH).number, "reference": WATCH},
        "key": None,
    }
    handler._exchange.cache_clear()
    with pytest.raises(SettingMissing):
        handler.handler(request, None)
    monkeypatch.setenv("WACHTER_STAGE", settings.stage)
    monkeypatch.setenv("WACHTER_SIM_PROVIDER_URL", operator.url)
    monkeypatch.setenv("WACHTER_SIM_PROVIDER_SECRET", SECRET)
    assert handler.handler(request, None)["answer"]["balance_cents"] == FIRST_CENTS
    handler._exchange.cache_clear()


def test_it_does_nothing_that_the_contract_does_not_know(settings: Settings, operator: LocalSimProvider) -> None:
    way = bootstrap.exchange(settings, FrozenClock())
    with pytest.raises(ValueError, match="not a valid Operation"):
        answer_to({"operation": "/v1/../admin", "content": {}, "key": None}, way)
    assert operator.asked == 0
