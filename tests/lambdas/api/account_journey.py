"""A guardian's life with an account: every route of accounts, as an app uses them."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from lambdas.api.app import Api
from tests.clocks import FrozenClock
from tests.dpop import DeviceKey
from tests.lambdas.api.platform import ISSUER, Answer, ask

EMAIL, NEW_EMAIL = "Marieke@example.nl", "marieke.devries@example.nl"
PASSWORDS = ("negen fietsen langs de IJssel", "elf ganzen boven het wad", "zeven schapen op de dijk")
ACCOUNT_ROUTES = re.compile(r"/v1/(registrations|password|account|sign-(in|ins|out)|tokens|automations)(?!/changes)\b")
LATER = timedelta(minutes=10)  # an access token is over


@dataclass
class App:
    """An app on one phone. newest_link: gives the link of the mail that came last. sent: path and body of each call."""

    api: Api
    clock: FrozenClock
    newest_link: Callable[[], str]
    key: DeviceKey = field(default_factory=DeviceKey)
    sent: list[tuple[str, str]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    access: str = ""
    refresh: str = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Call a route with the token that the app has."""
        rest = {} if body is None else {"json": body}
        answer = ask(self.api, method, path, token=self.access or None, headers=headers, **rest)
        self.sent.append((path + repr(headers), json.dumps(body)))
        self.answers.append(answer)
        return answer

    def do(self, method: str, path: str, body: Any = None) -> Any:
        """Call a route as an app does, refreshing tokens when they are over; return what it answers."""
        answer = self.call(method, path, body)
        if answer.status == 401:
            self.renew()
            answer = self.call(method, path, body)
        assert answer.status < 400, (method, path, answer.body)
        return json.loads(answer.body or "null")

    def renew(self) -> None:
        """Refresh the tokens; when that fails, sign in again, as an app has to."""
        answer = self._with_proof("/v1/tokens", {"refresh_token": self.refresh})
        if answer.status == 200:
            self._keep(answer)
        else:
            self.sign_in(PASSWORDS[0])

    def sign_in(self, password: str, email: str = EMAIL, name: str = "Marieke's phone") -> None:
        """Sign in, and keep the tokens."""
        body = {"email": email, "password": password, "device_name": name}
        self._keep(self._with_proof("/v1/sign-in", body))

    def _with_proof(self, path: str, body: Any) -> Answer:
        return self.call("POST", path, body, dpop=self.key.proof(ISSUER + path, self.clock.now()))

    def _keep(self, answer: Answer) -> None:
        assert answer.status == 200, answer.body
        self.access, self.refresh = answer.json["access_token"], answer.json["refresh_token"]


def play(app: App, second_phone: App) -> None:
    """Use every route of accounts, in a life-like order."""
    first, second, third = PASSWORDS
    links = []
    for _ in range(2):  # the first mail was long in coming
        app.do("POST", "/v1/registrations", {"email": EMAIL, "password": first, "language": "nl"})
        links.append(app.newest_link())
    app.do("POST", "/v1/registrations/confirm", {"link": links[0]})
    assert app.call("POST", "/v1/registrations/confirm", {"link": links[1]}).status == 409
    app.sign_in(first)
    assert app.do("GET", "/v1/account")["language"] == "nl"
    for _ in range(3):
        app.clock.advance(LATER)
        assert app.do("PATCH", "/v1/account", {"language": "en"})["language"] == "en"
    app.do("POST", "/v1/password/check", {"password": first})
    automation = app.do("POST", "/v1/automations", {"name": "Home Assistant"})
    assert [each["id"] for each in app.do("GET", "/v1/automations")["items"]] == [automation["id"]]
    app.do("DELETE", f"/v1/automations/{automation['id']}")
    second_phone.sign_in(first, name="Tablet")
    devices = app.do("GET", "/v1/sign-ins")["items"]
    [other] = [each["id"] for each in devices if not each["is_this"]]
    assert sorted(each["name"] for each in devices) == ["Marieke's phone", "Tablet"]
    app.do("DELETE", f"/v1/sign-ins/{other}")
    assert second_phone.call("GET", "/v1/account").status == 401
    app.do("POST", "/v1/password/change", {"password": first, "new_password": second})
    app.do("POST", "/v1/account/email", {"email": NEW_EMAIL})
    app.do("POST", "/v1/account/email/confirm", {"link": app.newest_link()})
    assert app.do("GET", "/v1/account")["email"] == NEW_EMAIL
    second_phone.sign_in(second, NEW_EMAIL, name="Tablet")
    app.do("POST", "/v1/sign-out/everywhere")
    second_phone.access = app.access = ""
    app.do("POST", "/v1/password/reset", {"email": NEW_EMAIL})
    app.do("POST", "/v1/password/reset/confirm", {"link": app.newest_link(), "new_password": third})
    app.sign_in(third, NEW_EMAIL)
    app.do("POST", "/v1/sign-out")
