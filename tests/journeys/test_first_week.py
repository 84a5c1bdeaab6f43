"""A family's first week, by an app that was made from the published document alone, and a watch on real sockets."""

import asyncio
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.demo import Demo
from local.platform import Platform, running_platform
from local.simulation.morning import CHILDREN, SCHOOL, Measurement, measurements
from local.simulation.watch import SimulatedWatch
from tests.journeys.app import Answer, App
from tests.journeys.conftest import Home
from tests.journeys.watch import soon
from tests.recordings import m4a, picture
from wire.commands import phone

pytestmark = pytest.mark.xdist_group("local platform")  # one at a time: each start takes both cores

PASSPHRASE = "zeven zwanen boven de Grift"
DEVICE_ID = f"88{secrets.randbelow(10**8):08}"
CARD = "K7QH-2MXP-9RTD-4WVZ"
HERE: Measurement = next(iter(measurements(CHILDREN[0], seed=7)))


class WornWatch:
    """The watch on the child's wrist, in a thread of its own: it reports when it is told to."""

    def __init__(self, platform: Platform) -> None:
        self.device = SimulatedWatch(DEVICE_ID, platform.bridge_host, platform.bridge_port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @contextmanager
    def worn(self) -> Iterator["WornWatch"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._do(self.device.hang_up())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def report(self, **changed: Any) -> None:
        self._do(self.device.measure(replace(HERE, **changed), datetime.now(UTC).replace(microsecond=0)))

    def _do(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()


def registered(platform: Platform, name: str) -> App:
    """Register as a new guardian does: by a form, a mail and a link."""
    email = f"{name}-{secrets.token_hex(4)}@family.example"
    app = App(platform.api_url, platform.settings.issuer)
    app.ask("POST", "/v1/registrations", {"email": email, "password": PASSPHRASE, "language": "nl"}).ok()
    mail = soon(lambda: next(iter(platform.mailbox.mails(email)), None))
    app.ask("POST", "/v1/registrations/confirm", {"link": mail.links[0].partition("#")[2]}).ok()
    app.sign_in(email, PASSPHRASE, f"Phone of {name}")
    return app


def ended(app: App, path: str) -> str:
    """Return the state of a command, setting or message once it is more than on its way."""

    def look() -> str | None:
        found = app.ask("GET", path).ok()
        state = found.get("state") or found["delivery"]
        return None if state in {"queued", "sent", "pending"} else str(state)

    return soon(look)


class Week:
    """A mother and a father, and their child's watch, day by day."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.mother, self.father = registered(platform, "mother"), registered(platform, "father")
        self.path = ""

    def monday_they_open_the_box(self) -> None:
        wrong = CARD.replace("Z", "X")
        assert self.mother.ask("POST", "/v1/claims", {"device_id": DEVICE_ID, "secret": wrong}).status >= 400
        claimed = self.mother.ask("POST", "/v1/claims", {"device_id": DEVICE_ID, "secret": CARD}).ok()
        self.path = f"/v1/watches/{claimed['watch_id']}"
        known = self.mother.ask("GET", self.path).ok()["profile"]
        named = self.mother.ask("PATCH", self.path, {"replaces": known["version"], "name": "Noor"}).ok()
        assert named["name"] == "Noor"
        self.mother.ask("PUT", f"{self.path}/picture", picture(300, 200), kind="image/jpeg").ok()

    def tuesday_the_father_joins(self) -> None:
        assert self.father.ask("GET", self.path).status == 404
        code = self.mother.ask("POST", f"{self.path}/invitations", {"role": "guardian"}).ok()["code"]
        assert self.father.ask("POST", "/v1/invitations/accept", {"code": code}).ok()["role"] == "guardian"
        assert self.father.ask("POST", "/v1/invitations/accept", {"code": code}).status >= 400, "a code serves once"
        soon(lambda: self.mother.ask("GET", "/v1/notices").ok()["items"] or None)

    def wednesday_they_set_up_the_watch(self, watch: WornWatch) -> None:
        numbers = {"name": "sos_numbers", "numbers": ["+31612345678", "+31687654321"]}
        assert self._set(self.father, numbers).json["code"] == "not_allowed"
        self._set(self.mother, numbers).ok()
        watch.report()  # it is switched on only now
        assert ended(self.mother, f"{self.path}/settings/sos_numbers") == "acknowledged"
        assert watch.device.memory.settings["SOS"] == phone.SetSosNumbers(("+31612345678", "+31687654321"))
        self._set(self.father, {"name": "contacts", "contacts": [{"name": "Oma],[*", "number": "+31555550123"}]}).ok()
        assert ended(self.father, f"{self.path}/settings/contacts") == "acknowledged"

    def thursday_she_walks_to_school(self, watch: WornWatch) -> None:
        circle = {"kind": "circle", "centre": {"latitude": SCHOOL.latitude, "longitude": SCHOOL.longitude}}
        self.mother.ask("POST", f"{self.path}/zones", {"name": "School", "shape": circle | {"radius_m": 150}}).ok()
        found, again = (
            self.mother.ask("POST", f"{self.path}/commands", {"kind": "find"}, headers=key("find")).ok()
            for _ in range(2)
        )
        assert found["id"] == again["id"], "one order, however often it is sent"
        assert ended(self.mother, f"{self.path}/commands/{found['id']}") == "acknowledged"
        assert watch.device.memory.rings == 1
        watch.report(sos=True)
        call = soon(lambda: next((each for each in alerts(self.father, self.path) if each["kind"] == "sos"), None))
        self.father.ask("POST", f"{self.path}/alerts/{call['id']}/acknowledgement").ok()

    def friday_they_talk(self, watch: WornWatch) -> None:
        to_watch = f"{self.path}/messages"
        text = self.father.ask("POST", to_watch, {"text": "Oma haalt je op"}, headers=key("text")).ok()
        spoken = self.father.ask("POST", f"{to_watch}/voice", m4a(), headers=key("voice"), kind="audio/mp4").ok()
        assert [ended(self.father, f"{to_watch}/{each['id']}") for each in (text, spoken)] == ["delivered"] * 2
        assert watch.device.memory.texts == ["Oma haalt je op"]
        assert [voice[:5] for voice in watch.device.memory.voices] == [b"#!AMR"]
        assert b"ftyp" in self.mother.ask("GET", f"{to_watch}/{spoken['id']}/audio").content[:12]

    def saturday_they_top_up_the_card(self) -> None:
        top_ups = f"{self.path}/sim/top-ups"
        ordered = [
            self.mother.ask("POST", top_ups, {"amount_cents": 1000}, headers=key("top-up")).ok() for _ in range(2)
        ]
        soon(lambda: self.mother.ask("GET", f"{top_ups}/{ordered[0]['id']}").ok()["state"] == "booked" or None)
        assert [each["id"] for each in self.mother.ask("GET", top_ups).ok()["items"]] == [ordered[1]["id"]]
        assert self.father.ask("GET", top_ups).json["code"] == "not_allowed"

    def sunday_it_goes_to_a_cousin(self) -> None:
        self.mother.refresh()
        acts = {each["act"] for each in self.mother.ask("GET", f"{self.path}/changes").ok()["items"]}
        assert {"inviteMember", "createZone", "sendText", "orderTopUp"} <= acts
        members = self.mother.ask("GET", f"{self.path}/members").ok()["items"]
        [father] = [each["account_id"] for each in members if each["role"] != "owner"]
        self.mother.ask("DELETE", f"{self.path}/members/{father}").ok()
        assert self.father.ask("GET", self.path).status == 404
        self.mother.ask("DELETE", self.path).ok()
        assert self.mother.ask("GET", self.path).status == 404
        cousin = registered(self.platform, "cousin")
        claimed = cousin.ask("POST", "/v1/claims", {"device_id": DEVICE_ID, "secret": CARD}).ok()["watch_id"]
        assert claimed not in self.path
        assert cousin.ask("GET", f"/v1/watches/{claimed}/position").ok()["position"] is None
        assert cousin.ask("GET", f"/v1/watches/{claimed}/messages").ok()["items"] == []

    def _set(self, app: App, value: dict[str, Any]) -> Answer:
        """Set a value in the place of what is shown now."""
        path = f"{self.path}/settings/{value['name']}"
        return app.ask("PUT", path, {"replaces": app.ask("GET", path).ok()["version"], "value": value})


def test_a_family_lives_its_first_week(home: Home) -> None:
    with running_platform(home.directory, home.ports) as platform:
        Demo(platform.settings).stock(DEVICE_ID, CARD)
        week = Week(platform)
        week.monday_they_open_the_box()
        week.tuesday_the_father_joins()
        with WornWatch(platform).worn() as watch:
            week.wednesday_they_set_up_the_watch(watch)
            week.thursday_she_walks_to_school(watch)
            week.friday_they_talk(watch)
        week.saturday_they_top_up_the_card()
        week.sunday_it_goes_to_a_cousin()


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": f"{DEVICE_ID}-first-week-{name}"}


def alerts(app: App, of_watch: str) -> list[dict[str, Any]]:
    since = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    found: list[dict[str, Any]] = app.ask("GET", f"{of_watch}/alerts?from={since}").ok()["items"]
    return found
