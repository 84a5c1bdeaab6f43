"""Claims and families as they are wired, on moto."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.dynamo.claim_codes import ClaimCodeRecord
from adapters.dynamo.due_times import DynamoDueTimes
from adapters.dynamo.memberships import PastWatchRecord
from stacks.functions import API
from tests.calls import Calls, granted
from tests.clocks import NOON
from tests.lambdas.api.family_journey import DEVICE, SECRET
from tests.lambdas.api.test_deployed import Deployed
from tests.storage import storage

LATER = NOON + timedelta(hours=1)
OURS = {
    "devices",
    "bindings",
    "watches",
    "past-watches",
    "members",
    "memberships",
    "invitations",
    "watch-profiles",
    "watch-states",
    "due",
    "leases",
}
"""Tables that no other capability's routes ask."""


@pytest.fixture
def deployed() -> Iterator[Deployed]:
    with storage() as settings:
        yield Deployed(settings)


def test_a_family_lives_with_what_the_function_is_granted(deployed: Deployed, calls: Calls) -> None:
    deployed.live_in_a_family(calls)
    assert calls.tables <= granted(API.access)
    assert {each for each in calls.tables if each[0] in OURS} == {
        each for each in granted(API.access) if each[0] in OURS
    }


def test_of_an_unbound_watch_nothing_is_awaited_and_its_last_owner_is_known(deployed: Deployed, calls: Calls) -> None:
    watch_id = deployed.live_in_a_family(calls)
    assert list(DynamoDueTimes(deployed.clock).over(LATER)) == []
    assert [each.watch_id for each in PastWatchRecord.scan()] == [watch_id]
    assert deployed.devices.of_watch(watch_id) is None


@pytest.mark.promise("P-11", guard="adapters.lookup:HmacLookup.of", part="claims, tables")
def test_no_id_secret_code_or_name_stands_in_any_table(deployed: Deployed, calls: Calls) -> None:
    deployed.live_in_a_family(calls)
    dump = deployed.dump()
    assert ClaimCodeRecord.count(), "the code of the screen is among what is looked at"
    for words in (DEVICE, SECRET, SECRET.replace("-", ""), "Noor", "Mama", "Opa Jan", "8931440400000000001"):
        assert words not in dump
