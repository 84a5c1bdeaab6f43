"""What every record guards: expiries that DynamoDB acts on, lists that survive a bad item."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynamodb.exceptions import PutError

from adapters.aws import client
from adapters.dynamo.cells import CellRecord, DynamoCells
from adapters.dynamo.keys import KeyRecord
from adapters.dynamo.moments import Moment, SealedMoments, as_it_is
from adapters.dynamo.positions import PositionRecord, moment_of
from adapters.dynamo.record import InvalidExpiry, instant, instant_of
from adapters.dynamo.tables import TABLES, TTL_ATTRIBUTE
from adapters.outages import is_outage
from adapters.settings import Settings
from core.kernel.ids import WatchId
from core.tracking.model import Cell, CellPlace
from tests.builders import HOME, any_position
from tests.clocks import NOON, FrozenClock
from tests.frames import DEVICE, location, minutes, received
from tests.storage import storage
from tests.worlds import World, in_tables


@pytest.fixture
def settings() -> Iterator[Settings]:
    with storage() as settings:
        yield settings


@pytest.fixture
def world(settings: Settings) -> World:
    return in_tables(settings, FrozenClock())


@pytest.mark.attack("W-17", guard="adapters.dynamo.record:checked_expiry", part="what is written")
@pytest.mark.parametrize(
    "expiry",
    [
        "1795348800",
        1_795_348_800,
        1_795_348_800_000,
        1_795_348_800.5,
        True,
        None,
        NOON.replace(tzinfo=None) + timedelta(days=1),
        NOON + timedelta(days=1, microseconds=1),
        NOON - timedelta(seconds=1),
        NOON + timedelta(days=730, seconds=1),
        datetime.max.replace(tzinfo=UTC, microsecond=0),
    ],
)
@pytest.mark.usefixtures("settings")
def test_an_expiry_that_is_not_a_time_within_two_years_is_refused(expiry: object) -> None:
    record = PositionRecord("watch", "moment", payload=b"sealed")
    record.attribute_values[TTL_ATTRIBUTE] = expiry
    with pytest.raises(InvalidExpiry):
        record.put(now=NOON)


@pytest.mark.parametrize("expiry", ["1795348800", 1_795_348_800_000, 1.5, True, NOON.replace(microsecond=1)])
def test_no_other_way_of_writing_takes_an_expiry_that_is_no_time(expiry: object) -> None:
    record = KeyRecord("any", wrapped=b"wrapped")
    record.attribute_values[TTL_ATTRIBUTE] = expiry
    with pytest.raises(InvalidExpiry):
        record.get_save_kwargs_from_instance()
    with pytest.raises(InvalidExpiry):
        KeyRecord.expires_at.set(expiry)  # type: ignore[arg-type] # that is the point


def test_every_expiry_in_every_table_is_a_number_of_seconds_within_two_years(world: World, settings: Settings) -> None:
    world.watch()
    now = world.clock.now()
    world.ingest().take(
        [
            received(location(now), now),
            received(location("310299,000000"), now),
            received("UD,1", now),
            received("LK,1,2,3", now),
        ]
    )
    found = set()
    for table in TABLES.values():
        for item in client("dynamodb", settings).scan(TableName=table.physical_name("test"))["Items"]:
            if TTL_ATTRIBUTE in item:
                ((kind, value),) = item[TTL_ATTRIBUTE].items()
                assert kind == "N"
                assert now <= datetime.fromtimestamp(int(value), UTC) <= now + timedelta(days=730)
                found.add(table.name)
    assert found == {"positions", "telemetry", "seen-frames", "quarantine", "sweep-marks", "keys"}


def _poison(settings: Settings, watch_id: WatchId, at: datetime, **attributes: dict[str, object]) -> None:
    item = {
        "watch_id": {"S": watch_id},
        "moment": {"S": f"{instant(at)}#{'0' * 32}"},
        "payload": {"B": b"\x01nothing that opens, whatever key there is"},
        "expires_at": {"N": str(int((NOON + timedelta(days=80)).timestamp()))},
    }
    item |= attributes
    item = {name: value for name, value in item.items() if value}
    client("dynamodb", settings).put_item(TableName=PositionRecord.table.physical_name("test"), Item=item)


@pytest.mark.attack("W-17", guard="adapters.dynamo.record:is_fit", part="what is read")
def test_items_that_we_never_wrote_do_not_break_a_list(
    world: World, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    watch_id = world.watch()
    now = world.clock.now()
    year_60_000 = 1_831_000_000_000
    world.ingest().take([received(location(now - minutes(each)), now) for each in range(10)])
    _poison(settings, watch_id, now - minutes(1.5), expires_at={"N": str(year_60_000)})
    _poison(settings, watch_id, now - minutes(2.5), expires_at={"S": "1795348800"})
    _poison(settings, watch_id, now - minutes(3.5), expires_at={"N": "1.5"})
    _poison(settings, watch_id, now - minutes(4.5), expires_at={})
    _poison(settings, watch_id, now - minutes(5.5), payload={"S": "not bytes!"})
    _poison(settings, watch_id, now - minutes(6.5))
    _poison(settings, watch_id, now - minutes(7.5), moment={"S": f"{instant(now)[:8]}T9"})
    _poison(settings, watch_id, now + minutes(1))
    caplog.set_level(logging.WARNING)
    assert len(world.history(watch_id)) == 10
    assert len(caplog.records) == 8
    assert DEVICE not in caplog.text
    assert watch_id not in caplog.text
    newest = world.positions.latest(watch_id, now)
    assert newest is not None
    assert newest.at == now


def test_a_payload_of_another_release_does_not_break_a_list(world: World) -> None:
    watch_id, now = world.watch(), world.clock.now()
    ours = any_position(watch_id, now)
    theirs = SealedMoments(PositionRecord, world.sealer, world.clock, as_it_is)
    content = moment_of(ours).content
    strange = [content | {"doubts": ["a new one"]}, content | {"a_new_field": 1}, {}, "text"]
    for number, each in enumerate(strange, start=1):
        assert theirs.add(watch_id, Moment(now + minutes(number), "0" * 32, each))
    assert world.positions.add(ours)
    assert world.history(watch_id) == [ours]
    assert world.positions.latest(watch_id, now) == ours


def test_what_is_gone_is_not_brought_back_by_a_change(world: World) -> None:
    watch_id = world.watch()
    moments = SealedMoments(PositionRecord, world.sealer, world.clock, as_it_is)
    assert not moments.replace(watch_id, moment_of(any_position(watch_id, NOON)))
    assert world.history(watch_id) == []


def _takes_of_each_batch(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    table = CellRecord._get_connection()
    whole = table.batch_write_item

    def busy(put_items: list[Any], delete_items: list[Any]) -> dict[str, Any]:
        assert not delete_items
        whole(put_items=put_items[:count])
        left = [{"PutRequest": {"Item": item}} for item in put_items[count:]]
        return {"UnprocessedItems": {table.table_name: left} if left else {}}

    monkeypatch.setattr(table, "batch_write_item", busy)


CELLS = [CellPlace(Cell(204, 4, 1, each), HOME, 100.0) for each in range(3)]


@pytest.mark.usefixtures("settings")
def test_what_dynamodb_leaves_of_a_batch_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _takes_of_each_batch(1, monkeypatch)
    DynamoCells().put(CELLS)
    assert len(DynamoCells().places([each.cell for each in CELLS])) == len(CELLS)


@pytest.mark.usefixtures("settings")
def test_a_batch_of_which_dynamodb_takes_nothing_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    _takes_of_each_batch(0, monkeypatch)
    with pytest.raises(PutError) as failure:
        DynamoCells().put(CELLS)
    assert is_outage(failure.value)


@given(
    st.datetimes(
        datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
        timezones=st.just(UTC),
    )
)
def test_an_instant_as_text_comes_back_to_the_millisecond(at: datetime) -> None:
    assert instant_of(instant(at)) == at.replace(microsecond=at.microsecond // 1000 * 1000)


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_instants_as_text_sort_as_time_and_have_one_width(one: datetime, other: datetime) -> None:
    assert len(instant(one)) == len(instant(other))
    if one < other:
        assert instant(one) <= instant(other)
