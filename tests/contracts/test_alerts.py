"""Alerts, Acknowledgements, Deliveries, DueTimes and WatchStates."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from adapters.aws import client
from adapters.dynamo.tables import TABLES
from adapters.dynamo.watch_states import WatchStateRecord
from core.alerts.model import Acknowledgement, Alert, Channel, DeliveryState, Due, DueKind, WatchState
from core.kernel.ids import AccountId, AlertId, InvalidId, WatchId, ZoneId, new_id
from core.tracking.alarms import AlarmKind
from core.vault.model import EpochOver
from tests.builders import any_alarm, any_alert, any_alert_id, any_delivery
from tests.clocks import NOON, FrozenClock
from tests.frames import OTHER_DEVICE, minutes
from tests.storage import storage
from tests.worlds import FAR_AHEAD, LONG_AGO, World, in_tables, on_dynamo

MS = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)
THREE_MONTHS = timedelta(days=89)


def _accounts(count: int) -> list[AccountId]:
    return sorted(AccountId(new_id()) for _ in range(count))


class TestAlerts:
    def test_an_alert_comes_back_whole(self, world: World) -> None:
        alert = Alert(
            alert_id=any_alert_id(NOON + 7 * MS, 2**80 - 1),
            watch_id=world.watch(),
            kind=AlarmKind.ZONE_LEFT,
            at=NOON + MS,
            received_at=NOON + minutes(1),
            zone_id=ZoneId(new_id()),
            zone_name="Oma & opa 🏡",
            is_late=True,
            is_confirmed=False,
            is_held_back=True,
        )
        assert world.alerts.add(alert)
        assert world.alerts.get(alert.watch_id, alert.alert_id, NOON) == alert
        page = world.alerts.between(alert.watch_id, LONG_AGO, FAR_AHEAD, now=NOON, limit=5, after=None)
        assert page.items == [alert]

    def test_the_same_alert_is_stored_once_and_the_first_one_stays(self, world: World) -> None:
        alert = any_alert(world.watch(), NOON)
        assert world.alerts.add(alert)
        assert not world.alerts.add(replace(alert, received_at=NOON + minutes(5)))
        assert world.alerts.get(alert.watch_id, alert.alert_id, NOON) == alert

    def test_alerts_of_another_watch_are_not_there(self, world: World) -> None:
        alert, other = any_alert(world.watch(), NOON), world.watch(OTHER_DEVICE)
        world.alerts.add(alert)
        assert world.alerts.get(other, alert.alert_id, NOON) is None
        assert world.alerts.get(alert.watch_id, any_alert_id(NOON, 1), NOON) is None
        assert not world.alerts.between(other, LONG_AGO, FAR_AHEAD, now=NOON, limit=5, after=None).items

    @pytest.mark.parametrize("odd", ["", "A" * 26, "7" * 25 + "4", "a" * 25 + "b", "a#b"])
    def test_what_is_no_alerts_id_is_refused(self, world: World, odd: str) -> None:
        with pytest.raises(InvalidId):
            world.alerts.get(world.watch(), AlertId(odd), NOON)

    def test_they_come_in_pages_by_the_date_of_their_ids(self, world: World) -> None:
        watch_id = world.watch()
        dated = [NOON - minutes(each) for each in (3, 2, 2, 1, 0)]
        alerts = [
            any_alert(watch_id, NOON - minutes(60), alert_id=any_alert_id(at, number))
            for number, at in enumerate(dated)
        ]
        for alert in reversed(alerts):
            world.alerts.add(alert)
        found: list[Alert] = []
        after = None
        for _ in range(2):
            page = world.alerts.between(watch_id, dated[0], NOON, now=NOON, limit=3, after=after)
            found += page.items
            after = page.next
        assert after is None
        assert found == alerts[:-1]

    def test_what_is_over_is_not_stored(self, world: World) -> None:
        watch_id = world.watch()
        with pytest.raises(EpochOver):
            world.alerts.add(any_alert(watch_id, NOON - THREE_MONTHS))


class TestAcknowledgements:
    def test_the_first_one_counts(self, world: World) -> None:
        watch_id, alert_id = world.watch(), any_alert_id(NOON)
        first, second = (Acknowledgement(each, NOON + MS) for each in _accounts(2))
        assert world.acknowledgements.add(watch_id, alert_id, first) == first
        assert world.acknowledgements.add(watch_id, alert_id, second) == first
        assert world.acknowledgements.of(watch_id, [alert_id], NOON) == {alert_id: first}

    def test_only_those_asked_for_are_told(self, world: World) -> None:
        watch_id = world.watch()
        ids = [any_alert_id(NOON, each) for each in range(120)]
        seen = Acknowledgement(AccountId(new_id()), NOON)
        for alert_id in ids[:2]:
            world.acknowledgements.add(watch_id, alert_id, seen)
        assert world.acknowledgements.of(watch_id, ids[1:], NOON) == {ids[1]: seen}
        assert world.acknowledgements.of(watch_id, [ids[0], ids[0]], NOON) == {ids[0]: seen}
        assert world.acknowledgements.of(watch_id, [], NOON) == {}
        assert world.acknowledgements.of(WatchId(new_id()), ids[:2], NOON) == {}


class TestDeliveries:
    def test_each_guardian_and_channel_has_one(self, world: World) -> None:
        watch_id, alert_id = world.watch(), any_alert_id(NOON)
        deliveries = [
            any_delivery(watch_id, alert_id, account_id, NOON + MS, channel=channel)
            for account_id in _accounts(2)
            for channel in (Channel.LIVE, Channel.MAIL, Channel.PUSH)
        ]
        for each in deliveries:
            world.deliveries.put(replace(each, state=DeliveryState.WAITING, attempts=0))
        for each in deliveries:
            world.deliveries.put(each)
        assert world.deliveries.of_alert(watch_id, alert_id, NOON) == deliveries

    def test_those_of_another_alert_or_watch_are_not_among_them(self, world: World) -> None:
        watch_id, alert_id, (account_id,) = world.watch(), any_alert_id(NOON), _accounts(1)
        world.deliveries.put(any_delivery(watch_id, any_alert_id(NOON, 1), account_id, NOON))
        world.deliveries.put(any_delivery(world.watch(OTHER_DEVICE), alert_id, account_id, NOON))
        assert not world.deliveries.of_alert(watch_id, alert_id, NOON)


def _due(at_minutes: int, **known: object) -> Due:
    return Due(**({"kind": DueKind.SILENCE, "at": NOON + minutes(at_minutes), "watch_id": "w" * 26} | known))  # type: ignore[arg-type] # a test's own


class TestDueTimes:
    def test_it_comes_back_whole_when_its_instant_has_come_and_not_before(self, world: World) -> None:
        connection = Due(kind=DueKind.CONNECTION, at=NOON, subject="L0SM9cOFvHcCIhw=")
        repeat = Due(kind=DueKind.SOS_REPEAT, at=NOON + MS, watch_id=world.watch(), subject=any_alert_id(NOON), step=3)
        for due in (connection, repeat):
            world.due_times.add(due)
        assert not list(world.due_times.over(NOON - MS))
        assert list(world.due_times.over(NOON)) == [connection]
        assert set(world.due_times.over(NOON + MS)) == {connection, repeat}

    def test_it_stays_until_it_is_removed(self, world: World) -> None:
        due = _due(0)
        world.due_times.add(due)
        for _ in range(2):
            assert list(world.due_times.over(NOON)) == [due]
        for _ in range(2):
            world.due_times.remove(due)
            assert not list(world.due_times.over(NOON))

    def test_the_same_again_changes_nothing_but_the_step(self, world: World) -> None:
        for step in (0, 2, 1):
            world.due_times.add(_due(0, step=step))
        assert list(world.due_times.over(NOON)) == [_due(0, step=1)]
        world.due_times.remove(_due(0, step=7))
        assert not list(world.due_times.over(NOON))

    def test_what_differs_in_kind_instant_watch_or_subject_is_another(self, world: World) -> None:
        dues = {
            _due(0),
            _due(-1),
            _due(0, kind=DueKind.DWELL),
            _due(0, subject="a"),
            _due(0, watch_id="v" * 26),
            _due(0, watch_id=None, subject="w" * 26),
        }
        for due in dues:
            world.due_times.add(due)
        assert set(world.due_times.over(NOON)) == dues

    def test_all_watches_are_swept_and_each_ones_oldest_comes_first(self, world: World) -> None:
        watches = [WatchId(new_id()) for _ in range(40)]
        dues = [_due(-each, watch_id=watch_id) for each in range(3) for watch_id in watches]
        for due in dues:
            world.due_times.add(due)
        found = list(world.due_times.over(NOON))
        assert set(found) == set(dues)
        for watch_id in watches:
            its = [due.at for due in found if due.watch_id == watch_id]
            assert its == sorted(its)

    def test_it_may_be_moved_while_it_is_swept(self, world: World) -> None:
        for each in range(3):
            world.due_times.add(_due(-each))
        swept = []
        for due in world.due_times.over(NOON):
            world.due_times.remove(due)
            world.due_times.add(replace(due, at=NOON + SECOND, step=due.step + 1))
            swept.append(due)
        assert len(swept) == 3
        assert list(world.due_times.over(NOON + SECOND)) == [_due(0, at=NOON + SECOND, step=1)]

    def test_connections_come_last_because_strangers_may_open_any_number(self, world: World) -> None:
        connections = [_due(-5, kind=DueKind.CONNECTION, watch_id=None, subject=f"{each}=") for each in range(50)]
        for due in (*connections, _due(0)):
            world.due_times.add(due)
        assert next(iter(world.due_times.over(NOON))) == _due(0)

    def test_what_was_due_long_ago_is_still_looked_at(self, world: World) -> None:
        due = Due(kind=DueKind.SILENCE, at=NOON - timedelta(days=80), watch_id=world.watch())
        world.due_times.add(due)
        world.clock.advance(timedelta(days=7) - SECOND)
        assert list(world.due_times.over(world.clock.now())) == [due]


def test_what_is_due_is_spread_over_many_partitions() -> None:
    with storage() as settings:
        world = in_tables(settings, FrozenClock())
        for _ in range(64):
            world.due_times.add(_due(0, watch_id=new_id()))
        items = client("dynamodb", settings).scan(TableName=TABLES["due"].physical_name("test"))["Items"]
        assert len({item["slot"]["S"] for item in items}) > 16


class TestWatchStates:
    def test_a_state_comes_back_whole(self, world: World) -> None:
        watch_id = world.watch()
        state = WatchState(
            newest_at=NOON - MS,
            presence={new_id(): {"side": "inside", "since": 1.5, "seen": [None, True]}},
            episodes={AlarmKind.LOW_BATTERY: NOON - minutes(9), AlarmKind.FALL: NOON},
            is_silent=True,
            silence_due_at=NOON + minutes(30),
            rang={AlarmKind.FALL: (NOON - minutes(3), NOON)},
            sos=any_alert_id(NOON),
            owed=(
                any_alarm(watch_id, NOON, kind=AlarmKind.ZONE_LEFT, zone_id=ZoneId(new_id()), is_late=True),
                any_alarm(watch_id, NOON, received_at=NOON + MS, is_confirmed=False),
            ),
        )
        empty = WatchState(newest_at=NOON)
        assert all(getattr(state, each.name) != getattr(empty, each.name) for each in fields(WatchState))
        assert world.watch_states.get(watch_id, NOON) == (None, 0)
        assert world.watch_states.put(watch_id, state, 0)
        assert world.watch_states.get(watch_id, NOON) == (state, 1)
        assert world.watch_states.put(watch_id, empty, 1)
        assert world.watch_states.get(watch_id, NOON) == (empty, 2)

    def test_who_was_overtaken_changes_nothing(self, world: World) -> None:
        watch_id = world.watch()
        first, second = WatchState(newest_at=NOON), WatchState(newest_at=NOON + MS)
        assert world.watch_states.put(watch_id, first, 0)
        for revision in (0, 2):
            assert not world.watch_states.put(watch_id, second, revision)
        assert world.watch_states.get(watch_id, NOON) == (first, 1)

    def test_what_is_forgotten_starts_anew(self, world: World) -> None:
        watch_id = world.watch()
        world.watch_states.remove(watch_id)
        assert world.watch_states.put(watch_id, WatchState(newest_at=NOON), 0)
        world.watch_states.remove(watch_id)
        assert world.watch_states.get(watch_id, NOON) == (None, 0)
        assert world.watch_states.put(watch_id, WatchState(newest_at=NOON), 0)

    def test_each_watch_has_its_own(self, world: World) -> None:
        world.watch_states.put(world.watch(), WatchState(newest_at=NOON), 0)
        assert world.watch_states.get(world.watch(OTHER_DEVICE), NOON) == (None, 0)

    def test_what_is_over_is_replaced_by_its_revision(self, world: World) -> None:
        watch_id = world.watch()
        assert world.watch_states.put(watch_id, WatchState(newest_at=NOON), 0)
        world.clock.advance(THREE_MONTHS)
        now = world.clock.now()
        assert world.watch_states.get(watch_id, now) == (None, 1)
        fresh = WatchState(newest_at=now)
        assert not world.watch_states.put(watch_id, fresh, 0)
        assert world.watch_states.put(watch_id, fresh, 1)
        assert world.watch_states.get(watch_id, now) == (fresh, 2)

    def test_what_is_over_is_not_stored(self, world: World) -> None:
        with pytest.raises(EpochOver):
            world.watch_states.put(world.watch(), WatchState(newest_at=NOON - THREE_MONTHS), 0)


def test_a_state_that_does_not_open_is_replaced_by_its_revision() -> None:
    with on_dynamo(FrozenClock()) as world:
        watch_id = world.watch()
        state = WatchState(newest_at=NOON)
        assert world.watch_states.put(watch_id, state, 0)
        WatchStateRecord(watch_id).update([WatchStateRecord.payload.set(b"\x01another's")])
        assert world.watch_states.get(watch_id, NOON) == (None, 1)
        assert world.watch_states.put(watch_id, state, 1)
        assert world.watch_states.get(watch_id, NOON) == (state, 2)
