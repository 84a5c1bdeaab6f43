"""How members want to hear of watches."""

from datetime import time

import pytest

from adapters.dynamo.preferences import PreferenceRecord
from core.alerts.preferences import MAY_BE_MUTED, Preference
from core.kernel.ids import WatchId, ZoneId, new_id
from core.retention.policy import Subject
from core.tracking.alarms import AlarmKind
from core.vault.model import Unreadable
from core.zones.model import Schedule, Window
from tests.clocks import FrozenClock
from tests.worlds import World, on_dynamo

NIGHT = Schedule("Europe/Amsterdam", (Window(frozenset(range(7)), time(22), time(6, 30)),))
EVERYTHING = Preference(
    not_pushed=MAY_BE_MUTED,
    not_mailed=frozenset({AlarmKind.FALL}),
    mail=False,
    muted_zones=frozenset(ZoneId(new_id()) for _ in range(3)),
    quiet_hours=NIGHT,
)


@pytest.mark.parametrize("preference", [Preference(), Preference(mail=False), EVERYTHING])
def test_a_preference_comes_back_whole_to_its_member_and_watch_alone(world: World, preference: Preference) -> None:
    account_id, watch_id = world.account(), WatchId(new_id())
    world.preferences.put(account_id, watch_id, Preference(quiet_hours=NIGHT))
    world.preferences.put(account_id, watch_id, preference)
    assert world.preferences.get(account_id, watch_id) == preference
    assert world.preferences.get(account_id, WatchId(new_id())) == Preference()
    assert world.preferences.get(world.account(), watch_id) == Preference()
    for _ in range(2):
        world.preferences.remove(account_id, watch_id)
        assert world.preferences.get(account_id, watch_id) == Preference()


def test_a_preference_is_sealed_and_without_the_accounts_key_everything_is_told() -> None:
    with on_dynamo(FrozenClock()) as world:
        account_id, watch_id = world.account(), WatchId(new_id())
        world.preferences.put(account_id, watch_id, EVERYTHING)
        record = PreferenceRecord.get(account_id, watch_id)
        assert record.serialize().keys() == {"account_id", "watch_id", "payload"}
        assert b"Amsterdam" not in record.payload
        world.sealer.destroy(Subject.ACCOUNT, account_id)
        assert world.preferences.get(account_id, watch_id) == Preference()
        with pytest.raises(Unreadable):
            world.preferences.put(account_id, watch_id, EVERYTHING)
