"""A day with a watch: every route of it that neither the account's nor the family's journey takes."""

import json
from typing import Any

from adapters.sim_provider.signing import signature_of
from core.kernel.ids import WatchId, new_id
from lambdas.api.app import Api
from lambdas.api.services import Services
from local.sim_provider import CALLBACK_KEY
from tests.builders import any_alert, any_alert_id, any_learned_place, any_reading
from tests.clocks import NOON
from tests.lambdas.api.platform import any_position, ask
from tests.lambdas.api.test_strangers import CIRCLE, REGISTRANT
from tests.recordings import m4a, picture

PLACE = "a" * 32
"""The name of an access point."""


class Day:
    """The owner of a watch, who does it all. services: by which frames and alarms would have come."""

    def __init__(self, api: Api, services: Services, token: str, watch_id: WatchId) -> None:
        self._api = api
        self._services = services
        self._token = token
        self._watch_id = watch_id

    def dawn(self) -> None:
        """Let there be what frames and alarms would have brought."""
        self._services.alerts.add(any_alert(self._watch_id, NOON))
        self._services.positions.add(any_position(self._watch_id, NOON))
        self._services.telemetry.add(any_reading(self._watch_id, NOON))
        self._services.learned_places.put(self._watch_id, any_learned_place(PLACE, NOON))

    def pass_by(self) -> None:
        """Use every route once at least."""
        alert_id = any_alert_id(NOON)
        for path in ("/v1/openapi.json", "/v1/docs", "/.well-known/jwks.json", "/v1/notices", "/v1/account/changes"):
            self.do("GET", path)
        self.do("PUT", "/v1/phone", {"platform": "apns", "token": "5b3e" * 16})
        for noun in ("position", "positions", "telemetry", "activity", "changes", "learned-places", "alerts"):
            self.of("GET", noun)
        self.of("GET", f"alerts/{alert_id}")
        self.of("GET", f"alerts/{alert_id}/deliveries")
        self.of("POST", f"alerts/{alert_id}/acknowledgement")
        self.of("POST", "positions/wrong", {"at": NOON.isoformat()})
        self.of("DELETE", "positions")
        self.of("DELETE", f"learned-places/{PLACE}")
        self.of("DELETE", "learned-places")
        self.zones()
        self.commands()
        self.messages()
        self.sim()
        self.of("PUT", "preferences", {"not_pushed": ["back_again"]})
        self.of("GET", "preferences")
        self.do("DELETE", "/v1/phone")

    def zones(self) -> None:
        drawn = self.of("POST", "zones", {"name": "Grandma", "shape": CIRCLE})["id"]
        self.of("GET", "zones")
        self.of("GET", f"zones/{drawn}")
        self.of("PUT", f"zones/{drawn}", {"name": "Grandma", "shape": CIRCLE, "replaces": 1})
        self.of("DELETE", f"zones/{drawn}")

    def commands(self) -> None:
        key = new_id()
        ordered = self.of("POST", "commands", {"kind": "find"}, key=key)["id"]
        assert self.of("POST", "commands", {"kind": "find"}, key=key)["id"] == ordered
        self.of("GET", "commands")
        self.of("GET", f"commands/{ordered}")
        value = {"name": "sos_numbers", "numbers": ["+31612345678"]}
        self.of("PUT", "settings/sos_numbers", {"replaces": 0, "value": value})
        self.of("GET", "settings/sos_numbers")
        self.of("POST", "settings/sos_numbers/undo")
        self.of("GET", "settings")

    def messages(self) -> None:
        self.of("POST", "messages", {"text": "Oma haalt je op"})
        spoken = self.of("POST", "messages/voice", raw=("audio/mp4", m4a()))["id"]
        self.of("GET", "messages")
        self.of("GET", f"messages/{spoken}")
        self.of("GET", f"messages/{spoken}/audio")
        self.of("DELETE", f"messages/{spoken}")
        for method in ("PUT", "GET", "DELETE"):
            self.of(method, "picture", raw=("image/jpeg", picture(80, 60)) if method == "PUT" else None)

        photo = self.of("POST", "photos", raw=("image/jpeg", picture(80, 60)))["id"]
        self.of("GET", f"photos/{photo}")
        self.of("DELETE", f"photos/{photo}")

    def sim(self) -> None:
        ordered = self.of("POST", "sim/top-ups", {"amount_cents": 1000})["id"]
        for noun in ("sim", "sim/top-ups", f"sim/top-ups/{ordered}"):
            self.of("GET", noun)
        self.of("PUT", "sim/registration", REGISTRANT)
        self.of("GET", "sim/registration")
        self.of("DELETE", "sim/registration")
        told = {"kind": "top_up", "reference": self._watch_id, "top_up": ordered, "state": "booked"}
        body, timestamp = json.dumps(told), str(int(self._services.clock.now().timestamp()))
        signed = {"wachter-timestamp": timestamp, "wachter-signature": signature_of(body, timestamp, CALLBACK_KEY)}
        answer = ask(
            self._api,
            "POST",
            "/v1/sim/callbacks",
            headers={"content-type": "application/json", **signed},
            body=body,
        )
        assert answer.status < 400, answer.body

    def of(self, method: str, noun: str, body: Any = None, raw: Any = None, key: str | None = None) -> Any:
        """Call a route of the watch."""
        return self.do(method, f"/v1/watches/{self._watch_id}/{noun}", body, raw, key)

    def do(self, method: str, path: str, body: Any = None, raw: Any = None, key: str | None = None) -> Any:
        """Call a route; return what it answers, if that is JSON."""
        sent = {"raw": raw} if raw is not None else {} if body is None else {"json": body}
        headers = {"idempotency-key": key or new_id()}
        answer = ask(self._api, method, path, token=self._token, headers=headers, **sent)
        assert answer.status < 400, (method, path, answer.body)
        return answer.json if answer.headers.get("Content-Type") == "application/json" and answer.body else None
