"""The retention policy: its arithmetic, and that it quotes the statement."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.retention.policy import POLICY, DataClass, is_over

STATEMENT = " ".join((Path(__file__).parents[3] / "docs" / "statement.nl.txt").read_text(encoding="utf-8").split())

any_instant = st.datetimes(
    min_value=datetime(2015, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
)
any_class_that_ends = st.sampled_from([each for each in POLICY.values() if each.period])


@pytest.mark.parametrize("data_class", [each for each in POLICY.values() if each.words], ids=lambda each: each.name)
def test_the_words_of_each_class_stand_in_the_statement(data_class: DataClass) -> None:
    assert data_class.words is not None
    assert data_class.words in STATEMENT


def test_positions_and_telemetry_live_89_days_from_the_start_of_their_day() -> None:
    at = datetime(2026, 11, 22, 23, 59, 59, 999_000, tzinfo=UTC)
    over_at = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(days=89)
    for name in ("position", "telemetry"):
        assert POLICY[name].expires_at(at) == over_at
        assert not is_over(over_at, over_at - timedelta(microseconds=1))
        assert is_over(over_at, over_at)


def test_what_lives_as_long_as_its_subject_is_never_over() -> None:
    assert POLICY["device"].expires_at(datetime(2020, 1, 1, tzinfo=UTC)) is None
    assert not is_over(None, datetime.max.replace(tzinfo=UTC))


@given(any_class_that_ends, any_instant, any_instant)
def test_nothing_is_ever_kept_longer_than_its_period(data_class: DataClass, at: datetime, now: datetime) -> None:
    assert data_class.period is not None
    if not is_over(data_class.expires_at(at), now):
        assert now - at < data_class.period


@given(any_class_that_ends, any_instant, st.timedeltas(timedelta(), timedelta(days=120)))
def test_a_range_starts_exactly_where_things_are_not_over(data_class: DataClass, at: datetime, age: timedelta) -> None:
    now = at + age
    assert (at >= data_class.oldest_readable(now)) == (not is_over(data_class.expires_at(at), now))


@given(any_class_that_ends, any_instant, any_instant)
def test_instants_of_one_epoch_end_together(data_class: DataClass, one: datetime, other: datetime) -> None:
    if (name := data_class.epoch_id(one)) and name == data_class.epoch_id(other):
        assert data_class.expires_at(one) == data_class.expires_at(other)
