"""A child leaves school early and the parent is told: real sockets, real handlers, nothing injected but time."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters import aws
from adapters.dynamo.due_times import DynamoDueTimes
from adapters.system_clock import SystemClock
from core.alerts.model import Due, DueKind
from core.kernel.geo import Point
from core.kernel.ids import WatchId
from local.demo import Demo
from local.deploy import MAIL_FROM
from local.guardian import Guardian
from local.live_view import LiveView, LiveViewEnded, live_view
from local.mailbox import Mail
from local.once import alerts_in
from local.phone import PLATFORM, Phone
from local.platform import Platform, running_platform
from tests.journeys.conftest import Home
from tests.journeys.watch import PATIENCE_S, SOS, report, say, soon

pytestmark = pytest.mark.xdist_group("local platform")  # one at a time: each start takes both cores

SCHOOL = Point(52.2121, 5.9698)
ON_THE_WAY = Point(52.2121, 5.9798)  # 700 m east
STEP = timedelta(seconds=20)
TIME_ZONE = "Europe/Amsterdam"
AN_HOUR = timedelta(hours=1)
EVERY_DAY = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@dataclass(frozen=True)
class Family:
    """A parent with an open app and a phone, and the watch of a child who is at school."""

    platform: Platform
    parent: Guardian
    phone: Phone
    email: str
    device_id: str
    watch_id: WatchId

    def alerts(self, kind: str) -> list[Mapping[str, Any]] | None:
        """Return the alerts of this kind, None while there is none."""
        until = datetime.now(UTC)
        return [it for it in self.parent.alerts(self.watch_id, until - AN_HOUR, until) if it["kind"] == kind] or None

    def pushes(self, count: int) -> list[Mapping[str, str]] | None:
        """Return the pushes of alerts once there are so many."""
        pushes = alerts_in(self.phone)
        return pushes if len(pushes) >= count else None

    def sent_by(self, alert_id: str) -> set[str] | None:
        """Return the channels that took the alert, None before the phone rang."""
        deliveries = self.parent.deliveries(self.watch_id, alert_id)
        channels = {it["channel"] for it in deliveries if it["state"] == "sent"}
        return channels if "push" in channels else None

    def mails(self) -> list[Mail] | None:
        """Return the mails of calls for help to the parent, None while there is none."""
        return [mail for mail in self.platform.mailbox.mails(self.email) if mail.subject.startswith("SOS")] or None

    def let_be_due(self, kind: DueKind, subject: str, watch_id: WatchId | None = None) -> None:
        """Let what would be due in a minute be due now, and let the sweep come."""
        DynamoDueTimes(SystemClock()).add(Due(kind=kind, at=datetime.now(UTC), watch_id=watch_id, subject=subject))
        swept = aws.client("lambda", self.platform.settings).invoke(FunctionName=self.platform.sweep_function)
        assert "FunctionError" not in swept


@pytest.fixture
def family(home: Home) -> Iterator[Family]:
    with running_platform(home.directory, home.ports) as platform:
        device_id = f"88{secrets.randbelow(10**8):08}"
        email = f"parent-{secrets.token_hex(4)}@demo.example"
        household = Demo(platform.settings).settle(email, [device_id], bound_at=datetime.now(UTC) - AN_HOUR)
        parent = Guardian(platform.api_url, household.email, household.password)
        yield Family(platform, parent, Phone(platform.push_log), email, device_id, household.watch_ids[0])


def school_hours(now: datetime) -> Mapping[str, Any]:
    """Return hours that it is school in, whenever the test runs."""
    local = now.astimezone(ZoneInfo(TIME_ZONE))
    window = {"days": EVERY_DAY, "begins": f"{local - AN_HOUR:%H:%M}", "ends": f"{local + AN_HOUR:%H:%M}"}
    return {"time_zone": TIME_ZONE, "windows": [window]}


def first(view: LiveView, kind: str, **expected: object) -> Mapping[str, Any]:
    """Return the first message of this type with these fields."""
    for message in view.messages(PATIENCE_S):
        if message["type"] == kind and expected.items() <= message.items():
            return message
    pytest.fail(f"no {kind} within {PATIENCE_S} s")


def test_a_child_leaves_school_early_and_the_parent_is_told(family: Family) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    family.parent.draw_circle(family.watch_id, "School", SCHOOL, 150.0, school_hours(now))
    with live_view(family.platform.live_url) as view:
        view.show_token(family.parent.new_token())
        assert first(view, "watching")["watch_ids"] == [family.watch_id]
        family.parent.register_phone(PLATFORM, family.phone.token)

        for step in range(10, 5, -1):
            say(family.platform, family.device_id, report(now - step * STEP, SCHOOL))
        assert first(view, "position")["longitude"] == SCHOOL.longitude
        for step in range(5, -1, -1):
            say(family.platform, family.device_id, report(now - step * STEP, ON_THE_WAY))

        assert first(view, "position", longitude=ON_THE_WAY.longitude)["source"] == "gps"
        shown = first(view, "alert")
        assert (shown["kind"], shown["zone"]["name"], shown["late"]) == ("zone_left", "School", False)

        assert soon(lambda: family.pushes(1)) == [{"type": "alert", "id": shown["id"]}]
        (alert,) = soon(lambda: family.alerts("zone_left"))
        assert alert["id"] == shown["id"]
        assert soon(lambda: family.sent_by(alert["id"])) >= {"live", "push"}
        log = family.platform.push_log.read_text()
        for secret in ("School", str(SCHOOL.longitude), str(ON_THE_WAY.longitude), family.watch_id, family.device_id):
            assert secret not in log


def test_an_sos_rings_again_until_the_parent_has_seen_it(family: Family) -> None:
    family.parent.register_phone(PLATFORM, family.phone.token)
    now = datetime.now(UTC).replace(microsecond=0)

    say(family.platform, family.device_id, report(now, ON_THE_WAY, "AL", SOS))

    (alert,) = soon(lambda: family.alerts("sos"))
    soon(lambda: family.pushes(1))
    soon(lambda: family.sent_by(alert["id"]))
    family.let_be_due(DueKind.SOS_REPEAT, alert["id"], family.watch_id)
    assert soon(lambda: family.pushes(2)) == [{"type": "sos", "id": alert["id"]}] * 2
    family.parent.acknowledge(family.watch_id, alert["id"])
    family.let_be_due(DueKind.SOS_REPEAT, alert["id"], family.watch_id)
    assert len(alerts_in(family.phone)) == 2
    assert soon(lambda: family.alerts("sos"))[0]["acknowledged"]


def test_a_parent_without_a_phone_gets_a_mail_that_tells_nothing_of_the_child(family: Family) -> None:
    say(family.platform, family.device_id, report(datetime.now(UTC).replace(microsecond=0), SCHOOL, "AL", SOS))

    (alert,) = soon(lambda: family.alerts("sos"))
    (mail,) = soon(family.mails)
    assert mail.sender == MAIL_FROM
    for secret in (str(SCHOOL.latitude), family.watch_id, family.device_id, alert["id"]):
        assert secret not in mail.subject + mail.text


def test_whoever_signs_out_sees_nothing_more(family: Family) -> None:
    with live_view(family.platform.live_url) as view:
        view.show_token(family.parent.new_token())
        first(view, "watching")
        family.parent.sign_out()
        say(family.platform, family.device_id, report(datetime.now(UTC).replace(microsecond=0), SCHOOL))
        soon(lambda: family.parent.latest(family.watch_id))  # signed in anew, with another connection

        for due in list(DynamoDueTimes(SystemClock()).over(datetime.now(UTC) + AN_HOUR)):
            if due.kind is DueKind.CONNECTION:
                family.let_be_due(DueKind.CONNECTION, due.subject)
        with pytest.raises(LiveViewEnded):
            assert not list(view.messages(PATIENCE_S))
