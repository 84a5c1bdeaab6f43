"""Nobody sets by a body what it is not meant to hold."""

from typing import Any

import pytest

from tests.lambdas.api.test_strangers import BODIES, TwoHomes

VALIDATION = "aws_lambda_powertools.event_handler.middlewares.openapi_validation:_validate_field"
OURS = ["id", "watch_id", "account_id", "owner", "state", "expires_at", "updated_at"]
"""What a stored object may have and only we set."""


@pytest.mark.attack("Z-08", guard=VALIDATION)
@pytest.mark.parametrize(("method", "template"), BODIES)
def test_a_body_that_would_set_more_is_refused_as_a_whole(
    method: str, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = TwoHomes()
    sent: Any = BODIES[method, template]
    before = homes.kept()
    for name in OURS:
        monkeypatch.setitem(BODIES, (method, template), {**sent, name: homes.hers["watch_id"]})
        answer = homes.call(method, template, homes.his)
        assert (answer.status, answer.json["code"]) == (400, "invalid_request")
        [error] = answer.json["errors"]
        assert error["reason"] == "extra_forbidden"
        assert error["place"].endswith(f".{name}")
    assert homes.kept() == before
