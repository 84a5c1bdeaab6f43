"""What an app is shown: the same fields, in the same words, as the API's answers."""

from datetime import timedelta
from typing import Any

import pytest

from core.alerts.model import Alert
from core.kernel.ids import WatchId, ZoneId, new_id
from core.live.messages import alert_message, position_message
from core.tracking.alarms import AlarmKind
from core.tracking.model import Doubt, Position, Source
from lambdas.api.schemas.alerts import Alert as AlertSchema
from lambdas.api.schemas.positions import Position as PositionSchema
from lambdas.api.schemas.shape import Schema
from tests.builders import any_alert, any_position
from tests.clocks import NOON

WATCH = WatchId(new_id())
LATER = NOON + timedelta(milliseconds=1_250)
_ALL = {"altitude_m": 12.5, "speed_kmh": 4.0, "course_deg": 90.0, "satellites": 9}
_NONE = dict.fromkeys(_ALL)


def of_the_api(schema: Schema) -> dict[str, Any]:
    """Return an answer of the API as JSON holds it."""
    return schema.model_dump(mode="json")


@pytest.mark.parametrize(
    "position",
    [
        any_position(WATCH, NOON, received_at=LATER, accuracy_m=8.0, **_ALL),
        any_position(WATCH, LATER, accuracy_m=None, source=Source.WIFI, doubts=frozenset(Doubt), backlog=True, **_NONE),
    ],
)
def test_a_position_reads_as_in_the_api(position: Position) -> None:
    message = {**position_message(position)}
    assert (message.pop("type"), message.pop("watch_id")) == ("position", WATCH)
    assert message == of_the_api(PositionSchema.of(position))


@pytest.mark.parametrize(
    "alert",
    [
        any_alert(WATCH, NOON, received_at=LATER, is_confirmed=False),
        any_alert(WATCH, LATER, kind=AlarmKind.ZONE_LEFT, zone_id=ZoneId(new_id()), zone_name="School", is_late=True),
    ],
)
def test_an_alert_reads_as_in_the_api(alert: Alert) -> None:
    message = {**alert_message(alert)}
    assert (message.pop("type"), message.pop("watch_id")) == ("alert", WATCH)
    assert message == of_the_api(AlertSchema.of(alert, None))
